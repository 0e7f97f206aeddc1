"""Whatever ends a run, nothing is lost: the next run continues and gives the release of an undisturbed one."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.conftest import environment, release_bytes


def _start(folder: Path, server: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "flows", "run", "recipe.yaml"],
        cwd=folder,
        env={**environment(folder), "PREFECT_API_URL": server},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("kills", [3, pytest.param(10, marks=pytest.mark.slow)])
def test_a_run_killed_at_random_moments_gives_the_release_of_an_undisturbed_one(
    kills: int, inbox, released, server, winnow, record_property
):
    seed = random.SystemRandom().randrange(1 << 32)
    record_property("seed", seed)
    moments = random.Random(seed)
    for _ in range(kills):
        process = _start(inbox, server)
        # A run takes about ten seconds, half of them to begin: later ones find more of the work done.
        time.sleep(moments.uniform(2.0, 10.0))
        process.kill()
        process.wait(30)
    done = winnow("run", "recipe.yaml")
    assert done.returncode == 0, done.stderr
    (version,) = [
        path for path in (inbox / "out" / "releases" / "support").iterdir() if (path / "manifest.json").exists()
    ]
    assert _unnumbered(version) == _unnumbered(released.version), f"seed {seed}"


def _unnumbered(version: Path) -> dict[str, int]:
    """Sizes and bytes of a version's tables; its number is that of the run that finished."""
    return {name: data for name, data in release_bytes(version).items() if name.startswith("data/")}


def test_a_run_that_is_asked_to_stop_says_that_the_next_one_continues(inbox, server, winnow):
    process = subprocess.Popen(
        [sys.executable, "-m", "flows", "run", "recipe.yaml"],
        cwd=inbox,
        env={**environment(inbox), "PREFECT_API_URL": server},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    records = inbox / "out" / "records"
    deadline = time.monotonic() + 60
    while not records.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, words = process.communicate(timeout=60)
    assert process.returncode == 130, words.decode()
    assert b"the next run continues" in words
    assert winnow("run", "recipe.yaml").returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 96 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = shutil.which("mount") and os.geteuid() == 0
    if (
        not mounted
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96k", "none", folder], check=False).returncode
    ):
        pytest.skip("only root can mount a small file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_full_disk_fails_the_run_and_with_room_the_next_one_continues(small_disk, inbox, released, winnow):
    (inbox / "out").symlink_to(small_disk)
    done = winnow("run", "recipe.yaml")
    assert done.returncode == 1, done.stderr
    assert "No space left on device" in done.stderr
    assert "nothing was published" in done.stderr
    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
    done = winnow("run", "recipe.yaml")
    assert done.returncode == 0, done.stderr
    assert "0/1" in done.stdout
    assert _unnumbered(small_disk / "releases" / "support" / "v1") == _unnumbered(released.version)
