"""`document@1` rows of the evaluation corpus, extracted and cleaned as a run does it."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.inventory import INVENTORY
from schemas.sources import DocumentsSource, IssuesSource, Source
from tasks.clean.clean import CleanSettings, clean_documents
from tasks.engine.store import Store
from tasks.extract.documents import extract_files
from tasks.extract.issues import extract_threads
from tasks.extract.settings import ExtractSettings
from tasks.ingest.inventory import take_inventory
from tasks.ingest.places import locations


def threads_of(corpus: Path, root: Path) -> pa.Table:
    """Every issue thread of the corpus."""
    return _documents(corpus, root, [IssuesSource(kind="issues", path="issues/*.json*", kb="issues")])


def manuals_of(corpus: Path, root: Path) -> pa.Table:
    """Every Markdown file of the corpus."""
    return _documents(corpus, root, [DocumentsSource(kind="documents", path="docs/*.md", kb="docs")])


def _documents(corpus: Path, root: Path, sources: Sequence[Source]) -> pa.Table:
    store = Store(str(root))
    found = take_inventory(sources, corpus, store)
    settings = ExtractSettings(locations=locations(sources, corpus))
    tables = [DOCUMENT.empty()]
    for kind, shards in found.shards.items():
        run = extract_threads if kind == "issues" else extract_files
        tables += [run(store.get_table(shard, INVENTORY), settings).kept for shard in shards]
    return clean_documents(pa.concat_tables(tables), CleanSettings()).kept
