r"""Train a SentencePiece model on samples of the corpus, or take the given one, or that of the version before.

Byte-pair encoding with byte fallback and no normalization: what is decoded is what was encoded, byte for byte. Digits
are split, "\n" and "\t" are pieces of their own, runs of spaces may be one piece (code). Control pieces (<unk>, <s>,
</s>, <pad>) are reached by id only: the same characters in a text are ordinary text.
"""

import io
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import sentencepiece

from schemas.tokenizer import TOKENIZER, TOKENIZER_SAMPLE
from tasks.engine.step import Accounting, Partition, Step
from tasks.tokens.settings import TokensSettings
from tasks.tokens.tokenizer_sample import take_sample

# Four control pieces, "\n", "\t" and 256 bytes.
_RESERVED: Final = 262
_COVERAGE: Final = 0.9995
_LINE_END: Final = ord("\n")
# What a space is inside a model. Without a piece of its own (in a corpus of Chinese alone) it would be encoded as the
# bytes of this mark, and decoded as the mark.
_SPACE_MARK: Final = "▁"
# Where there is nothing to learn from, bytes alone are a valid vocabulary; training needs one line.
_PLACEHOLDER: Final = "a"


def make_tokenizer(batch: pa.Table, settings: TokensSettings, *, released: pa.Table | None = None) -> Partition:
    """One `tokenizer@1` row: the given model, the released one, or one trained on the samples.

    Args:
        batch: `tokenizer_sample@1` rows of all shards, in any order: the result does not depend on it.
        settings: Size of the vocabulary and of the sample, or the given model.
        released: The `tokenizer@1` row of the version before, where it is to be kept.

    Raises:
        ValueError: The given model is not the file it was when the run began, or not a SentencePiece model.
    """
    if settings.model:
        return Partition(tokenizer_row(_read_model(settings), "given", None))
    if released is not None:
        return Partition(released)
    sample = take_sample(batch, int(settings.sample_mb * 1e6))
    text = "\n".join(sample["text"].to_pylist())
    return Partition(tokenizer_row(train_model(text, settings.vocab_size), "trained", len(text.encode())))


def train_model(text: str, vocab_size: int) -> bytes:
    """A SentencePiece model; the same text gives the same bytes.

    Args:
        text: Any; no piece is learnt across a line end.
        vocab_size: Pieces, at most; at least 512.
    """
    lines = [line for line in frequent_characters(text, vocab_size).split("\n") if line] or [_PLACEHOLDER]
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=model,
        model_type="bpe",
        vocab_size=vocab_size,
        hard_vocab_limit=False,
        character_coverage=1.0,  # see frequent_characters
        required_chars=_SPACE_MARK,
        byte_fallback=True,
        split_digits=True,
        allow_whitespace_only_pieces=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        add_dummy_prefix=False,
        user_defined_symbols=["\n", "\t"],
        pad_id=3,
        max_sentence_length=1 << 26,
        num_threads=1,
        minloglevel=2,
    )
    return model.getvalue()


def frequent_characters(text: str, vocab_size: int) -> str:
    """`text` with a line end in the place of every rare character: those are encoded as bytes.

    Frequent are the characters that make up `_COVERAGE` of the text, but no more than fill half of the vocabulary.
    """
    points = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    counts = np.bincount(points, minlength=_LINE_END + 1)
    counts[_LINE_END] = 0
    # Most frequent first, smaller code point first among equals.
    order = np.argsort(-counts, kind="stable")
    reached = np.cumsum(counts[order]) / max(1, counts.sum())
    n_frequent = min(int(np.searchsorted(reached, _COVERAGE)) + 1, (vocab_size - _RESERVED) // 2)
    frequent = np.zeros(len(counts), bool)
    frequent[order[:n_frequent]] = True
    return np.where(frequent[points], points, _LINE_END).astype(np.uint32).tobytes().decode("utf-32-le")


def _read_model(settings: TokensSettings) -> bytes:
    model = Path(str(settings.model)).read_bytes()
    if sha256(model).hexdigest() != settings.model_sha256:
        raise ValueError("tokenizer: the model file is not the one whose digest the settings give")
    return model


def tokenizer_row(model: bytes, kind: str, trained_bytes: int | None) -> pa.Table:
    """One `tokenizer@1` row.

    Raises:
        ValueError: Not a SentencePiece model.
    """
    try:
        processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    except RuntimeError as error:
        raise ValueError("tokenizer: the given file is not a SentencePiece model") from error
    return TOKENIZER.from_rows(
        [
            {
                "sha256": sha256(model).hexdigest(),
                "model": model,
                "kind": kind,
                "vocab_size": processor.get_piece_size(),
                "trained_bytes": trained_bytes,
            }
        ]
    )


STEP: Final = Step(
    name="tokenizer",
    version=2,
    settings=TokensSettings,
    reads=TOKENIZER_SAMPLE,
    writes=TOKENIZER,
    run=make_tokenizer,
    uses={"released": TOKENIZER},
    accounting=Accounting.NONE,
)
