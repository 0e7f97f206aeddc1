"""Versions: one number per content, visible when whole, never going back."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from schemas.manifest import Manifest
from tasks.engine.store import Store
from tasks.publish.versions import claim_version, latest_manifest, list_datasets, list_versions, publish_manifest


def _manifest(version: str, content: str = "c") -> Manifest:
    return Manifest(
        dataset="support", version=version, created_at="2025-01-01T00:00:00+00:00", content_sha256=content,
        inputs_sha256="i", recipe={}, code={}, sources=[], steps=[], files=[],
    )  # fmt: skip


def test_a_killed_run_finds_its_own_number_again(tmp_path: Path):
    store = Store(str(tmp_path))
    assert claim_version(store, "support", "content-a") == "v1"
    assert claim_version(store, "support", "content-a") == "v1"


def test_other_content_takes_the_next_number(tmp_path: Path):
    store = Store(str(tmp_path))
    assert claim_version(store, "support", "content-a") == "v1"
    assert claim_version(store, "support", "content-b") == "v2"


def test_many_runs_at_once_never_share_a_number(tmp_path: Path):
    store = Store(str(tmp_path))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: claim_version(store, "support", f"content-{n}"), range(24)))
    assert sorted(found, key=lambda v: int(v[1:])) == [f"v{n}" for n in range(1, 25)]


def test_a_version_without_a_manifest_is_not_there(tmp_path: Path):
    store = Store(str(tmp_path))
    store.put_bytes("releases/support/v1/README.md", b"half written")
    assert list_versions(store, "support") == []
    assert list_datasets(store) == []
    assert latest_manifest(store, "support") is None


def test_the_newest_version_is_the_one_with_the_highest_number(tmp_path: Path):
    store = Store(str(tmp_path))
    for number in range(1, 12):
        publish_manifest(store, _manifest(f"v{number}"))
    latest = latest_manifest(store, "support")
    assert latest is not None
    assert latest.version == "v11"
    assert list_versions(store, "support")[-2:] == ["v10", "v11"]


def test_a_slow_run_does_not_turn_the_pointer_back(tmp_path: Path):
    store = Store(str(tmp_path))
    publish_manifest(store, _manifest("v2"))
    publish_manifest(store, _manifest("v1"))
    latest = latest_manifest(store, "support")
    assert latest is not None
    assert latest.version == "v2"


def test_content_that_comes_back_is_a_new_version(tmp_path: Path):
    store = Store(str(tmp_path))
    for content in ("content-a", "content-b"):
        publish_manifest(store, _manifest(claim_version(store, "support", content), content))
    assert claim_version(store, "support", "content-a") == "v3"


def _claim(root: str, number: int) -> str:
    return claim_version(Store(root), "支持", f"content-{number}")


def test_processes_at_once_never_share_a_number(tmp_path: Path):
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(_claim, [str(tmp_path)] * 16, range(16)))
        again = list(pool.map(_claim, [str(tmp_path)] * 16, range(16)))
    assert sorted(found, key=lambda v: int(v[1:])) == [f"v{n}" for n in range(1, 17)]
    assert again == found


def test_a_claim_that_was_never_published_is_finished_by_its_own_content_only(tmp_path: Path):
    store = Store(str(tmp_path))
    assert claim_version(store, "support", "content-a") == "v1"
    assert claim_version(store, "support", "content-b") == "v2"
    publish_manifest(store, _manifest("v2", "content-b"))
    assert claim_version(store, "support", "content-a") == "v3"
    assert list_versions(store, "support") == ["v2"]
