"""The sandbox: whatever a parser does costs one call, and nothing of it outlives the run or reaches the terminal."""

import contextlib
import multiprocessing as mp
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from tasks.engine.sandbox import (
    Sandbox,
    SandboxCrashError,
    SandboxMemoryError,
    SandboxTimeoutError,
    borrowed_sandbox,
    unmetered,
)

ROOT = Path(__file__).parents[2]
MB = 1 << 20


def take_memory(megabytes: int) -> int:
    return len(bytearray(megabytes * MB))


def take_memory_unmetered(loaded: int, megabytes: int) -> int:
    with unmetered():
        kept = bytearray(loaded * MB)
    return len(kept) + len(bytearray(megabytes * MB))


def kill_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail(message: str) -> None:
    raise ValueError(message)


def speak() -> int:
    sys.stdout.write("said by the parser\n")
    sys.stderr.write("解析器的警告\n")
    os.write(1, b"written by C code\n")
    os.write(2, b"written by C code\n")
    subprocess.run([sys.executable, "-c", "print('said by a child of it')"], check=True)
    return os.getpid()


@pytest.fixture(scope="module")
def sandbox():
    box = Sandbox(timeout_s=20, memory_mb=256)
    yield box
    box.close()


def test_a_call_runs_in_another_process_which_is_kept(sandbox: Sandbox):
    assert sandbox.call(os.getpid) != os.getpid()
    assert sandbox.call(os.getpid) == sandbox.call(os.getpid)
    assert sandbox.call(str.upper, "文本 text") == "文本 TEXT"


def test_what_a_call_raises_is_raised_here(sandbox: Sandbox):
    with pytest.raises(ValueError, match="坏了"):
        sandbox.call(fail, "坏了")


def test_too_much_memory_costs_the_call(sandbox: Sandbox):
    assert sandbox.call(take_memory, 100) == 100 * MB
    with pytest.raises(SandboxMemoryError) as raised:
        sandbox.call(take_memory, 400)
    assert raised.value.cause == "out_of_memory"
    assert sandbox.call(take_memory, 100) == 100 * MB


def test_what_is_loaded_unmetered_does_not_count(sandbox: Sandbox):
    assert sandbox.call(take_memory_unmetered, 400, 100) == 500 * MB
    with pytest.raises(SandboxMemoryError):
        sandbox.call(take_memory_unmetered, 400, 400)


def test_unmetered_outside_a_sandbox_changes_nothing():
    assert take_memory_unmetered(1, 1) == 2 * MB


@pytest.mark.parametrize("die", [os.abort, kill_itself])
def test_a_child_that_dies_costs_the_call_and_is_replaced(sandbox: Sandbox, die):
    before = sandbox.call(os.getpid)
    with pytest.raises(SandboxCrashError) as raised:
        sandbox.call(die)
    assert raised.value.cause == "crash"
    assert sandbox.call(os.getpid) not in (before, os.getpid())


def test_a_child_that_was_killed_between_calls_costs_nothing(sandbox: Sandbox):
    child = psutil.Process(sandbox.call(os.getpid))
    child.kill()
    while child.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert sandbox.call(len, "下一个") == 3
    assert sandbox.call(len, "again") == 5


def test_a_child_that_is_being_killed_while_the_next_call_is_sent_costs_nothing(sandbox: Sandbox):
    # Stopped first, it takes the call into its pipe and not into its hands: so it looks to who calls meanwhile.
    child = psutil.Process(sandbox.call(os.getpid))
    child.suspend()
    killer = threading.Timer(0.2, child.kill)
    killer.start()
    assert sandbox.call(len, "下一个") == 3
    killer.join()
    assert sandbox.call(len, "again") == 5


class StrangeError(Exception):
    """Can be pickled, and not read back."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} {two}")


def fail_strangely() -> None:
    raise StrangeError("一", "two")


def test_an_error_that_cannot_travel_is_named(sandbox: Sandbox):
    with pytest.raises(RuntimeError, match="StrangeError"):
        sandbox.call(fail_strangely)


def test_a_parser_that_exits_costs_the_call(sandbox: Sandbox):
    with pytest.raises(SandboxCrashError, match="exit code 3"):
        sandbox.call(sys.exit, 3)


def test_too_much_time_costs_the_call():
    box = Sandbox(timeout_s=0.5, memory_mb=256)
    box.call(os.getpid)
    with pytest.raises(SandboxTimeoutError) as raised:
        box.call(time.sleep, 60)
    assert raised.value.cause == "timeout"
    assert box.call(len, "下一个") == 3
    box.close()


def test_a_child_is_replaced_after_so_many_calls():
    box = Sandbox(timeout_s=20, memory_mb=256, max_calls=2)
    assert len({box.call(os.getpid) for _ in range(4)}) == 2
    box.close()


def test_a_sandbox_is_lent_to_one_at_a_time_and_used_again():
    limits = {"timeout_s": 19.0, "memory_mb": 300}
    with borrowed_sandbox(**limits) as first, borrowed_sandbox(**limits) as second:
        assert first is not second
    with borrowed_sandbox(**limits) as third:
        assert third in (first, second)
    with borrowed_sandbox(timeout_s=19.0, memory_mb=301) as other:
        assert other not in (first, second)
    for box in (first, second, other):
        box.close()


def test_a_child_that_nobody_asks_for_ends_and_another_takes_its_place(monkeypatch):
    monkeypatch.setattr("tasks.engine.sandbox._IDLE_S", 0.2)
    limits = {"timeout_s": 18.0, "memory_mb": 300}
    with borrowed_sandbox(**limits) as box:
        child = psutil.Process(box.call(os.getpid))
    assert psutil.wait_procs([child], timeout=30)[0]
    with borrowed_sandbox(**limits) as box:
        assert box.call(os.getpid) != child.pid
        # Longer than a child may be idle.
        assert box.call(time.sleep, 0.5) is None
        assert box.call(os.getpid) == box.call(os.getpid)
    box.close()


def call_in_a_sandbox(pipe) -> None:
    pipe.send(Sandbox(timeout_s=60, memory_mb=256).call(os.getpid))


@pytest.mark.parametrize("daemon", [False, True])
def test_a_worker_process_may_have_a_sandbox_and_ends_with_it(daemon: bool):
    """A worker of a process pool waits for its children when it ends; one of Dask is denied children."""
    context = mp.get_context("spawn")
    ours, theirs = context.Pipe()
    worker = context.Process(target=call_in_a_sandbox, args=(theirs,), daemon=daemon)
    worker.start()
    assert ours.poll(60)
    child = ours.recv()
    worker.join(60)
    assert worker.exitcode == 0
    with contextlib.suppress(psutil.NoSuchProcess):
        _, alive = psutil.wait_procs([psutil.Process(child)], timeout=30)
        assert not alive


_DRIVER = """
import os, sys, time
from tasks.engine.sandbox import Sandbox
from tests.engine.test_sandbox import speak
if __name__ == "__main__":
    box = Sandbox(timeout_s=300, memory_mb=512)
    pid = box.call(speak)
    print("child", pid, flush=True)
    if sys.argv[1] == "wait":
        box.call(time.sleep, 300)
"""


def _driver(tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    script = tmp_path / "driver.py"
    script.write_text(_DRIVER, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, str(script), *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )  # fmt: skip


def test_nothing_a_parser_says_reaches_the_terminal(tmp_path: Path):
    said, _ = _driver(tmp_path, "end").communicate(timeout=60)
    assert said.startswith("child ")
    assert said.count("\n") == 1


def test_the_child_ends_with_a_parent_that_was_killed(tmp_path: Path):
    driver = _driver(tmp_path, "wait")
    assert driver.stdout is not None
    child = psutil.Process(int(driver.stdout.readline().split()[1]))
    assert child.is_running()
    driver.kill()
    driver.wait()
    driver.stdout.close()
    _, alive = psutil.wait_procs([child], timeout=30)
    assert not alive
