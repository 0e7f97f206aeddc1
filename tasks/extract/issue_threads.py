"""What an issue thread is, whatever export it came from."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from tasks.extract.settings import ExtractCause


class BadRecordError(ValueError):
    """A record is not an issue thread; the message names the field, never its value.

    Attributes:
        cause: Cause of its quarantine.
    """

    def __init__(self, message: str, cause: ExtractCause = ExtractCause.BAD_RECORD) -> None:
        super().__init__(message)
        self.cause = cause


class Turn(Struct, gc=False):
    """One comment, or the text an issue was opened with.

    Args:
        body: Markdown, as given.
        author: Account name; None where the export does not say or the account is deleted.
        role: OWNER, MEMBER, COLLABORATOR, CONTRIBUTOR, NONE, … as given.
        kind: issue | comment | review.
        created_at: When it was written.
        is_bot: Written by a program.
        reactions: Counts above zero by name: "+1", "-1", "heart", …
        marked: The platform itself calls it the answer.
        canned: Its author says the same in other threads.
        account: What tells its author from others where an export has no names.
    """

    body: str
    author: str | None
    role: str | None
    kind: str
    created_at: datetime | None
    is_bot: bool
    reactions: Mapping[str, int] = field(default_factory=dict)
    marked: bool = False
    canned: bool = False
    account: str | None = None


class Thread(Struct, gc=False):
    """An issue, pull request or merge request with its turns in order of time.

    Args:
        repo: owner/name; None where neither the export nor the recipe says.
        number: As the platform writes it; Gitee's are not numbers.
        title: One line.
        url: For people.
        kind: issue | pull.
        state: open | closed | merged, lower case.
        state_reason: completed | not_planned | duplicate | reopened, lower case.
        labels: Names, in order.
        turns: The opening text first, then comments by time.
        closer: Account that closed it.
        closed_by_bot: A program closed it.
        links: What it was solved by: {"kind": "commit" | "pull", "id": …}.
        merger: Account that merged it.
        duplicate: Closed as a duplicate of another.
        duplicate_of: Its number, where it is said.
        account: As in `Turn`, of who opened it.
        mark: Before the number: "!" for a merge request, which does not share its numbers with issues.
    """

    repo: str | None
    number: str
    title: str
    url: str | None
    kind: str
    state: str | None
    state_reason: str | None
    labels: list[str]
    turns: list[Turn]
    created_at: datetime | None
    updated_at: datetime | None
    closed_at: datetime | None
    closer: str | None = None
    closed_by_bot: bool = False
    links: list[dict[str, str]] = field(default_factory=list)
    merger: str | None = None
    duplicate: bool = False
    author: str | None = None
    author_role: str | None = None
    duplicate_of: str | None = None
    account: str | None = None
    mark: str = "#"

    @property
    def key(self) -> str:
        """owner/name#number: the record's id."""
        return f"{self.repo or ''}{self.mark}{self.number}"
