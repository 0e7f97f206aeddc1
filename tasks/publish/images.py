"""Rows of the release table `images`: the pictures of the documents that stayed."""

from typing import Any, Final

import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.release import release_rows
from schemas.settings import StepSettings
from schemas.sides import IMAGE
from tasks.engine.step import Accounting, Partition, Step

ROWS: Final = release_rows("images")
_FROM_DOCUMENT: Final = ("source_type", "source", "source_url", "lang", "license")
_SAID: Final = ("caption", "ocr_text")
_FROM_IMAGE: Final = ("id", "doc_id", "page", "width", "height", "sha256", "phash", "kind")


def make_images(batch: pa.Table, settings: StepSettings, *, images: pa.Table) -> Partition:  # noqa: ARG001
    """`images` rows, in order; of pictures that are the same the bytes stand once, in the first row with their sha256.

    Args:
        batch: `document@1` rows: those that stayed.
        settings: None.
        images: `image@1` rows of the shard as it was extracted.
    """
    origin = {row["id"]: row for row in batch.select(["id", "text", *_FROM_DOCUMENT]).to_pylist()}
    rows = [_row(image, origin[image["doc_id"]]) for image in images.to_pylist() if image["doc_id"] in origin]
    stored: set[str] = set()
    for row in rows:
        if row["image"] and row["sha256"] in stored:
            row["image"] = None
        stored.add(row["sha256"])
    return Partition(ROWS.from_rows(rows))


def _row(image: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    box = {name: image[name] for name in ("page", "x0", "y0", "x1", "y1")}
    return {
        **{name: image[name] for name in _FROM_IMAGE},
        **{name: document[name] for name in _FROM_DOCUMENT},
        # They are text of the document: what is not in it any more held personal data.
        **{name: image[name] if image[name] and image[name] in document["text"] else None for name in _SAID},
        "image": {"bytes": image["bytes"], "path": image["path"]} if image["bytes"] is not None else None,
        "bbox": None if None in box.values() else box,
    }


STEP: Final = Step(
    name="images",
    version=2,
    settings=StepSettings,
    reads=DOCUMENT,
    writes=ROWS,
    run=make_images,
    uses={"images": IMAGE},
    accounting=Accounting.NONE,
)
