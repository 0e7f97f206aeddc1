"""The dataset card of a release: how to load it, what is in it, what was left out and why.

Depends on the content alone (no times, no places), so that equal releases have equal cards.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import yaml

from schemas.manifest import ReleaseFile, SourceTotals, StepTotals, TokenizerFile
from schemas.release import RELEASE
from tasks.publish.stats import Stat

# What a reader most likely wants first.
_DEFAULT: Final = ("sft", "chunks", "documents")
_PURPOSE: Final[Mapping[str, str]] = {
    "documents": "cleaned, anonymized texts with their origin",
    "images": "pictures of the documents that stayed",
    "chunks": "passages for a knowledge base, with parents and children",
    "qa_pairs": "questions and answers",
    "recall_eval": "questions to measure retrieval with",
    "sft": "conversations for supervised fine-tuning",
    "preference": "a better and a worse answer to the same question",
    "kto": "answers that were accepted or not",
    "pairs": "pairs of sentences of the same or of another meaning",
    "pretrain_text": "texts for continued pre-training",
    "code_fim": "code with a middle to fill in",
    "repositories": "files of each repository, what they import first",
    "pretrain_tokens": "packed token ids",
    "dropped": "every document that a rule removed: which rule, which value, which threshold",
    "quarantined": "every input that could not be read, and why",
    "pii_spans": "where personal data was found, never what it was",
    "stats": "the numbers of this card, and more",
}


def dataset_card(
    *,
    dataset: str,
    version: str,
    files: Sequence[ReleaseFile],
    sources: Sequence[SourceTotals],
    steps: Sequence[StepTotals],
    stats: Sequence[Stat],
    tokenizer: TokenizerFile | None = None,
) -> str:
    """Markdown with the YAML header that `datasets` and the Hugging Face hub read."""
    rows = {table: sum(file.rows for file in files if file.table == table) for table in RELEASE}
    tables = [table for table in RELEASE if any(file.table == table for file in files)]
    parts = [
        _header(dataset, tables, stats),
        f"# {dataset} {version}",
        _loading(tables),
        _table(["Table", "Rows", "What for"], [[t, f"{rows[t]:,}", _PURPOSE[t]] for t in tables]),
        _tokenizer(tokenizer) if tokenizer else "",
        "## What became of every record",
        _table(["Step", "In", "Kept", "Dropped", "Quarantined", "Reasons"], [_step_row(s) for s in steps if s.reasons]),
        "Steps that removed nothing are left out. `dropped` and `quarantined` list every record.",
        "## Sources",
        _table(["Kind", "Path", "Label", "Files", "Bytes"], [_source_row(s) for s in sources]),
        *_counts(stats),
        "## Personal data",
        _personal_data(stats),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _header(dataset: str, tables: Sequence[str], stats: Sequence[Stat]) -> str:
    default = next((table for table in _DEFAULT if table in tables), None)
    languages = {
        key.split("-")[0] for table, metric, key, _ in stats if (table, metric) == ("documents", "rows_by_lang")
    }
    values = {
        "pretty_name": dataset,
        "language": sorted(languages & {"zh", "en", "ja", "ko", "de", "fr", "es", "ru"}),
        "license": "other",
        "configs": [
            {
                "config_name": table,
                **({"default": True} if table == default else {}),
                "data_files": [{"split": "train", "path": f"data/{table}/train-*.parquet"}],
            }
            for table in tables
        ],
    }
    return f"---\n{yaml.safe_dump(values, sort_keys=False, allow_unicode=True)}---"


def _loading(tables: Sequence[str]) -> str:
    table = next((name for name in _DEFAULT if name in tables), tables[0])
    return (
        "```python\nfrom datasets import load_dataset\n\n"
        f'rows = load_dataset("<this folder>", "{table}", split="train")\n```'
    )


def _tokenizer(model: TokenizerFile) -> str:
    return (
        f"Tokens are counted, and ids given, by the SentencePiece model `{model.path}` ({model.vocab_size:,} pieces, "
        f"`tokenizer_sha256` {model.sha256[:16]}…)."
    )


def _step_row(step: StepTotals) -> list[str]:
    reasons = ", ".join(
        f"{reason} {count:,}" for reason, count in sorted(step.reasons.items(), key=lambda x: (-x[1], x[0]))
    )
    numbers = (step.rows_in, step.rows_kept, step.rows_dropped, step.rows_quarantined)
    return [step.name, *(f"{number:,}" for number in numbers), reasons]


def _source_row(source: SourceTotals) -> list[str]:
    return [source.kind, f"`{source.path}`", source.kb, f"{source.files:,}", f"{source.bytes:,}"]


def _counts(stats: Sequence[Stat]) -> list[str]:
    parts = ["## Documents"]
    for name, title in (("lang", "Language"), ("source_type", "Source type"), ("license", "Licence")):
        found = [
            (key, int(value)) for t, metric, key, value in stats if (t, metric) == ("documents", f"rows_by_{name}")
        ]
        if found:
            ordered = sorted(found, key=lambda item: (-item[1], item[0]))
            parts.append(_table([title, "Documents"], [[key, f"{count:,}"] for key, count in ordered]))
    return parts if len(parts) > 1 else []


def _personal_data(stats: Sequence[Stat]) -> str:
    found = [
        (key, int(value)) for table, metric, key, value in stats if (table, metric) == ("pii_spans", "rows_by_entity")
    ]
    if not found:
        return "None was found, or `anonymize` was switched off: see the recipe in `manifest.json`."
    return _table(
        ["Entity", "Replaced"], [[key, f"{count:,}"] for key, count in sorted(found, key=lambda x: (-x[1], x[0]))]
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
