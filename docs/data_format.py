"""Write docs/data-format.md from the schemas: the tables of a release and the tables between steps."""

from collections.abc import Iterator

from schemas.release import RELEASE


def lines() -> Iterator[str]:
    """The document, line by line."""
    yield "# Data format"
    yield ""
    yield "Written by `make docs` from `schemas/`; do not edit."
    yield ""
    yield "A release is `releases/<dataset>/v<N>/` with `README.md` (dataset card), `manifest.json` and"
    yield "`data/<table>/train-00000-of-000NN.parquet`: zstd, 1,000 rows a row group, plain Arrow types only."
    yield "Spans are `[start, end)` in code points. `tokenizer/tokenizer.model` is the SentencePiece model that"
    yield "`tokenizer_sha256` names."
    for name, table in RELEASE.items():
        yield ""
        yield f"## {name}"
        yield ""
        yield "| Column | Type | Null | |"
        yield "|---|---|---|---|"
        for field in table.arrow:
            described = (field.metadata or {}).get(b"description", b"").decode().replace("|", "\\|")
            yield f"| `{field.name}` | `{field.type}` | {'yes' if field.nullable else 'no'} | {described} |"


if __name__ == "__main__":
    print("\n".join(lines()))
