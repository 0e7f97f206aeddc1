"""Who wrote a turn of a thread: a person or a program, a maintainer or not."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from msgspec import UnsetType

from tasks.extract.issue_exports import Account, Person
from tasks.extract.issue_threads import Thread, Turn

# Roles as GitHub gives them, of people who may merge and close.
MAINTAINERS: Final = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})

# Programs whose account name does not say so, lower case.
_KNOWN_BOTS: Final = frozenset(
    [
        "allcontributors",
        "amplabjenkins",
        "apache-ci",
        "asfgit",
        "asf-ci",
        "atlantis",
        "azure-pipelines",
        "bors",
        "claassistant",
        "cla-assistant",
        "codecov",
        "codecov-commenter",
        "codecov-io",
        "codefactor-io",
        "coveralls",
        "dcoapp",
        "deepsource-autofix",
        "dependabot",
        "dependabot-preview",
        "gitguardian",
        "github-actions",
        "gitlab-ci",
        "google-cla",
        "googlewhitesourcebot",
        "greenkeeper",
        "greenkeeperio-bot",
        "hadoop-yetus",
        "homu",
        "i-robot",
        "imgbot",
        "issue-label-bot",
        "lgtm-com",
        "linear",
        "mend-for-github-com",
        "mergify",
        "msftgits",
        "mindspore-ci",
        "netlify",
        "openssl-machine",
        "pre-commit-ci",
        "probot",
        "pyup-bot",
        "renovate",
        "rust-highfive",
        "rust-timer",
        "sentry-io",
        "snyk-bot",
        "sonarcloud",
        "sonarqubecloud",
        "sparkqa",
        "stale",
        "vercel",
        "welcome",
        "whitesource-for-github-com",
    ]
)
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_BOT_WORDS: Final = frozenset(
    {"bot", "robot", "aibot", "chatbot", "cibot", "buildbot", "autobot", "githubbot", "mergebot"}
)
# Pairs of words that name an account of a service; one alone may be a person's name ("li-ci", "travis", "jenkins").
_BOT_PAIRS: Final = frozenset(
    {("service", "account"), ("ci", "bot"), ("jenkins", "ci"), ("travis", "ci"), ("build", "bot")}
)


# Comments with the same words in so many threads are no longer written by hand, if they are so long.
_CANNED_THREADS: Final = 3
_CANNED_CHARS: Final = 60
# An account of which so many comments are such, and nearly all, is a program; it opens no threads.
_CANNED_COMMENTS: Final = 5
_CANNED_SHARE: Final = 0.8
# Characters by which comments are looked up before they are compared.
_HEAD: Final = 16
_DIGITS: Final = b"0123456789"
# What differs between the messages of a program: numbers, names, links, code.
_FILLED_IN: Final = re.compile(r"https?://\S+|`[^`\n]*`|@[\w-]+|(?<![\w-])(?=[\w-]{0,64}\d)[\w-]+|\s+")


def login_of(user: Person | UnsetType) -> str | None:
    """Account name in any of the dialects; None for a deleted account, which is many people."""
    name = (user.login or user.username or user.name) if isinstance(user, Account) else user
    return name if isinstance(name, str) and name and name.lower() != "ghost" else None


def is_bot(user: Person | UnsetType) -> bool:
    """Whether an account is a program: by the API's word, by a known name, or by "bot" as a whole word of its name.

    Names are read word by word ("k8s-ci-robot", "DrahtBot", "renovate[bot]"), so that people called abbot or
    liwei-cloud are people.
    """
    if isinstance(user, Account) and (
        user.type == "Bot" or user.is_bot is True or user.bot is True or user.typename == "Bot"
    ):
        return True
    login = login_of(user)
    return login is not None and _named_like_a_bot(login)


@lru_cache(maxsize=65536)
def _named_like_a_bot(login: str) -> bool:
    if login.lower().endswith("[bot]") or login.lower().removeprefix("app/") in _KNOWN_BOTS:
        return True
    words = [word.lower() for word in _WORD.findall(login)]
    return bool(_BOT_WORDS.intersection(words)) or any(pair in _BOT_PAIRS for pair in pairwise(words))


@lru_cache(maxsize=65536)
def _named(login: str) -> tuple[str | None, bool]:
    return login_of(login), is_bot(login)


def who(user: Person) -> tuple[str | None, bool]:
    """`login_of` and `is_bot` of an account; a name alone is judged once."""
    return _named(user) if type(user) is str else (login_of(user), is_bot(user))


def mark_canned(threads: Sequence[Thread]) -> None:
    """Mark comments that an account makes again and again, and as bots the accounts that make no others.

    A maintainer who pastes "please attach a log" keeps his turns; they are marked, for they answer nothing.
    """
    said = [
        (thread, turn)
        for thread in threads
        for turn in thread.turns
        if turn.author and turn.kind != "issue" and not turn.is_bot and len(turn.body) >= _CANNED_CHARS
    ]
    if not said:
        return
    # Of all at once digits are taken out in a tenth of the time; no text has a NUL.
    heads = "\0".join([turn.body[:_HEAD] for _, turn in said]).encode().translate(None, _DIGITS).split(b"\0")
    beginnings = [(turn.author or "", head) for (_, turn), head in zip(said, heads, strict=True)]
    often = {beginning for beginning, count in Counter(beginnings).items() if count >= _CANNED_THREADS}
    alike: dict[tuple[str, bytes], list[tuple[Thread, Turn]]] = defaultdict(list)
    for beginning, one in zip(beginnings, said, strict=True):
        if beginning in often:
            alike[beginning].append(one)
    canned: dict[str, int] = defaultdict(int)
    for (author, _), found in alike.items():
        canned[author] += _mark_same(found)
    if any(count >= _CANNED_COMMENTS for count in canned.values()):
        _mark_programs(threads, canned)


def _mark_same(found: list[tuple[Thread, Turn]]) -> int:
    """Mark those of which enough threads have the same; gives their number."""
    by_words: dict[str, list[tuple[Thread, Turn]]] = defaultdict(list)
    for thread, turn in found:
        by_words[_FILLED_IN.sub("", turn.body)].append((thread, turn))
    marked = 0
    for words, same in by_words.items():
        if len(words) >= _CANNED_CHARS // 2 and len({thread.key for thread, _ in same}) >= _CANNED_THREADS:
            marked += len(same)
            for _, turn in same:
                turn.canned = True
    return marked


def _mark_programs(threads: Sequence[Thread], canned: Mapping[str, int]) -> None:
    wrote: dict[str, int] = defaultdict(int)
    opened: set[str] = set()
    for thread in threads:
        for turn in thread.turns:
            if turn.author and turn.author in canned:
                wrote[turn.author] += 1
                opened.update([turn.author] if turn.kind == "issue" else [])
    programs = {
        author
        for author, count in canned.items()
        if count >= _CANNED_COMMENTS and count >= _CANNED_SHARE * wrote[author] and author not in opened
    }
    for thread in threads:
        for turn in thread.turns:
            turn.is_bot |= turn.author in programs
