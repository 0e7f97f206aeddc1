"""What the APIs of GitHub, GitLab and Gitee call the same things."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import quote

from schemas.sources import IssuesSource

Item = Mapping[str, Any]


@dataclass(frozen=True)
class Listing:
    """A list of the API that grows: threads, or what belongs to them.

    Args:
        name: Of the list, on disk too.
        path: Below the API's address; `{repo}` stands for the repository.
        holds: What its items are.
        number_of: Number of the thread an item is or belongs to; None where it belongs to none.
        params: Sent always.
        since: Parameter for "changed at or after"; None where the list is newest first and cannot be filtered.
        threads: The list of threads whose numbers these are.
    """

    name: str
    path: str
    holds: Literal["threads", "comments", "events"]
    number_of: Callable[[Item], str | None]
    params: Mapping[str, str] = field(default_factory=dict)
    since: str | None = None
    threads: str = "issues"


@dataclass(frozen=True)
class Platform:
    """An API of issues.

    Args:
        name: As a recipe writes it.
        token_variables: Environment variables a token may be in, the first that is set counts.
        token_prefix: Before the token in the `Authorization` header.
        headers: Sent always.
        listings: In the order they are read: what belongs to threads first, so that each thread read later is newer.
        comments_path: List of one thread's comments, where there is none for all; `{threads}` and `{number}` stand for
            the thread's.
        quoted: Whether the repository's name is one path segment.
    """

    name: str
    token_variables: tuple[str, ...]
    token_prefix: str
    listings: tuple[Listing, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    comments_path: str | None = None
    quoted: bool = False

    def path(self, template: str, repo: str, **names: str) -> str:
        """A path with its names filled in."""
        return template.format(repo=quote(repo, safe="" if self.quoted else "/"), **names)


def _last_part(name: str) -> Callable[[Item], str | None]:
    return lambda item: str(item.get(name) or "").rstrip("/").rsplit("/", 1)[-1] or None


def _of(*names: str) -> Callable[[Item], str | None]:
    def number_of(item: Item) -> str | None:
        value: Any = item
        for name in names:
            value = value.get(name) if isinstance(value, Mapping) else None
        return None if value is None else str(value)

    return number_of


# In order of creation: an update moves nothing, so that no page loses an item while it is read.
_BY_CREATION: Final = {"sort": "created", "direction": "asc", "per_page": "100"}
_GITLAB: Final = {"scope": "all", "order_by": "created_at", "sort": "asc", "per_page": "100"}

PLATFORMS: Final[Mapping[str, Platform]] = {
    "github": Platform(
        name="github",
        token_variables=("GITHUB_TOKEN", "GH_TOKEN"),
        token_prefix="Bearer ",
        headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
        listings=(
            Listing(
                "comments", "repos/{repo}/issues/comments", "comments", _last_part("issue_url"), _BY_CREATION, "since"
            ),
            Listing("events", "repos/{repo}/issues/events", "events", _of("issue", "number"), {"per_page": "100"}),
            Listing(
                "issues", "repos/{repo}/issues", "threads", _of("number"), {"state": "all", **_BY_CREATION}, "since"
            ),
        ),
    ),
    "gitlab": Platform(
        name="gitlab",
        token_variables=("GITLAB_TOKEN",),
        token_prefix="Bearer ",
        listings=(
            Listing("issues", "projects/{repo}/issues", "threads", _of("iid"), _GITLAB, "updated_after"),
            Listing(
                "merge_requests", "projects/{repo}/merge_requests", "threads", _of("iid"), _GITLAB, "updated_after",
                "merge_requests",
            ),
        ),
        comments_path="projects/{repo}/{threads}/{number}/notes",
        quoted=True,
    ),
    "gitee": Platform(
        name="gitee",
        token_variables=("GITEE_TOKEN",),
        token_prefix="token ",
        listings=(
            Listing(
                "comments", "repos/{repo}/issues/comments", "comments", _of("target", "issue", "number"),
                {"sort": "created", "order": "asc", "per_page": "100"}, "since",
            ),
            Listing(
                "issues", "repos/{repo}/issues", "threads", _of("number"), {"state": "all", **_BY_CREATION}, "since"
            ),
        ),
    ),
}  # fmt: skip


def platform_of(source: IssuesSource) -> Platform:
    """The platform of a live source: as the recipe says, else as its address looks."""
    address = (source.api_url or "").lower()
    guess = "gitee" if "gitee" in address else "gitlab" if "/api/v4" in address else "github"
    return PLATFORMS[source.platform or guess]
