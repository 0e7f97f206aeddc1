"""What becomes of real issue threads: who is taken for a bot, what of the code survives, what a trainer would read.

    python -m benchmarks.eval_issues EXPORTS [--read N] [--seed S]

One JSON line: threads in, kept, dropped and quarantined; accounts taken for bots, and the likeliest people beside them;
turns of bots in conversations (must be 0); fences of the source, found by another parser (markdown-it), that are not in
the cleaned text to the byte, line ends aside, with the reason they went. `--read` prints conversations and question
pairs whole, to be judged by a reader: names in them are not replaced, do not publish them.
"""

import argparse
import json
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from schemas.inventory import INVENTORY
from schemas.sources import IssuesSource
from tasks.clean.clean import STEP as CLEAN
from tasks.clean.settings import CleanSettings
from tasks.engine.store import Store
from tasks.extract.issues import STEP as EXTRACT
from tasks.extract.settings import ExtractSettings
from tasks.ingest.inventory import take_inventory
from tasks.ingest.places import locations
from tasks.tokens.qa_pairs import answers_its_question, pair
from tasks.tokens.thread_turns import Conversation, message_text, read_conversation

_LIKE_A_BOT = re.compile(r"bot|robot|auto|(?:^|[-_])ci(?:$|[-_])|jenkins|travis|action|service|build|cloud|app", re.I)
_PARSER = MarkdownIt("commonmark")


class _NoChunks:
    def overlapping(self, doc_id: str, start: int, end: int) -> list[str]:  # noqa: ARG002
        return []


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("exports", type=Path)
    given.add_argument("--read", type=int, default=0)
    given.add_argument("--seed", type=int, default=1)
    asked = given.parse_args()
    place = asked.exports.resolve()
    source = IssuesSource(kind="issues", path=place.name)
    counts: Counter[str] = Counter()
    accounts: dict[str, set[str]] = {"bots": set(), "people": set(), "canned": set()}
    lost: Counter[str] = Counter()
    talks: list[tuple[dict[str, Any], Conversation]] = []
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        shards = take_inventory([source], place.parent, store).shards["issues"]
        batches = [store.get_table(shard, INVENTORY) for shard in shards]
    for batch in batches:
        extracted = EXTRACT.run(batch, ExtractSettings(locations=locations([source], place.parent)))
        EXTRACT.check(batch, extracted, "all")
        cleaned = CLEAN.run(extracted.kept, CleanSettings())
        CLEAN.check(extracted.kept, cleaned, "all")
        counts += Counter(
            records=extracted.records or 0,
            kept=cleaned.kept.num_rows,
            dropped=extracted.dropped.num_rows + cleaned.dropped.num_rows,
            quarantined=extracted.quarantined.num_rows,
        )
        sources = {row["id"]: row for row in extracted.kept.to_pylist()}
        spans = cleaned.sides["removed_spans"].to_pylist()
        for row in cleaned.kept.to_pylist():
            counts += _judge(sources[row["id"]], row, [s for s in spans if s["doc_id"] == row["id"]], lost, accounts)
            if (talk := read_conversation(row)) is not None:
                talks.append((row, talk))
                counts["bot_turns_in_sft"] += _bot_turns(sources[row["id"]], talk)
    signals = Counter(talk.signal for _, talk in talks)
    figures = {
        **{name: counts[name] for name in ("records", "kept", "dropped", "quarantined", "turns", "bot_turns")},
        **{name: counts[name] for name in ("bot_turns_in_sft", "fences", "fences_identical")},
        "accounted": counts["records"] == counts["kept"] + counts["dropped"] + counts["quarantined"],
        "fences_gone_with": dict(lost),
        "bots": sorted(accounts["bots"]),
        "canned": sorted(accounts["canned"]),
        "near_misses_kept": sorted(name for name in accounts["people"] if _LIKE_A_BOT.search(name)),
        "conversations": len(talks),
        "signals": {str(name): count for name, count in signals.items()},
        "qa_pairs": sum(answers_its_question(row, talk) for row, talk in talks),
    }
    print(json.dumps(figures, ensure_ascii=False))
    _read(talks, asked.read, asked.seed)


def _judge(
    before: dict[str, Any],
    after: dict[str, Any],
    spans: list[dict[str, Any]],
    lost: Counter[str],
    accounts: dict[str, set[str]],
) -> Counter[str]:
    counts: Counter[str] = Counter()
    for block in before["blocks"]:
        if block["kind"] != "turn":
            continue
        who = json.loads(block["attributes"])
        if who["author"]:
            accounts["bots" if who["is_bot"] else "people"].add(who["author"])
            if who.get("canned"):
                accounts["canned"].add(who["author"])
        counts["turns"] += 1
        counts["bot_turns"] += who["is_bot"]
        said = before["text"][block["start"] : block["end"]]
        for fence, start in _fences(said):
            counts["fences"] += 1
            if fence in after["text"]:
                counts["fences_identical"] += 1
                continue
            at = block["start"] + start
            reasons = [span["reason"] for span in spans if span["start"] <= at < span["end"]]
            lost[reasons[0] if reasons else "CHANGED"] += 1
    return counts


def _fences(said: str) -> Iterator[tuple[str, int]]:
    """Fenced blocks of a message and where they begin; those inside quotes and lists are others' words or indented."""
    lines = said.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for token in _PARSER.parse(said):
        if token.type == "fence" and token.level == 0 and token.map:
            first, last = token.map
            yield "\n".join(lines[first:last]).rstrip("\n"), starts[first]


def _bot_turns(row: dict[str, Any], talk: Conversation) -> int:
    """Bots' comments whose words are in the conversation."""
    said = "\n".join(turn.text for turn in talk.turns)
    found = 0
    for block in row["blocks"]:
        if block["kind"] == "turn" and json.loads(block["attributes"]).get("is_bot"):
            text = row["text"][block["start"] : block["end"]].strip()
            found += len(text) > 40 and text in said
    return found


def _read(talks: list[tuple[dict[str, Any], Conversation]], count: int, seed: int) -> None:
    chance = random.Random(seed)
    for row, talk in chance.sample(talks, min(count, len(talks))):
        print(f"\n===== sft {row['source_url']} {talk.signal} {talk.confidence}")
        for turn in talk.turns:
            print(f"--- {turn.role} ({turn.author_role})\n{message_text(turn.text)}")
    pairs = [(row, talk) for row, talk in talks if answers_its_question(row, talk)]
    for row, talk in chance.sample(pairs, min(count, len(pairs))):
        made = pair(row, talk, _NoChunks())  # type: ignore[arg-type]
        print(f"\n===== qa {row['source_url']} {talk.signal}")
        print(f"--- question\n{made['question']}\n--- answer\n{made['answer']}")


if __name__ == "__main__":
    sys.exit(main())
