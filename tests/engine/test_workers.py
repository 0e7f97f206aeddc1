"""Worker processes: the same files as without them, and none left behind."""

import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import psutil
import pytest

from schemas.document import DOCUMENT
from tasks.engine.first_calls import FirstCalls
from tasks.engine.run_step import run_step
from tasks.engine.store import Store
from tasks.engine.workers import dispatch, start_early, worker_processes
from tests.engine import steps_for_tests as steps
from tests.engine.steps_for_tests import LengthSettings


def test_a_worker_process_commits_what_the_driver_would_have(tmp_path: Path, documents):
    here, there = Store(str(tmp_path / "here")), Store(str(tmp_path / "there"))
    table = documents("a long text", "一段文本", "x")
    expected = run_step(steps.LENGTH, here.put_table(table, DOCUMENT, "s"), LengthSettings(), here)
    with worker_processes(1):
        found = dispatch(steps.LENGTH, there.put_table(table, DOCUMENT, "s"), LengthSettings(), there)
    assert (found.key, found.kept, found.dropped) == (expected.key, expected.kept, expected.dropped)


def test_after_a_worker_died_the_next_one_does_the_work(tmp_path: Path, documents):
    store = Store(str(tmp_path / "store"))
    shard = store.put_table(documents("text", "文本"), DOCUMENT, "s")
    settings = LengthSettings(marker=str(tmp_path / "died"))
    with worker_processes(1):
        with pytest.raises(BrokenProcessPool):
            dispatch(steps.DIES, shard, settings, store)
        assert dispatch(steps.DIES, shard, settings, store).kept.rows == 2


def test_workers_that_were_started_early_do_the_work_whatever_their_first_calls_raised(tmp_path: Path, documents):
    store, called = Store(str(tmp_path / "store")), tmp_path / "called"
    first = LengthSettings(marker=str(called))
    early = FirstCalls([("tests.engine.steps_for_tests:none", first), (steps.RAISES.address, first)], documents("x"))
    start_early(1, early)
    children = psutil.Process().children()
    with worker_processes(1):
        shard = store.put_table(documents("a long text", "一段文本"), DOCUMENT, "s")
        assert dispatch(steps.LENGTH, shard, LengthSettings(), store).kept.rows
        assert psutil.Process().children() == children
    assert called.exists()


_DRIVER = """
import sys, time
from schemas.document import DOCUMENT
from tasks.engine.store import Store
from tasks.engine.workers import dispatch, worker_processes
from tests.engine import steps_for_tests as steps
if __name__ == "__main__":
    store = Store(sys.argv[1])
    with worker_processes(1):
        dispatch(steps.LENGTH, store.put_table(DOCUMENT.empty(), DOCUMENT, "s"), steps.LengthSettings(), store)
        print("up", flush=True)
        time.sleep(300)
"""


def test_workers_end_with_a_driver_that_was_killed(tmp_path: Path):
    script = tmp_path / "driver.py"
    script.write_text(_DRIVER, encoding="utf-8")
    root = Path(__file__).parents[2]
    driver = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "store")], stdout=subprocess.PIPE, text=True, cwd=root,
        env={"PYTHONPATH": str(root), "PATH": ""},
    )  # fmt: skip
    assert driver.stdout is not None
    assert driver.stdout.readline() == "up\n"
    children = psutil.Process(driver.pid).children(recursive=True)
    assert children
    driver.kill()
    driver.wait()
    driver.stdout.close()
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive
    time.sleep(0)
