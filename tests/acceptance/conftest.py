"""A release of every table, written and published as a run does it, from documents of both languages."""

from pathlib import Path

import pyarrow as pa
import pytest

from schemas.manifest import Manifest, ReleaseFile, SourceTotals, StepTotals
from schemas.outcomes import DROP, QUARANTINE
from schemas.release import RELEASE, release_rows
from schemas.settings import StepSettings
from schemas.sides import IMAGE, PII_SPAN
from tasks.engine.store import Store
from tasks.publish.card import dataset_card
from tasks.publish.documents import make_rows
from tasks.publish.images import make_images
from tasks.publish.pretrain_text import make_texts
from tasks.publish.release_file import stored_schema, write_release_file
from tasks.publish.stats import stats_table, step_stats, table_stats
from tasks.publish.versions import claim_version, publish_manifest, version_folder
from tasks.tokens.chunks import cut_chunks
from tasks.tokens.qa_pairs import make_pairs
from tasks.tokens.recall_eval import make_questions
from tasks.tokens.settings import ChunksSettings, SftSettings, TokensSettings
from tasks.tokens.sft import make_conversations
from tasks.tokens.tokens import pack_tokens
from tests.publish.test_release_file import DROPPED
from tests.publish.test_rows import image_row
from tests.tokens.conftest import CHINESE, ENGLISH, mixed_text, samples, thread, tokenizer

__all__ = ["samples", "tokenizer"]

TURN = {"role": "user", "is_bot": False}
ANSWER = {"role": "assistant", "is_bot": False, "accept_signal": "faq"}


def message(role: str, content: str) -> list[dict[str, str]]:
    return [{"role": role, "content": content}]


def tables_of(batch: pa.Table, model: pa.Table) -> dict[str, pa.Table]:
    """Rows of every table of a release."""
    nothing = StepSettings()
    chunks = cut_chunks(batch, ChunksSettings(max_chars=120), tokenizer=model).kept
    origin = {"source_type": "faq", "source": "常见问题.tsv", "lang": "zh"}
    asked, good, bad = message("user", "备份？"), message("assistant", "每晚。"), message("assistant", "不。")
    quarantined = {"id": "q", "parent_id": "q", "step": "extract_documents", "cause": "encrypted",
                   "source_type": "pdf", "source": "密.pdf", "bytes": 9}  # fmt: skip
    span = {"id": "d0", "start": 0, "end": 3, "entity": "EMAIL", "score": 1.0, "recognizer": "pattern"}
    preference = {"id": "p", "prompt": asked, "chosen": good, "rejected": bad, "chosen_message": good[0],
                  "rejected_message": bad[0], **origin}  # fmt: skip
    kto = {"id": "k", "prompt": asked, "completion": good, "label": True, "dialog": asked + good, **origin}
    fim = {"id": "f", "prefix": "def f(", "middle": "x", "suffix": "): 1", "language": "python", "path": "a.py",
           "cut": "line", **origin}  # fmt: skip
    repository = {"id": "r", "repo": "service/仓库", "kb": "code", "licenses": ["MIT"], "languages": ["python"],
                  "n_files": 1, "n_chars": 9, "document_ids": ["d0"], "paths": ["a.py"]}  # fmt: skip
    return {
        "documents": make_rows(batch, nothing).kept,
        "images": make_images(
            batch, nothing, images=IMAGE.from_rows([image_row("d0", "i0"), image_row("d1", "i1")])
        ).kept,
        "chunks": chunks,
        "qa_pairs": make_pairs(batch, nothing, chunks=chunks).kept,
        "recall_eval": make_questions(batch, nothing, chunks=chunks).kept,
        "sft": make_conversations(batch, SftSettings(), chunks=chunks, tokenizer=model).kept,
        "preference": release_rows("preference").from_rows([preference]),
        "kto": release_rows("kto").from_rows([kto]),
        "pairs": release_rows("pairs").from_rows([{"id": "s", "sentence1": "备份", "sentence2": "backup", "label": 1}]),
        "pretrain_text": make_texts(batch, nothing).kept,
        "code_fim": release_rows("code_fim").from_rows([fim]),
        "repositories": release_rows("repositories").from_rows([repository]),
        "pretrain_tokens": pack_tokens(batch, TokensSettings(sequence_length=64), tokenizer=model).kept,
        "dropped": DROP.from_rows([DROPPED]),
        "quarantined": QUARANTINE.from_rows([quarantined]),
        "pii_spans": PII_SPAN.from_rows([span]),
    }


STEP = StepTotals(
    name="quality", version=2, shards=1, cached_shards=0, rows_in=13, rows_kept=12, rows_dropped=1, rows_quarantined=0,
    reasons={"too_few_words": 1}, words_in=100, words_kept=90, bytes_in=1000, cpu_s=0.1, wall_s=0.1,
)  # fmt: skip


def publish_tables(root: Path, tables: dict[str, pa.Table]) -> Path:
    """The folder of the version that holds `tables`, each in two files where it has two rows."""
    store = Store(str(root))
    version = claim_version(store, "支持-support", "content")
    folder = version_folder("支持-support", version)
    files: list[ReleaseFile] = []
    stats = []
    shards = {}
    for table, rows in tables.items():
        half = -(-rows.num_rows // 2)
        parts = [rows.slice(0, half), rows.slice(half)] if rows.num_rows > 1 else [rows]
        shards[table] = [store.put_table(part, stored_schema(table), f"s{n}") for n, part in enumerate(parts)]
        stats += table_stats(store, table, shards[table])
    stats += step_stats([STEP])
    shards["stats"] = [store.put_table(stats_table(stats), stored_schema("stats"), "stats")]
    for table, parts in shards.items():
        for n, part in enumerate(parts):
            path = f"{folder}/data/{table}/train-{n:05d}-of-{len(parts):05d}.parquet"
            file = write_release_file(store, table, [part], version=version, path=path)
            files.append(file.model_copy(update={"path": file.path.removeprefix(f"{folder}/")}))
    sources = [SourceTotals(kind="faq", path="常见问题.tsv", kb="faq", files=1, bytes=9, sha256="0")]
    card = dataset_card(dataset="support", version=version, files=files, sources=sources, steps=[STEP], stats=stats)
    store.put_bytes(f"{folder}/README.md", card.encode())
    publish_manifest(
        store,
        Manifest(dataset="支持-support", version=version, created_at="t", content_sha256="content", inputs_sha256="i",
                 recipe={}, code={}, sources=sources, steps=[STEP], files=files),
    )  # fmt: skip
    return root / folder


def bilingual(documents) -> pa.Table:
    """`document@1` rows: manuals, a FAQ and code, in both languages."""
    pairs = (("备份多久一次？", "每天凌晨两点一次。"), ("Is there a fan?", "No, the case is the heat sink."))
    faq = [thread((TURN, asked), (ANSWER, answer)) for asked, answer in pairs]
    plain = [*ENGLISH[:3], *CHINESE[:3], mixed_text(1, 30), "def f(x):\n    return x  # 返回", "图1 Gateway 手册"]
    return documents(
        *plain,
        *(text for text, _ in faq),
        source_type=["markdown"] * 7 + ["code", "pdf"] + ["faq"] * 2,
        lang=["en"] * 3 + ["zh"] * 3 + ["zh-en", "code", "zh"] + ["zh", "en"],
        blocks=[[]] * 9 + [blocks for _, blocks in faq],
    )


@pytest.fixture(scope="session")
def release(tmp_path_factory, tokenizer) -> Path:
    """Folder of a published version with every table."""
    from tests.conftest import make_documents

    tables = tables_of(bilingual(make_documents), tokenizer)
    assert set(tables) | {"stats"} == set(RELEASE)
    return publish_tables(tmp_path_factory.mktemp("root"), tables)
