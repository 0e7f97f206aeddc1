"""Embedded pictures: which are worth keeping, and their measures."""

import warnings
from enum import StrEnum
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


class Decoration(StrEnum):
    """Why a picture is left out; counted in `metadata.decorative_images`."""

    SMALL = "small"  # a bullet, an icon
    LINE = "line"
    ONE_COLOUR = "one_colour"
    LOGO = "logo"  # on many pages
    BACKGROUND = "background"  # or the scan behind a text layer
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"  # damaged, or a format that is not decoded, such as WMF


def measure_picture(picture: Picture) -> dict[str, Any] | Decoration:
    """Columns of `image@1` that come from the file itself, or why it is not worth keeping.

    One below 32 pixels on a side is a bullet, one 16 times longer than wide a line, one of one colour a background.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(picture.data)) as image:
                return _measures(image, picture)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, TypeError):
        return Decoration.UNREADABLE
    except Image.DecompressionBombWarning:
        return Decoration.TOO_LARGE


def _measures(image: Image.Image, picture: Picture) -> dict[str, Any] | Decoration:
    import imagehash

    width, height = image.size
    small, long = sorted((width, height))
    if long > _MAX_RATIO * small:
        return Decoration.LINE
    if small < _MIN_SIDE:
        return Decoration.SMALL
    if width * height > _MAX_PIXELS:
        return Decoration.TOO_LARGE
    data, extension = picture.data, _PORTABLE.get(image.format or "")
    image.load()
    grey = image.convert("L")
    low, high = grey.getextrema()
    if low == high and not _has_shape(image):
        return Decoration.ONE_COLOUR
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


def _has_shape(image: Image.Image) -> bool:
    """Whether what is transparent in it shows something."""
    if "A" not in image.getbands():
        return False
    low, high = image.getchannel("A").getextrema()
    return bool(low != high)
