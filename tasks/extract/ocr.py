"""Text of a page by recognition: RapidOCR (`pip install winnow[ocr]`) or Tesseract through one interface.

Runs in the sandbox. RapidOCR's wheel carries its models; nothing is downloaded.
"""

import ctypes
import importlib.util
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final, NamedTuple

import pymupdf

from tasks.engine.sandbox import unmetered
from tasks.extract.parsed import Box, ParseError
from tasks.extract.settings import ExtractCause

_DPI: Final = 200
# A page of a million points a side is drawn no larger than this.
_MAX_PIXELS: Final = 9_000_000
_MIN_SCORE: Final = 0.5
# There are as many workers as cores.
_ONE_THREAD: Final = {"EngineConfig.onnxruntime.intra_op_num_threads": 1}
# What the models ask for beyond so many bytes goes back to the system at once: 190 MB a process of 1.2 GB.
_M_MMAP_THRESHOLD: Final = -3
_LARGE: Final = 8 << 20
_TESSERACT: Final = "tesseract"
_RAPID: Final = "rapidocr"
# Glyphs of both scripts; it is a reference to a font, no font.
_HAN_FONT: Final = "china-s"


class OcrLine(NamedTuple):
    """A line that was recognised: text, box in points with its origin top left, and how sure, 0 to 1."""

    text: str
    box: Box
    score: float


def available_engine() -> str | None:
    """Name and version of the engine that would be used; None where none is installed."""
    if importlib.util.find_spec("rapidocr") and importlib.util.find_spec("onnxruntime"):
        return f"{_RAPID} {metadata.version('rapidocr')}"
    languages = _tesseract_languages()
    return f"{_TESSERACT} {languages}" if languages else None


def _tesseract_languages() -> str:
    """Chinese and English, those of them that have language files; "" where there is none."""
    folder = os.environ.get("TESSDATA_PREFIX") or pymupdf.get_tessdata()
    if not folder or not Path(str(folder)).is_dir():
        return ""
    return "+".join(name for name in ("chi_sim", "eng") if (Path(str(folder)) / f"{name}.traineddata").is_file())


def read_page(data: bytes, password: str | None, number: int, engine: str) -> list[OcrLine]:
    """Recognise one page.

    Args:
        data: A PDF or a picture.
        password: Of an encrypted PDF.
        number: Page, from 1.
        engine: What `available_engine` named.

    Returns:
        Lines in the order the engine gives them; empty where it sees none.
    """
    with open_document(data, password) as document:
        page = document.load_page(number - 1)
        read = _ENGINES[engine.split()[0]]
        return [line for line in read(page, engine) if line.text.strip() and line.score >= _MIN_SCORE]


@contextmanager
def open_document(data: bytes, password: str | None) -> Iterator[Any]:
    """A PDF, or a picture as a document of one page.

    Raises:
        ParseError: It cannot be opened, or a page of it not be drawn in the block.
        MemoryError: MuPDF could not get the memory it wanted.
    """
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    try:
        with pymupdf.open(stream=data) as document:
            if document.needs_pass and not (password and document.authenticate(password)):
                raise ParseError(ExtractCause.ENCRYPTED, "give its password to the source")
            yield document
    except (pymupdf.mupdf.FzErrorBase, RuntimeError, ValueError) as error:
        if "malloc" in str(error) or "out of memory" in str(error):
            raise MemoryError from None
        raise ParseError(ExtractCause.DAMAGED, f"a page cannot be drawn: {type(error).__name__}") from None


def _scale(page: Any) -> float:
    """Pixels a point: at 200 dots an inch, or less where the page would be too large."""
    width, height = page.rect.width, page.rect.height
    return float(min(_DPI / 72, (_MAX_PIXELS / max(1.0, width * height)) ** 0.5))


def _rapid(page: Any, engine: str) -> Sequence[OcrLine]:  # noqa: ARG001 (one interface)
    import numpy as np

    scale = _scale(page)
    pixels = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False, colorspace=pymupdf.csRGB)
    array = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.h, pixels.w, 3)[:, :, ::-1]
    found = _rapid_engine()(array)
    if found.boxes is None:
        return []
    lines = []
    for text, corners, score in zip(found.txts, found.boxes, found.scores, strict=True):
        xs, ys = corners[:, 0] / scale, corners[:, 1] / scale
        lines.append(OcrLine(text, (float(min(xs)), float(min(ys)), float(max(xs)), float(max(ys))), float(score)))
    return lines


@lru_cache(maxsize=1)
def _rapid_engine() -> Callable[..., Any]:
    """The engine with the models of its wheel: a path that is given is not looked up in the network."""
    with unmetered():
        import rapidocr

        _give_back_large_buffers()

        models = Path(rapidocr.__file__).parent / "models"
        paths = {
            part: next(iter(sorted(models.glob(f"*_{part.lower()}_*.onnx"))), None) for part in ("Det", "Cls", "Rec")
        }
        if None in paths.values():
            raise RuntimeError(
                f"rapidocr {metadata.version('rapidocr')} comes without its models: reinstall winnow[ocr]"
            )
        params = {f"{part}.model_path": str(path) for part, path in paths.items()}
        engine: Callable[..., Any] = rapidocr.RapidOCR(params={"Global.log_level": "critical", **_ONE_THREAD, **params})
    return engine


def _give_back_large_buffers() -> None:
    """Keep glibc from raising its limit by itself (mallopt(3)); other C libraries have no such limit."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE)


def _tesseract(page: Any, engine: str) -> Sequence[OcrLine]:
    """By the Tesseract inside of MuPDF."""
    layer = page.get_textpage_ocr(flags=0, language=engine.split()[1], dpi=int(_scale(page) * 72), full=True)
    lines = []
    for block in page.get_text("dict", textpage=layer)["blocks"]:
        for line in block.get("lines", ()):
            lines.append(OcrLine("".join(span["text"] for span in line["spans"]), tuple(line["bbox"]), 1.0))
    return lines


_ENGINES: Final[dict[str, Callable[[Any, str], Sequence[OcrLine]]]] = {_RAPID: _rapid, _TESSERACT: _tesseract}


def with_text(data: bytes, password: str | None, read: Mapping[int, Sequence[OcrLine]]) -> bytes:
    """The document as a PDF whose recognised pages are their text, where it stood: the readers of PDF do the rest.

    Args:
        data: A PDF or a picture.
        password: Of an encrypted PDF.
        read: Lines by page, from 1.
    """
    with open_document(data, password) as document:
        if not document.is_pdf:
            document = pymupdf.open("pdf", document.convert_to_pdf())
        outline = document.get_toc(simple=True)
        for number, lines in sorted(read.items()):
            place = document.load_page(number - 1).rect
            page = document.new_page(number - 1, width=place.width, height=place.height)
            for line in lines:
                _write(page, line)
            document.delete_page(number)
        if outline:
            document.set_toc([entry for entry in outline if entry[2] >= 1])
        return bytes(document.tobytes())


def _write(page: Any, line: OcrLine) -> None:
    """Text of the size at which it fills its box."""
    x0, y0, x1, y1 = line.box
    height = max(1.0, y1 - y0)
    font = "helv" if line.text.isascii() else _HAN_FONT
    natural = pymupdf.get_text_length(line.text, fontname=font, fontsize=1)
    size = min(max((x1 - x0) / max(natural, 0.1), 0.5 * height), 1.1 * height)
    page.insert_text((x0, y1 - 0.22 * height), line.text, fontname=font, fontsize=size)
