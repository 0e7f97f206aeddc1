"""Reactions to a comment, whatever a dialect calls them."""

from collections.abc import Mapping
from typing import Any, Final

from tasks.extract.issue_fields import first, nodes

# GraphQL's names of reactions; REST's are the keys themselves.
_REACTIONS: Final = {
    "THUMBS_UP": "+1", "THUMBS_DOWN": "-1", "LAUGH": "laugh", "HOORAY": "hooray", "CONFUSED": "confused",
    "HEART": "heart", "ROCKET": "rocket", "EYES": "eyes",
}  # fmt: skip
_REST_REACTIONS: Final = frozenset(_REACTIONS.values())
# GitLab's exports name them one by one.
_EMOJI: Final = {"thumbsup": "+1", "thumbsdown": "-1", "heart": "heart", "tada": "hooray", "rocket": "rocket"}
_VOTES: Final = (("upvotes", "+1"), ("downvotes", "-1"))
_REACTION_FIELDS: Final = frozenset(
    {"reactions", "reactionGroups", "reaction_groups", "award_emoji", "upvotes", "downvotes"}
)


def reactions_of(record: Mapping[str, Any]) -> dict[str, int]:
    """How often each reaction was given, by GitHub's REST names."""
    counts: dict[str, int] = {}
    if _REACTION_FIELDS.isdisjoint(record):
        return counts
    given = record.get("reactions")
    if isinstance(given, dict) and given.get("total_count") != 0:
        counts = {k: v for k, v in given.items() if k in _REST_REACTIONS and isinstance(v, int) and v > 0}
    groups = first(record, "reactionGroups", "reaction_groups")
    for group in nodes(groups) if groups else ():
        users = group.get("users") if isinstance(group, dict) else None
        count = users.get("totalCount") if isinstance(users, dict) else None
        if isinstance(count, int) and count > 0 and str(group.get("content")) in _REACTIONS:
            counts[_REACTIONS[str(group["content"])]] = count
    if "award_emoji" in record:
        for emoji in nodes(record["award_emoji"]):
            if isinstance(emoji, dict) and (ours := _EMOJI.get(str(emoji.get("name")))):
                counts[ours] = counts.get(ours, 0) + 1
    for name, ours in _VOTES:
        if name in record and isinstance(record[name], int) and record[name] > 0:
            counts[ours] = record[name]
    return counts
