"""Reactions to a comment, whatever a dialect calls them."""

from typing import Any, Final

from tasks.extract.issue_exports import Reaction, Reactions, Said, Users
from tasks.extract.issue_fields import nodes

# GraphQL's names of reactions; REST's are what they are called here.
_REACTIONS: Final = {
    "THUMBS_UP": "+1", "THUMBS_DOWN": "-1", "LAUGH": "laugh", "HOORAY": "hooray", "CONFUSED": "confused",
    "HEART": "heart", "ROCKET": "rocket", "EYES": "eyes",
}  # fmt: skip
# GitLab's exports name them one by one.
_EMOJI: Final = {"thumbsup": "+1", "thumbsdown": "-1", "heart": "heart", "tada": "hooray", "rocket": "rocket"}


def reactions_of(record: Said) -> dict[str, int]:
    """How often each reaction was given, by GitHub's REST names."""
    given, groups = record.reactions, record.reactionGroups
    groups = groups if groups is not None else record.reaction_groups
    if given is None and groups is None and record.award_emoji is record.upvotes is record.downvotes is None:
        return {}
    counts: dict[str, int] = {}
    if isinstance(given, Reactions) and given.total_count != 0:
        counts = _rest(given)
    for group in nodes(groups):
        users = group.users if isinstance(group, Reaction) else None
        count = users.count if isinstance(users, Users) else None
        if isinstance(group, Reaction) and isinstance(count, int) and count > 0 and str(group.content) in _REACTIONS:
            counts[_REACTIONS[str(group.content)]] = count
    for emoji in nodes(record.award_emoji):
        if isinstance(emoji, Reaction) and (ours := _EMOJI.get(str(emoji.name))):
            counts[ours] = counts.get(ours, 0) + 1
    if _counts(record.upvotes):
        counts["+1"] = record.upvotes
    if _counts(record.downvotes):
        counts["-1"] = record.downvotes
    return counts


def _rest(given: Reactions) -> dict[str, int]:
    by_name = {
        "+1": given.up, "-1": given.down, "laugh": given.laugh, "hooray": given.hooray, "confused": given.confused,
        "heart": given.heart, "rocket": given.rocket, "eyes": given.eyes,
    }  # fmt: skip
    return {name: count for name, count in by_name.items() if _counts(count)}


def _counts(value: Any) -> bool:
    return isinstance(value, int) and value > 0
