"""Questions and answers: FAQ pairs as they are, threads as their question and the answer that was given."""

import re
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.release import release_rows
from schemas.settings import StepSettings
from tasks.engine.markdown_fences import fence_spans
from tasks.engine.step import Accounting, Partition, Step
from tasks.tokens.evidence import ChunksByDocument
from tasks.tokens.jieba_cut import cut_words
from tasks.tokens.thread_turns import Conversation, message_text, read_conversation

ROWS: Final = release_rows("qa_pairs")
# A paragraph that is prose: no code, heading, table, quote, picture or list.
_PROSE: Final = re.compile(r"(?![`~#|>!*+-]|\d+[.)]|<)[^\n]")
_ASKS: Final = re.compile(
    r"[?？]|(?i:(?<![a-z])(?:how|why|what|when|where|which|can(?:not|'t)?|unable)(?![a-z]))|如何|怎[么样]|为什么|为何|吗|无法|怎麼|無法"
)
# A report of a fault asks what to do about it.
_FAULT: Final = re.compile(
    r"(?i)fail|error|crash|broken|bug|wrong|incorrect|(?<![a-z])not(?![a-z])|n['’]t(?![a-z])|stuck|missing|hang|freez|problem|unexpected"
    r"|失败|报错|错误|异常|崩溃|不能|不行|不了|不生效|没有|掉线|卡[住死]|坏了|问题|无效|丢失|超时|闪退|失敗|錯誤|異常|崩潰|問題"
)
_GREETING: Final = re.compile(
    r"(?i)(?:hi|hello|hey|dear|good (?:morning|day|evening)|你好|您好|大家好|各位)(?![a-z])[^\n]{0,24}"
)
_FIRST_CHARS: Final = 400
_CARRIED: Final = ("source_type", "source", "source_url", "lang", "license", "kb", "dedup_cluster")


def make_pairs(batch: pa.Table, settings: StepSettings, *, chunks: pa.Table) -> Partition:  # noqa: ARG001
    """`qa_pairs` rows; what a FAQ asks in several ways with one answer is one row with variants.

    Args:
        batch: `document@1` rows.
        settings: None.
        chunks: `chunks` rows of the same documents: where the answer stands.
    """
    index = ChunksByDocument(chunks)
    rows: dict[str, dict[str, Any]] = {}
    for document in batch.to_pylist():
        conversation = read_conversation(document) if document["blocks"] else None
        if conversation is None or not answers_its_question(document, conversation):
            continue
        row = pair(document, conversation, index)
        # "Fixed." answers many threads that have nothing else in common.
        key = row["answer"] if row["source_type"] == "faq" else f"{row['id']}\0"
        first = rows.setdefault(key, row)
        if first is not row and row["question"] != first["question"]:
            first["variants"].append(row["question"])
            first["gold_chunk_ids"] += row["gold_chunk_ids"]
    questions = pa.array([row["question"] for row in rows.values()], pa.large_string())
    for row, found in zip(rows.values(), cut_words(pa.chunked_array([questions]), for_search=False), strict=True):
        row["question_token"] = found.as_py()
    return Partition(ROWS.from_rows(list(rows.values())))


def answers_its_question(document: dict[str, Any], conversation: Conversation) -> bool:
    """Whether the last turn answers the first.

    It is accepted; or something was asked, and nothing was said between them.
    """
    if conversation.signal is not None:
        return True
    question = short_question(document, conversation.turns[0].text)
    return len(conversation.turns) == 2 and bool(_ASKS.search(question) or _FAULT.search(question))


def short_question(document: dict[str, Any], asked: str) -> str:
    """What is asked, in short: the title, with the first paragraph below it where the title asks nothing."""
    title = document["title"]
    if document["source_type"] != "github_issue" or not title:
        return asked
    said = asked.removeprefix(title)
    for start, end in reversed(fence_spans(said)):
        said = f"{said[:start]}\n\n{said[end:]}"
    paragraphs = (part.strip() for part in said.split("\n\n"))
    prose = [part for part in paragraphs if _PROSE.match(part) and not _GREETING.fullmatch(part)]
    # One that ends in a colon speaks of what is not prose.
    first = next((part for part in prose if part[-1] not in ":："), prose[0] if prose else "")
    if _ASKS.search(title) or not first:
        return str(title)
    return f"{title}\n\n{first[:_FIRST_CHARS]}"


def pair(document: dict[str, Any], conversation: Conversation, index: ChunksByDocument) -> dict[str, Any]:
    """One question and its answer as a `qa_pairs` row, without the words of the question."""
    asked, answered = conversation.turns[0], conversation.turns[-1]
    question = message_text(short_question(document, asked.text))
    return {
        **{name: document[name] for name in _CARRIED},
        "id": blake2b(f"{document['id']}\0qa".encode(), digest_size=16).hexdigest(),
        "question": question,
        "answer": message_text(answered.text),
        "variants": [],
        "gold_chunk_ids": index.overlapping(document["id"], answered.start, answered.end),
        "answer_role": answered.author_role,
        "accepted": conversation.signal is not None,
        "accept_signal": conversation.signal,
        "confidence": conversation.confidence,
        "answered_at": datetime.fromisoformat(answered.at) if answered.at else None,
    }


STEP: Final = Step(
    name="qa_pairs",
    version=9,
    settings=StepSettings,
    reads=DOCUMENT,
    writes=ROWS,
    run=make_pairs,
    uses={"chunks": release_rows("chunks")},
    accounting=Accounting.NONE,
)
