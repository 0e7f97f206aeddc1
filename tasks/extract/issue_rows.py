"""Turn issue threads into `document@1` rows: Markdown text, one block a turn, what closed the thread.

Times are written by orjson: the same as `isoformat` does, in an eighth of the time.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final, NamedTuple

import orjson
import pyarrow as pa

from schemas.document import BLOCK, DOCUMENT
from tasks.engine.markdown_fences import open_fence
from tasks.engine.word_count import count_words
from tasks.extract.issue_authors import MAINTAINERS
from tasks.extract.issue_threads import Thread, Turn
from tasks.extract.rows import document_hash

# Between turns: a break in Markdown, so that no turn runs into the next. Names of people never enter the text.
_BREAK: Final = "\n\n---\n\n"
# What closes an issue when the pull request that says it is merged; GitHub's list, and Chinese habit.
_CLOSES: Final = re.compile(
    r"(?<![A-Za-z])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\s*:?\s*(?:[\w.-]+/[\w.-]+)?#(\d+)"
    r"|(?<![A-Za-z])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\s*:?\s*https?://\S+/(?:issues|pull)/(\d+)"
    r"|(?:修复|修正|修復|解决|解決|关闭|關閉)\s*了?\s*[:：]?\s*#(\d+)",
    re.IGNORECASE,
)
_CLOSE_WORDS: Final = ("close", "fix", "resolve")
# The words of notices that an issue is closed for nobody answered, and labels that say the same.
_STALE: Final = re.compile(
    r"automatically (?:been )?(?:marked|closed|labell?ed)[^.]{0,80}(?:stale|inactiv|no (?:recent )?activity)"
    r"|(?:marked as|been) stale"
    r"|clos(?:ed|ing)[^.]{0,60}(?:due to|because of|for|lack of)[^.]{0,40}(?:inactivity|no activity|staleness)"
    r"|(?:长时间|長時間|超过|超過|已经?|近期)[^。]{0,30}(?:没有|未|無|无)(?:任何)?(?:活动|活動|回复|回覆|更新|响应|動靜|动静)"
    r"|(?:自动|自動)(?:关闭|關閉|标记为)",
    re.IGNORECASE,
)
# Every match has one of these.
_STALE_ENGLISH: Final = ("stale", "Stale", "STALE", "activ", "automatically", "Automatically")
_STALE_WORDS: Final = (
    *_STALE_ENGLISH,
    *("活动", "活動", "回复", "回覆", "更新", "响应", "動靜", "动静", "关闭", "關閉", "标记为"),
)
_STALE_LABELS: Final = frozenset(
    {"stale", "inactive", "no-activity", "lifecycle/stale", "lifecycle/rotten", "autoclosed", "长期未回复"}
)
# What translation bots say before the translation of a comment (usthe/issues-translate-action and its like).
_TRANSLATION: Final = re.compile(
    r"translate it automatically|translated automatically|(?:machine|automatic(?:ally)?)[ -]translat"
    r"|机器翻译|自动翻译|機器翻譯|自動翻譯",
    re.IGNORECASE,
)
_DUPLICATE_LABELS: Final = frozenset({"duplicate", "重复", "重複"})


def link_merged_pulls(threads: Iterable[Thread]) -> None:
    """Tell each issue which merged pull requests beside it say that they close it."""
    threads = list(threads)
    by_key = {(thread.repo, thread.number): thread for thread in threads}
    for pull in threads:
        if pull.state != "merged":
            continue
        said = "\n".join([pull.title, *(turn.body for turn in pull.turns if turn.kind == "issue")])
        if "#" not in said and "/issues/" not in said:
            continue
        # Other alphabets have letters that an expression takes for these.
        if said.isascii() and not any(word in said.lower() for word in _CLOSE_WORDS):
            continue
        for found in _CLOSES.finditer(said):
            issue = by_key.get((pull.repo, found[1] or found[2] or found[3]))
            link = {"kind": "pull", "id": pull.number}
            if issue is not None and issue is not pull and link not in issue.links:
                issue.links.append(link)


def known_maintainers(threads: Iterable[Thread]) -> dict[str | None, set[str]]:
    """Accounts by repository that did what only maintainers can: merged, or closed what others opened."""
    known: dict[str | None, set[str]] = {}
    for thread in threads:
        people = known.setdefault(thread.repo, set())
        if thread.merger:
            people.add(thread.merger)
        if thread.closer and thread.author and thread.closer != thread.author and not thread.closed_by_bot:
            people.add(thread.closer)
        for turn in thread.turns:
            if turn.role in MAINTAINERS and turn.author:
                people.add(turn.author)
    return known


class Found(NamedTuple):
    """A thread, the inventory entry it was found in, the digest of its record."""

    entry: Mapping[str, Any]
    thread: Thread
    digest: str


def threads_table(found: Sequence[Found]) -> pa.Table:
    """`document@1` rows of threads, in order.

    The text is the title as a heading, then each turn's Markdown exactly as written (see `storable`), parted by
    breaks. Blocks: the heading, then one of kind "turn" per turn whose attributes say who spoke and in what role.

    Args:
        found: Threads that say something: a title, or a turn.
    """
    threads = [one.thread for one in found]
    entries = [one.entry for one in found]
    blocks = _Blocks([], [], [], [])
    texts = [_write(thread, blocks) for thread in threads]
    columns = {
        "id": _ids(found),
        "parent_id": [entry["id"] for entry in entries],
        "text": texts,
        "source_type": ["github_issue"] * len(found),
        "source": [entry["member"] or entry["path"] for entry in entries],
        "source_url": [thread.url for thread in threads],
        "source_rank": [entry["source_rank"] for entry in entries],
        "kb": [entry["kb"] for entry in entries],
        "title": [thread.title or None for thread in threads],
        "mime": ["text/markdown"] * len(found),
        "repo": [one.thread.repo or one.entry["repo"] for one in found],
        "revision": [None if time == "null" else time[1:-1] for time in _times([one.updated_at for one in threads])],
        "author_role": [thread.author_role for thread in threads],
        "created_at": [thread.created_at for thread in threads],
        "updated_at": [thread.updated_at for thread in threads],
        "n_words": [0] * len(found),
        "raw_sha256": [one.digest for one in found],
        "blocks": blocks.column([len(thread.turns) + bool(thread.title) for thread in threads], _attributes(threads)),
        "image_ids": [()] * len(found),
        "pii": [()] * len(found),
        "metadata": [orjson.dumps(_metadata(one), option=orjson.OPT_SORT_KEYS).decode() for one in threads],
    }
    return count_words(DOCUMENT.from_columns(columns, len(found)))


class _Blocks(NamedTuple):
    """Blocks of all threads, one behind the other: a column each."""

    start: list[int]
    end: list[int]
    kind: list[str]
    level: list[int | None]

    def column(self, counts: Sequence[int], attributes: Sequence[str | None]) -> pa.Array:
        """`document@1.blocks` of threads that have so many."""
        known = {**self._asdict(), "attributes": attributes}
        fields = [
            pa.array(known[part.name], part.type) if part.name in known else pa.nulls(len(self.start), part.type)
            for part in BLOCK
        ]
        ends = pa.array([0, *accumulate(counts)], pa.int64())
        return pa.LargeListArray.from_arrays(ends, pa.StructArray.from_arrays(fields, fields=list(BLOCK)))


def _write(thread: Thread, blocks: _Blocks) -> str:
    """Text of a thread; its blocks are added to the others."""
    pieces, length, gap = [], 0, ""
    if thread.title:
        pieces, length, gap = [f"# {thread.title}"], len(thread.title) + 2, "\n\n"
        blocks.start.append(0)
        blocks.end.append(length)
        blocks.kind.append("heading")
        blocks.level.append(1)
    for turn in thread.turns:
        body = turn.body
        pieces += (gap, body)
        start = length + len(gap)
        length = start + len(body)
        blocks.start.append(start)
        blocks.end.append(length)
        fence = open_fence(body) if "`" in body or "~" in body else ""
        gap = f"\n{fence}{_BREAK}" if fence else _BREAK
    blocks.kind.extend(["turn"] * len(thread.turns))
    blocks.level.extend([None] * len(thread.turns))
    return "".join(pieces)


def _ids(found: Iterable[Found]) -> list[str]:
    """Ids of documents; what those of one file have in common is hashed once."""
    heads: dict[str, Any] = {}
    ids = []
    for entry, thread, _ in found:
        if (head := heads.get(entry["id"])) is None:
            head = heads[entry["id"]] = document_hash(entry["source_key"], f"{entry['path']}\0{entry['member'] or ''}")
        digest = head.copy()
        digest.update(thread.key.encode())
        ids.append(digest.hexdigest())
    return ids


def _times(times: Sequence[datetime | None]) -> list[str]:
    """Each as JSON: a string in ISO 8601, or null."""
    return orjson.dumps(times).decode()[1:-1].split(",") if times else []


def _attributes(threads: Sequence[Thread]) -> list[str | None]:
    """JSON of who spoke, one of each block: null of headings."""
    known = known_maintainers(threads)
    times = iter(_times([turn.created_at for thread in threads for turn in thread.turns]))
    found: list[str | None] = []
    for thread in threads:
        if thread.title:
            found.append(None)
        maintainers, account = known[thread.repo], thread.account
        for turn in thread.turns:
            author, role = turn.author, turn.role
            opened = turn.kind == "issue" or (turn.account is not None and turn.account == account)
            leads = author in maintainers or role in MAINTAINERS
            who = _speaker(author, role, turn.kind, turn.is_bot, opened, leads)
            found.append(f'{who},"created_at":{next(times)},{_said(turn)}')
    return found


@lru_cache(maxsize=4096)
def _speaker(author: str | None, role: str | None, kind: str, is_bot: bool, reporter: bool, maintainer: bool) -> str:
    """How JSON of who spoke begins: the same for most turns of an account."""
    said = {
        "author": author,
        "role": role,
        "kind": kind,
        "is_bot": is_bot,
        "reporter": reporter,
        "maintainer": maintainer,
    }
    return orjson.dumps(said).decode()[:-1]


def _said(turn: Turn) -> str:
    """How it ends: what is known of the turn itself."""
    translation = turn.is_bot and _TRANSLATION.search(turn.body[:400])
    if not (turn.reactions or turn.marked or turn.canned or translation):
        return '"reactions":{}}'
    said: dict[str, Any] = {"reactions": dict(sorted(turn.reactions.items()))}
    if turn.marked:
        said["accept_signal"] = "marked_answer"
    if turn.canned:
        said["canned"] = True
    if translation:
        said["translation"] = True
    return orjson.dumps(said).decode()[1:]


def _metadata(thread: Thread) -> dict[str, Any]:
    lowered = {label.lower() for label in thread.labels}
    return {
        "number": thread.number,
        "kind": thread.kind,
        "state": thread.state,
        "state_reason": thread.state_reason,
        "labels": thread.labels,
        "closed_at": thread.closed_at,
        "closed_by": _closed_by(thread),
        "links": thread.links,
        "duplicate": thread.duplicate or bool(lowered & _DUPLICATE_LABELS),
        **({"duplicate_of": thread.duplicate_of} if thread.duplicate_of else {}),
        "stale": _is_stale(thread, lowered),
    }


def _closed_by(thread: Thread) -> str | None:
    """In what role the closer closed it: the name itself is personal data and stays out."""
    if thread.state not in ("closed", "merged"):
        return None
    if thread.closed_by_bot:
        return "bot"
    if thread.closer is None:
        return None
    # Whoever closes another's issue has the right to.
    return "reporter" if thread.closer == thread.author else "maintainer"


def _is_stale(thread: Thread, labels: set[str]) -> bool:
    """Closed, or marked, because nothing happened: that is no answer."""
    if labels & _STALE_LABELS:
        return True
    if thread.state != "closed":
        return False
    if thread.links and not thread.closed_by_bot:
        return False
    return any((turn.is_bot or len(turn.body) < 600) and _says_stale(turn.body[:600]) for turn in thread.turns[-2:])


def _says_stale(text: str) -> bool:
    for word in _STALE_ENGLISH if text.isascii() else _STALE_WORDS:
        if word in text:
            return _STALE.search(text) is not None
    return False
