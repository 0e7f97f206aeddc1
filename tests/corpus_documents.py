"""Texts of the evaluation corpus, as a run sees them."""

from pathlib import Path

import pyarrow as pa

from schemas.inventory import INVENTORY
from schemas.sources import IssuesSource
from tasks.clean.clean import clean_documents
from tasks.clean.settings import CleanSettings
from tasks.engine.store import Store
from tasks.extract.issues import extract_threads
from tasks.extract.settings import ExtractSettings
from tasks.ingest.inventory import take_inventory
from tasks.ingest.places import locations


def threads_of(corpus: Path, root: Path) -> pa.Table:
    """Every issue thread of the corpus, as `document@1` rows."""
    sources = [IssuesSource(kind="issues", path="issues/*.json*", kb="issues")]
    store = Store(str(root))
    (shards,) = take_inventory(sources, corpus, store).shards.values()
    settings = ExtractSettings(locations=locations(sources, corpus))
    tables = [extract_threads(store.get_table(shard, INVENTORY), settings).kept for shard in shards]
    return clean_documents(pa.concat_tables(tables), CleanSettings()).kept


def manuals_of(corpus: Path) -> dict[str, str]:
    """Text of every Markdown file of the corpus, by name."""
    files = sorted((corpus / "docs").glob("*.md"))
    texts = {path.name: path.read_text(encoding="utf-8").replace("\r\n", "\n").strip() for path in files}
    return {name: text for name, text in texts.items() if text}
