"""Embedded pictures: which are worth keeping, and their measures."""

import warnings
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from tasks.extract.parsed import Picture

# Formats every consumer decodes; others are stored as PNG.
_PORTABLE: Final = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp"}
_MIN_SIDE: Final = 32
_MAX_RATIO: Final = 16
_MAX_PIXELS: Final = 64_000_000


def measure_picture(picture: Picture) -> dict[str, Any] | None:
    """Columns of `image@1` that come from the file itself; None for one that cannot be decoded or shows nothing.

    One below 32 pixels on a side, 16 times longer than wide, or of one colour is a line, a bullet or a background.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(picture.data)) as image:
                return _measures(image, picture)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, TypeError):
        return None
    except Image.DecompressionBombWarning:
        return None


def _measures(image: Image.Image, picture: Picture) -> dict[str, Any] | None:
    import imagehash

    width, height = image.size
    small, long = sorted((width, height))
    if small < _MIN_SIDE or long > _MAX_RATIO * small or width * height > _MAX_PIXELS:
        return None
    data, extension = picture.data, _PORTABLE.get(image.format or "")
    image.load()
    grey = image.convert("L")
    low, high = grey.getextrema()
    if low == high:
        return None
    if extension is None or image.mode in {"CMYK", "YCCK", "I;16", "F"}:
        buffer = BytesIO()
        image.convert("RGB").save(buffer, "PNG")
        data, extension = buffer.getvalue(), "png"
    return {
        "bytes": data,
        "extension": extension,
        "width": width,
        "height": height,
        "sha256": sha256(data).hexdigest(),
        "phash": str(imagehash.phash(grey)),
    }
