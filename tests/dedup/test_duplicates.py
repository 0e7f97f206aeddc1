"""What goes, what stays, and that neither depends on how the work was divided."""

import random
from datetime import UTC, datetime
from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.dedup_chain import documents_from, find_duplicates
from schemas.signature import RELEASED
from tasks.dedup.ranks import SameKeyError, rank_documents
from tasks.dedup.settings import DeduplicateSettings
from tasks.dedup.signatures import sign_documents
from tasks.dedup.unique_ids import STEP as UNIQUE_IDS
from tasks.dedup.unique_ids import UniqueIdsSettings, refuse_repeated
from tests.dedup.texts import edited, jaccard, join, mixed_corpus, words

SETTINGS = DeduplicateSettings()
EN = "Hold the button for five seconds until the light turns green, then let go and wait for the second signal. "
ZH = "按住按钮五秒钟，直到指示灯变为绿色，然后松开按钮并等待第二次信号，期间请不要断开电源，也不要移动设备。"


def _documents(texts: dict[str, str]) -> pa.Table:
    ids, values = (pa.chunked_array([pa.array(column, pa.large_string())]) for column in (list(texts), texts.values()))
    return documents_from(ids, values)


def _run(texts: dict[str, str], settings: DeduplicateSettings = SETTINGS, **options):
    return find_duplicates([_documents(texts)], settings, **options)


def _drops(found) -> dict[str, tuple[str, str]]:
    return {row["id"]: (row["reason"], row["kept_id"]) for row in found.dropped}


@pytest.mark.parametrize("seed", [1, 2])
def test_two_hundred_documents_are_treated_as_brute_force_says(seed):
    texts = {f"d{i:03}": text for i, text in enumerate(mixed_corpus(seed, 200))}
    found = _run(texts, DeduplicateSettings(max_miss=0.001))
    for row in found.dropped:
        true = jaccard(texts[row["id"]], texts[row["kept_id"]])
        assert row["kept_id"] in found.kept
        assert true >= row["threshold"]
        assert row["value"] == pytest.approx(true, abs=1e-12)
    stay = [pair for pair in combinations(sorted(found.kept), 2) if jaccard(*(texts[d] for d in pair)) >= 0.7]
    assert stay == []
    assert len(found.dropped) > 20


@settings(deadline=None, max_examples=12)
@given(
    seed=st.integers(0, 5), order=st.randoms(use_true_random=False), shards=st.integers(1, 5), workers=st.integers(1, 3)
)
def test_order_shards_and_workers_change_nothing(seed, order, shards, workers):
    texts = {f"d{i:03}": text for i, text in enumerate(mixed_corpus(seed, 60))}
    ids = list(texts)
    order.shuffle(ids)
    pieces = [_documents({doc: texts[doc] for doc in ids[i::shards]}) for i in range(shards)]
    again = find_duplicates(pieces, SETTINGS, workers=workers)
    once = _run(texts)
    key = lambda row: row["id"]  # noqa: E731
    assert sorted(again.dropped, key=key) == sorted(once.dropped, key=key)
    assert again.clusters.kept.to_pylist() == once.clusters.kept.to_pylist()


@pytest.mark.parametrize("similarity", ["shingles", "edits"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_second_run_changes_nothing(seed, similarity):
    texts = {f"d{i:03}": text for i, text in enumerate(mixed_corpus(seed, 120))}
    chosen = DeduplicateSettings(similarity=similarity, containment="drop")
    kept = _run(texts, chosen).kept
    assert _run({doc: text for doc, text in texts.items() if doc in kept}, chosen).kept == kept


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_crowded_bucket_keeps_one_of_each_kind(language):
    rng, texts = random.Random(5), {}
    notice = words(rng, 150, language)
    for kind in range(6):
        own = words(rng, 100, language)
        for copy in range(30):
            parts = [*edited(rng, own, 0.004, language), *notice]
            texts[f"k{kind}-{copy:02}"] = join(parts, language)
    found = _run(texts)
    stay = sorted(found.kept)
    assert not [pair for pair in combinations(stay, 2) if jaccard(texts[pair[0]], texts[pair[1]]) >= 0.7]
    assert {doc[:2] for doc in stay} == {f"k{kind}" for kind in range(6)}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_documents_that_differ_are_not_joined_through_one_in_between(language):
    rng = random.Random(7)
    parts = words(rng, 300, language)
    texts = {
        "a": join(parts[:240], language),
        "b": join(parts[30:270], language),
        "c": join(parts[60:300], language),
    }
    assert jaccard(texts["a"], texts["b"]) >= 0.7 > jaccard(texts["a"], texts["c"])
    found = _run(texts)
    assert _drops(found) == {"b": ("near_duplicate", "a")}
    clusters = {row["id"]: row["cluster_id"] for row in found.clusters.kept.to_pylist()}
    assert clusters == {"a": "a", "b": "a", "c": "a"}


@pytest.mark.parametrize(
    ("texts", "dropped"),
    [
        # Shorter than a shingle: never lost, never merged unless equal.
        ({"a": "cat", "b": "dog", "c": "cat"}, {"c": ("exact_duplicate", "a")}),
        ({"a": "是", "b": "否", "c": "好的", "d": "是"}, {"d": ("exact_duplicate", "a")}),
        ({"a": "重启设备", "b": "重启系统", "c": "启动"}, {}),
        ({"a": "Reset it now", "b": "Reset it", "c": "reset IT now"}, {"c": ("exact_duplicate", "a")}),
        # Nothing but symbols: compared by them.
        ({"a": "---", "b": "***", "c": "。。。"}, {}),
        ({"a": "", "b": " \n"}, {"a": ("exact_duplicate", "b")}),
        # A Chinese paragraph is not one word.
        ({"a": ZH, "b": ZH.replace("五秒钟", "三秒钟"), "c": "请先阅读安全须知，然后再连接电源线。"},
         {"b": ("near_duplicate", "a")}),
        ({"a": EN, "b": EN.upper(), "c": EN[:60]}, {"b": ("exact_duplicate", "a")}),
    ],
)  # fmt: skip
def test_what_other_tools_lose_or_merge(texts, dropped):
    assert _drops(_run(texts, DeduplicateSettings(containment="ignore"))) == dropped


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_look_at_buckets_alone_would_drop_what_is_below_the_threshold(language):
    rng, texts = random.Random(9), {}
    for i in range(60):
        parts = words(rng, 200, language)
        texts[f"a{i:02}"] = join(parts, language)
        texts[f"b{i:02}"] = join([*parts[:140], *words(rng, 60, language)], language)
    # J = 136 / 256: a third of the pairs share a bucket.
    assert _run(texts).kept == set(texts)


def test_both_languages_are_found_alike():
    found = {}
    for language in ("en", "zh"):
        rng, texts = random.Random(11), {}
        for i in range(100):
            parts = words(rng, 200, language)
            texts[f"a{i:02}"] = join(parts, language)
            texts[f"b{i:02}"] = join([*parts[:170], *words(rng, 30, language)], language)
        found[language] = len(_run(texts).dropped)
    assert found["en"] >= 97
    assert abs(found["en"] - found["zh"]) <= 3


def _ranked(documents, **columns) -> str:
    """Which of two equal texts stays: "d0" or "d1"."""
    (kept,) = find_duplicates([documents(ZH, ZH, **columns)], SETTINGS).kept
    return kept


def test_the_keeper_is_by_release_then_source_then_quality_then_length_then_id(documents):
    assert _ranked(documents) == "d0"
    assert _ranked(documents, quality=[0.2, 0.9]) == "d1"
    assert _ranked(documents, quality=[0.2, 0.9], source_rank=[0, 1]) == "d0"
    table = documents(ZH, f"{ZH}。", EN, f"{EN} !")
    assert find_duplicates([table], SETTINGS).kept == {"d1", "d3"}
    released = RELEASED.from_rows([{"id": "d0"}, {"id": "gone since"}])
    assert find_duplicates([table], SETTINGS, released=released).kept == {"d0", "d3"}


@pytest.mark.parametrize("text", [EN * 3, ZH * 3])
def test_the_latest_stays_by_setting_even_if_the_older_one_was_released(documents, text):

    table = documents(
        text, text[: len(text) - 4], updated_at=[datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)]
    )
    released = RELEASED.from_rows([{"id": "d0"}])
    assert find_duplicates([table], SETTINGS, released=released).kept == {"d0"}
    latest = DeduplicateSettings(keep_latest=True)
    assert find_duplicates([table], latest, released=released).kept == {"d1"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_twin_returns_when_its_keeper_is_taken_down(language):
    rng = random.Random(13)
    parts = words(rng, 120, language)
    texts = {"keeper": join([*parts, "end"], language), "twin": join(parts, language)}
    released = RELEASED.from_rows([{"id": "keeper"}])
    assert _run(texts, released=released).kept == {"keeper"}
    assert _run({"twin": texts["twin"]}, released=released).kept == {"twin"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_part_of_a_longer_document_is_reported_and_by_setting_dropped(language):
    rng = random.Random(17)
    manual, readme, other = (words(rng, n, language) for n in (2000, 200, 300))
    texts = {
        "manual": join([*manual[:900], *readme, *manual[900:]], language),
        "other": join(other, language),
        "readme": join(readme, language),
        "readme-v2": join([*readme[:100], *words(rng, 3, language), *readme[100:]], language),
    }
    found = _run(texts)
    assert found.kept == {"manual", "other", "readme-v2"}
    (row,) = found.clusters.sides["containments"].to_pylist()
    assert (row["id"], row["container_id"]) == ("readme-v2", "manual")
    assert 0.9 <= row["share"] < 1
    dropped = _run(texts, DeduplicateSettings(containment="drop"))
    assert dropped.kept == {"manual", "other"}
    assert {row["id"]: row["reason"] for row in dropped.dropped} == {"readme": "contained", "readme-v2": "contained"}
    assert {row["kept_id"] for row in dropped.dropped} == {"manual"}
    released = RELEASED.from_rows([{"id": "readme-v2"}])
    assert "readme-v2" in _run(texts, DeduplicateSettings(containment="drop"), released=released).kept


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("share", [0.1, 0.15])
def test_edits_finds_copies_that_shingles_do_not(language, share):
    rng, texts = random.Random(19), {}
    for i in range(30):
        parts = words(rng, 200, language)
        texts[f"a{i:02}"] = join(parts, language)
        texts[f"b{i:02}"] = join(edited(rng, parts, share, language), language)
    assert len(_run(texts).dropped) <= 1
    found = _run(texts, DeduplicateSettings(similarity="edits"))
    assert len(found.dropped) >= 27
    assert all(row["id"][1:] == row["kept_id"][1:] and row["value"] >= 0.75 for row in found.dropped)


def test_edits_leaves_look_alikes_alone():
    from benchmarks.eval_dedup import look_alikes

    texts = {name: text for name, text in look_alikes().items() if not name.startswith("log")}
    assert _run(texts, DeduplicateSettings(similarity="edits")).kept == set(texts)


@pytest.mark.parametrize("texts", [EN, ZH], ids=["en", "zh"])
def test_of_an_id_that_two_shards_have_the_first_document_stays(texts, documents):
    shards = [documents(texts, "one"), documents("two", "三", texts)]
    signed = [sign_documents(shard, SETTINGS.signing).kept for shard in shards]
    ranked = rank_documents(signed, SETTINGS.ranking)
    repeated = ranked.sides["repeated"]
    assert ranked.kept.num_rows == 0
    assert repeated.to_pylist() == [{"id": "d0", "shard": 1}, {"id": "d1", "shard": 1}]
    parts = [
        refuse_repeated(shard, UniqueIdsSettings(shard=place), repeated=repeated) for place, shard in enumerate(shards)
    ]
    for shard, part in zip(shards, parts, strict=True):
        UNIQUE_IDS.check(shard, part, "shard")
    assert [part.kept["text"].to_pylist() for part in parts] == [[texts, "one"], [texts]]
    gone = parts[1].quarantined.to_pylist()
    assert [(row["id"], row["cause"], row["bytes"]) for row in gone] == [
        ("d0", "repeated_id", 3),
        ("d1", "repeated_id", 3),
    ]


def test_an_id_twice_in_one_shard_is_an_error(documents):
    shard = documents(EN, ZH)
    twice = shard.set_column(0, "id", pa.array(["d0", "d0"], pa.large_string()))
    with pytest.raises(SameKeyError):
        rank_documents([sign_documents(twice, SETTINGS.signing).kept], SETTINGS.ranking)


def test_a_run_without_documents_finds_nothing(documents):
    empty = documents(EN).slice(0, 0)
    for shards in ([empty], [empty, documents(ZH), empty]):
        found = find_duplicates(shards, DeduplicateSettings(similarity="edits", containment="drop"))
        assert not found.dropped
