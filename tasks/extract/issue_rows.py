"""Turn issue threads into `document@1` rows: Markdown text, one block a turn, what closed the thread.

Times are written by orjson: the same as `isoformat` does, in an eighth of the time.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from tasks.engine.markdown_fences import open_fence
from tasks.extract.issue_authors import MAINTAINERS
from tasks.extract.issue_threads import Thread, Turn
from tasks.extract.rows import document_row, storable

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
        people.update(turn.author for turn in thread.turns if turn.author and turn.role in MAINTAINERS)
    return known


def thread_row(entry: Mapping[str, Any], thread: Thread, digest: str, maintainers: set[str]) -> dict[str, Any]:
    """The `document@1` row of a thread.

    The text is the title as a heading, then each turn's Markdown exactly as written (see `storable`), parted by
    breaks. Blocks: the heading, then one of kind "turn" per turn whose attributes say who spoke and in what role.
    """
    title = storable(thread.title)
    pieces, blocks, length = [], [], 0
    if title:
        pieces, length = [f"# {title}"], len(title) + 2
        blocks.append({"start": 0, "end": length, "kind": "heading", "level": 1})
    gap = "\n\n" if title else ""
    for turn in thread.turns:
        body = storable(turn.body)
        if not body or body.isspace():
            continue
        pieces += (gap, body)
        start = length + len(gap)
        length = start + len(body)
        blocks.append(
            {"start": start, "end": length, "kind": "turn", "attributes": _attributes(turn, thread, maintainers)}
        )
        fence = open_fence(body) if "`" in body or "~" in body else ""
        gap = f"\n{fence}{_BREAK}" if fence else _BREAK
    url = storable(thread.url) if thread.url else None
    row = document_row(
        entry,
        "",
        source_type="github_issue",
        raw_sha256=digest,
        record=storable(thread.key),
        title=title or None,
        mime="text/markdown",
        repo=storable(thread.repo) if thread.repo else entry["repo"],
        source_url=url,
        revision=orjson.dumps(thread.updated_at).decode().strip('"') if thread.updated_at else None,
        author_role=thread.author_role,
        created_at=thread.created_at,
        updated_at=thread.updated_at,
        blocks=blocks,
        metadata=orjson.dumps(_metadata(thread), option=orjson.OPT_SORT_KEYS).decode(),
    )
    row["text"] = "".join(pieces)  # its pieces were made storable one by one
    return row


def _attributes(turn: Turn, thread: Thread, maintainers: set[str]) -> str:
    """JSON of who spoke."""
    author = turn.author
    said = {
        "author": storable(author) if author else None,
        "role": turn.role,
        "kind": turn.kind,
        "is_bot": turn.is_bot,
        "reporter": turn.kind == "issue" or (turn.account is not None and turn.account == thread.account),
        "maintainer": author in maintainers or turn.role in MAINTAINERS,
        "created_at": turn.created_at,
        "reactions": dict(sorted(turn.reactions.items())) if turn.reactions else {},
    }
    if turn.marked:
        said["accept_signal"] = "marked_answer"
    if turn.canned:
        said["canned"] = True
    if turn.is_bot and _TRANSLATION.search(turn.body[:400]):
        said["translation"] = True
    return orjson.dumps(said).decode()


def _metadata(thread: Thread) -> dict[str, Any]:
    labels = [storable(label) for label in thread.labels]
    lowered = {label.lower() for label in labels}
    return {
        "number": storable(thread.number),
        "kind": thread.kind,
        "state": thread.state,
        "state_reason": thread.state_reason,
        "labels": labels,
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
