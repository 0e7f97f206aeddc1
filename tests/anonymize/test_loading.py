"""What a process pays before it anonymizes anything: each worker pays it again."""

import subprocess
import sys

import pytest

_HEAVY = ("numba", "spacy", "pandas", "presidio_analyzer", "detect_secrets", "jieba")
_LOADED = f"import sys; print(*(name for name in {_HEAVY!r} if name in sys.modules))"
_TEXT = """
import pyarrow as pa
from tasks.anonymize.judge import judge_for
from tasks.anonymize.settings import JudgeSettings
print(len(judge_for(JudgeSettings()).find(pa.chunked_array([pa.array([{text!r}], pa.large_string())]))[0]))
"""


def _run(code):
    result = subprocess.run([sys.executable, "-c", f"{code}\n{_LOADED}"], capture_output=True, text=True, check=True)
    return result.stdout.splitlines()


@pytest.mark.parametrize(
    ("module", "may"),
    [("settings", ""), ("union", ""), ("seal", "numba"), ("seal_outcomes", "numba"), ("anonymize", "numba")],
)
def test_a_step_loads_nothing_that_it_does_not_use(module, may):
    (loaded,) = _run(f"import tasks.anonymize.{module}")
    assert loaded == may


@pytest.mark.parametrize(
    ("text", "found", "may"),
    [
        ("Nothing here is about anybody.", "0", "numba"),
        ("记者王建国报道，会议在北京举行。", "1", "numba"),
        ("Write to zhang.san@huawei.com. 请联系我。", "1", "numba presidio_analyzer"),
    ],
)
def test_presidio_is_loaded_when_there_is_something_to_judge(text, found, may):
    count, loaded = _run(_TEXT.format(text=text))
    assert count == found
    assert set(loaded.split()) - {"pandas"} == set(may.split())
