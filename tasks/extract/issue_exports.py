"""What exports say of a thread, as types: the fields that are asked for, under all their names, and no others.

What nobody asks for is skipped where it stands and never made: of GitHub's REST API, whose every account has twenty
addresses, that is most. Exports mix dialects and make mistakes, so every field takes any JSON value; whoever reads it
looks what it is. Names are the exports' own: GitHub REST (a_b), GraphQL and `gh` (aB), GitLab and Gitee.
"""

from typing import Any, Generic, TypeVar

from msgspec import UNSET, Struct, UnsetType, field

T = TypeVar("T")

Other = list[Any] | str | int | float | bool | None
"""Any JSON value that is no object."""


class Edge(Struct, Generic[T], gc=False):
    """GraphQL's way to a node."""

    node: T | Other = None


class Connection(Struct, Generic[T], gc=False):
    """GraphQL's list."""

    nodes: list[T | Other] | str | int | float | bool | None = None
    edges: list[Edge[T] | Other] | str | int | float | bool | None = None


class Account(Struct, gc=False):
    """Of a person or a program."""

    login: Any = None
    username: Any = None
    name: Any = None
    type: Any = None
    is_bot: Any = None
    bot: Any = None
    typename: Any = field(default=None, name="__typename")


Person = Account | Other


class Reactions(Struct, gc=False):
    """REST: how often each was given."""

    total_count: Any = None
    up: Any = field(default=None, name="+1")
    down: Any = field(default=None, name="-1")
    laugh: Any = None
    hooray: Any = None
    confused: Any = None
    heart: Any = None
    rocket: Any = None
    eyes: Any = None


class Users(Struct, gc=False):
    """GraphQL: who gave a reaction."""

    count: Any = field(default=None, name="totalCount")


class Reaction(Struct, gc=False):
    """GraphQL's group of one kind; or GitLab's single one, which has a name."""

    content: Any = None
    users: Users | Other = None
    name: Any = None


Groups = Connection[Reaction] | list[Reaction | Other] | str | int | float | bool | None


class Source(Struct, gc=False):
    """What a timeline says of where a thread was mentioned."""

    issue: "Mention | Other" = None


class PullRequest(Struct, gc=False):
    """REST: what an issue that is a pull request says of it."""

    merged_at: Any = None


class Mention(Struct, gc=False):
    """The thread that mentions another."""

    number: Any = None
    pull_request: PullRequest | Other = None


class Said(Struct, gc=False):
    """What a thread and whatever stands in it have in common: a text, who wrote it and when, how it was received."""

    body: Any = None
    description: Any = None
    url: Any = None
    user: Person = None
    author: Person = None
    author_id: Any = None
    author_association: Any = None
    authorAssociation: Any = None  # noqa: N815 - GraphQL's
    created_at: Any = None
    createdAt: Any = None  # noqa: N815
    reactions: Reactions | Other = None
    reactionGroups: Groups = None  # noqa: N815
    reaction_groups: Groups = None
    award_emoji: Groups = None
    upvotes: Any = None
    downvotes: Any = None


class Note(Said, gc=False):
    """Whatever stands in a thread: a comment, a review with its comments, a discussion with its notes, an event."""

    note: Any = None
    submitted_at: Any = None
    isAnswer: Any = None  # noqa: N815
    is_answer: Any = None
    system: Any = None
    notes: "Nodes | UnsetType" = UNSET
    comments: "Nodes" = None
    event: Any = None
    typename: Any = field(default=None, name="__typename")
    actor: Person = None
    commit_id: Any = None
    source: Source | Other = None
    id: Any = None


Node = Note | Other
Nodes = Connection[Note] | list[Node] | str | int | float | bool | None
"""A list, or a GraphQL connection; or what should have been one."""


class Label(Struct, gc=False):
    """A label; GitLab's exports put it into a link."""

    name: Any = None
    title: Any = None
    label: "Label | Other | UnsetType" = UNSET


Labels = Connection[Label] | list[Label | Other] | str | int | float | bool | None


class References(Struct, gc=False):
    """GitLab: how others refer to it."""

    full: Any = None


class Pull(Struct, gc=False):
    """A pull request that closed an issue."""

    number: Any = None


Pulls = Connection[Pull] | list[Pull | Other] | str | int | float | bool | None


class Record(Said, gc=False):
    """An issue, pull request or merge request."""

    number: Any = None
    iid: Any = UNSET
    title: Any = None
    html_url: Any = None
    web_url: Any = None
    repository_url: Any = None
    references: References | Other = None
    state: Any = None
    state_reason: Any = None
    stateReason: Any = None  # noqa: N815
    labels: Labels = None
    label_links: Labels = None
    updated_at: Any = None
    updatedAt: Any = None  # noqa: N815
    closed_at: Any = None
    closedAt: Any = None  # noqa: N815
    merged_at: Any = UNSET
    mergedAt: Any = UNSET  # noqa: N815
    closed_by: Person | UnsetType = UNSET
    merged_by: Person = None
    mergedBy: Person = None  # noqa: N815
    pull_request: PullRequest | Other = None
    source_branch: Any = UNSET
    comments: Nodes = None
    comments_content: Nodes = None
    comment_list: Nodes = None
    notes: Nodes = None
    discussions: Nodes = None
    reviews: Nodes = None
    timeline: Nodes = None
    timelineItems: Nodes = None  # noqa: N815
    closedByPullRequestsReferences: Pulls = None  # noqa: N815
