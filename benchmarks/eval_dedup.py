"""Near-duplicates: what is found, what is missed and what goes wrongly, against labelled pairs.

    python -m benchmarks.eval_dedup <folder with docs.jsonl, pairs.jsonl, truth.jsonl>

Every similarity is measured here anew, in plain Python, by the definition in docs/near-duplicates.md. Look-alikes (form
letters, API pages of sibling functions, change logs) are generated: all of them should stay.
"""

import argparse
import json
import random
import re
import unicodedata
from collections import defaultdict
from functools import cache
from pathlib import Path

import opencc
import pyarrow as pa
from rapidfuzz.distance import Levenshtein

from benchmarks.dedup_chain import Found, documents_from, find_duplicates
from tasks.dedup.settings import DeduplicateSettings

TOKEN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]|[^\W\u3400-\u4dbf\u4e00-\u9fff]+")
SIMPLIFIED = opencc.OpenCC("t2s")


class Corpus:
    """Documents and their labels; shingle sets by two definitions: ours (folded) and the labels' (lower case only)."""

    def __init__(self, folder: Path) -> None:
        read = lambda name: [json.loads(line) for line in (folder / name).open(encoding="utf-8")]  # noqa: E731
        self.texts = {row["id"]: row["text"] for row in read("docs.jsonl")}
        self.truth = {row["id"]: row for row in read("truth.jsonl")}
        self.pairs = read("pairs.jsonl")

    def language(self, doc: str) -> str:
        """Language of a document."""
        return self.truth[doc]["lang"]

    @cache  # noqa: B019 (one corpus a process)
    def tokens(self, doc: str) -> tuple[str, ...]:
        """Folded words and Han characters."""
        folded = SIMPLIFIED.convert(unicodedata.normalize("NFKC", self.texts[doc]).casefold())
        return tuple(TOKEN.findall(folded))

    @cache  # noqa: B019
    def shingles(self, doc: str) -> frozenset[tuple[str, ...]]:
        """Sets of five neighbouring tokens; a shorter text is one shingle."""
        tokens = self.tokens(doc)
        return frozenset(tokens[i : i + 5] for i in range(len(tokens) - 4)) or frozenset({tokens})

    def jaccard(self, one: str, other: str) -> float:
        """Of the shingle sets."""
        a, b = self.shingles(one), self.shingles(other)
        return len(a & b) / len(a | b)

    def edit_similarity(self, one: str, other: str) -> float:
        """Share of tokens that edits leave in place."""
        return Levenshtein.normalized_similarity(self.tokens(one), self.tokens(other))


def run(texts: dict[str, str], settings: DeduplicateSettings) -> Found:
    ids = pa.chunked_array([pa.array(list(texts), pa.large_string())])
    return find_duplicates(
        [documents_from(ids, pa.chunked_array([pa.array(list(texts.values()), pa.large_string())]))], settings
    )


def score(corpus: Corpus, found: Found, settings: DeduplicateSettings) -> None:
    edits = settings.similarity == "edits"
    measure, limit = (corpus.edit_similarity, settings.min_edit_similarity) if edits else (
        corpus.jaccard, settings.threshold,
    )  # fmt: skip
    kept, links = found.kept, {row["id"]: row["kept_id"] for row in found.dropped}
    # In one cluster: connected by pairs that were verified.
    clusters = {row["id"]: row["cluster_id"] for row in found.clusters.kept.to_pylist()}
    for language in ("en", "zh"):
        pairs = [pair for pair in corpus.pairs if corpus.language(pair["a"]) == language == corpus.language(pair["b"])]
        both = {}
        for low, high in ((0.7, 0.8), (0.8, 1.01)):
            chosen = [pair for pair in pairs if low <= corpus.jaccard(pair["a"], pair["b"]) < high]
            stay = sum(pair["a"] in kept and pair["b"] in kept for pair in chosen)
            both[low] = f"{stay} of {len(chosen)} ({100 * stay / max(1, len(chosen)):.2f} %)"
        dropped = [row for row in found.dropped if corpus.language(row["id"]) == language]
        # To the precision of the definitions: a 5-token text is one shingle there and here.
        wrong = [row for row in dropped if measure(row["id"], row["kept_id"]) < limit - 1e-9]
        untrue = [row for row in dropped if abs(row["value"] - measure(row["id"], row["kept_id"])) > 1e-9]
        lost = [row for row in dropped if row["kept_id"] not in kept]
        natural = [
            pair for pair in pairs
            if not pair["same_cluster"] and (links.get(pair["a"]) == pair["b"] or links.get(pair["b"]) == pair["a"])
            and corpus.edit_similarity(pair["a"], pair["b"]) < 0.6
        ]  # fmt: skip
        print(f"{language}: {len(dropped)} dropped; pairs with J >= 0.8 that both stay: {both[0.8]}; "
              f"J 0.7-0.8: {both[0.7]}")  # fmt: skip
        print(f"    dropped without a kept twin at the limit: {len(wrong) + len(lost)}; "
              f"similarity not as recorded: {len(untrue)}; natural pairs below 0.6 merged: {len(natural)}")  # fmt: skip
        copies: dict[str, list[bool]] = defaultdict(list)
        for doc, row in corpus.truth.items():
            original = row["variant_of"]
            if original and row["lang"] == language:
                copies[f"{row['op']}-{row['param']}"].append(clusters.get(doc, doc) == clusters.get(original, original))
        print("    copies found: " + ", ".join(f"{op} {sum(x)}/{len(x)}" for op, x in sorted(copies.items())))


def look_alikes(seed: int = 3) -> dict[str, str]:
    """Texts that share a template and say different things; sixteen of each kind, in both languages."""
    rng = random.Random(seed)
    functions = ["open", "close", "read", "write", "seek", "flush", "lock", "unlock", "map", "sync", "stat", "link",
                 "rename", "truncate", "watch", "poll"]  # fmt: skip
    actions = ["打开", "关闭", "读取", "写入", "定位", "刷新", "加锁", "解锁", "映射", "同步", "查询", "链接", "改名",
               "截断", "监视", "轮询"]  # fmt: skip
    nouns = ["valve", "pump", "sensor", "panel", "filter", "battery", "antenna", "router", "meter", "relay", "motor",
             "switch", "camera", "heater", "cooler", "gateway"]  # fmt: skip
    parts = ["阀门", "水泵", "传感器", "面板", "滤芯", "电池", "天线", "路由器", "电表", "继电器", "电机", "开关",
             "摄像头", "加热器", "冷却器", "网关"]  # fmt: skip
    texts = {}
    for i in range(16):
        n, day, price = rng.randint(10_000, 99_999), rng.randint(1, 28), rng.randint(100, 9_999)
        f, a, noun, part = functions[i], actions[i], nouns[i], parts[i]
        texts[f"form-en-{i}"] = (
            f"Dear customer {n}, thank you for your order of one {noun} on day {day} of this month. The amount "
            f"of {price} was charged to your account. Your {noun} will leave our warehouse within three working days "
            f"and you will receive a message with its number. "
            f"Please keep this letter, you need it for the warranty of the {noun}."
        )
        texts[f"form-zh-{i}"] = (
            f"尊敬的客户{n}：感谢您在本月{day}日订购{part}一台。款项{price}元已从您的账户扣除。您的{part}将在三个工作日内从仓库发出，"
            f"届时您会收到包含单号的短信。请妥善保管本通知，{part}保修时需要出示。"
        )
        texts[f"api-en-{i}"] = (
            f"int file_{f}(handle_t *handle, int flags);\n{f.title()}s the file behind the handle. Parameters: handle, "
            f"the handle that was returned earlier; flags, a combination of the constants in the table. Returns zero "
            f"if the {f} succeeded and a negative number otherwise. The call to {f} is safe in several threads. "
            f"See also the chapter about files and the example {f}.c in the source tree."
        )
        texts[f"api-zh-{i}"] = (
            f"int file_{f}(handle_t *handle, int flags);\n{a}句柄所指的文件。参数：handle 为先前返回的句柄；"
            f"flags 为表中常量的组合。{a}成功时返回零，否则返回负数。{a}操作可在多个线程中调用。"
            f"另见文件一章以及源代码中的示例 {f}.c。"
        )
        texts[f"log-en-{i}"] = (
            f"Version {i + 1}.{day}.0\n\nThis release repairs the {noun} driver and updates the list of supported "
            f"{functions[-i - 1]} calls. Issue {n} is closed. There are no other changes. "
            f"Upgrade as described in the manual."
        )
        texts[f"log-zh-{i}"] = (
            f"版本 {i + 1}.{day}.0\n\n本次发布修复了{part}驱动，并更新了支持的{actions[-i - 1]}调用列表。"
            f"问题 {n} 已关闭。没有其他改动。请按照手册中的说明升级。"
        )
    return texts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--edit-similarity", type=float, nargs="*", default=[0.7, 0.75, 0.8])
    arguments = parser.parse_args()
    corpus, alike = Corpus(arguments.folder), look_alikes()
    variants = [DeduplicateSettings(containment="ignore")]
    variants += [
        DeduplicateSettings(similarity="edits", min_edit_similarity=limit, containment="ignore")
        for limit in arguments.edit_similarity
    ]
    for settings in variants:
        limit = settings.threshold if settings.similarity == "shingles" else settings.min_edit_similarity
        print(f"--- {settings.similarity} >= {limit}: {settings.banding.bands} bands of {settings.banding.rows}")
        score(corpus, run(corpus.texts, settings), settings)
        gone: dict[str, int] = defaultdict(int)
        for row in run(alike, settings).dropped:
            gone["-".join(row["id"].split("-")[:2])] += 1
        kinds = sorted({"-".join(name.split("-")[:2]) for name in alike})
        print("    look-alikes dropped, of 16: " + ", ".join(f"{kind} {gone[kind]}" for kind in kinds))


if __name__ == "__main__":
    main()
