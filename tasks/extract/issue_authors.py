"""Who wrote a turn of a thread: a person or a program, a maintainer or not."""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

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
_BOT_WORDS: Final = frozenset({"bot", "robot"})
# Pairs of words that name an account of a service; one alone may be a person's name ("li-ci", "travis", "jenkins").
_BOT_PAIRS: Final = frozenset(
    {("service", "account"), ("ci", "bot"), ("jenkins", "ci"), ("travis", "ci"), ("build", "bot")}
)


def login_of(user: Any) -> str | None:
    """Account name in any of the dialects; None for a deleted account, which is many people."""
    if isinstance(user, Mapping):
        user = user.get("login") or user.get("username") or user.get("name")
    return user if isinstance(user, str) and user and user.lower() != "ghost" else None


def is_bot(user: Any) -> bool:
    """Whether an account is a program: by the API's word, by a known name, or by "bot" as a whole word of its name.

    Names are read word by word ("k8s-ci-robot", "DrahtBot", "renovate[bot]"), so that people called abbot or
    liwei-cloud are people.
    """
    if isinstance(user, Mapping) and (
        user.get("type") == "Bot"
        or user.get("is_bot") is True
        or user.get("bot") is True
        or user.get("__typename") == "Bot"
    ):
        return True
    login = login_of(user)
    return login is not None and _named_like_a_bot(login)


def _named_like_a_bot(login: str) -> bool:
    if login.lower().endswith("[bot]") or login.lower().removeprefix("app/") in _KNOWN_BOTS:
        return True
    words = [word.lower() for word in _WORD.findall(login)]
    return bool(_BOT_WORDS.intersection(words)) or any(pair in _BOT_PAIRS for pair in pairwise(words))
