"""What a process pays before it signs anything: each worker pays it again."""

import subprocess
import sys

import pytest

from tasks.dedup.kernels import permutations

_SIGN = """
import sys
import pyarrow as pa
from tasks.dedup.folding import fold_table
from tasks.dedup.kernels import sign
from tasks.dedup.settings import SigningSettings
from tasks.engine.utf8 import utf8_column

column = utf8_column(pa.chunked_array([pa.array([{text!r}], pa.large_string())]))
settings = SigningSettings()
sign(column, fold_table(settings), shingle_size=5, num_perm=settings.num_perm, seed=settings.seed)
print(*(name for name in ("datasketch", "opencc", "prefect") if name in sys.modules))
"""


@pytest.mark.parametrize("text", ["Open the inlet valve before you start the pump.", "啟動水泵前請先打開進水閥門。"])
def test_signing_loads_no_library_whose_tables_lie_on_disk(text):
    command = [sys.executable, "-c", _SIGN.format(text=text)]
    # The first process of a machine may be the one that makes the tables.
    loaded = [subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() for _ in range(2)]
    assert loaded[1] == ""


def test_each_seed_and_size_has_permutations_of_its_own():
    drawn = [permutations(size, seed) for size, seed in ((64, 1), (128, 1), (128, 2))]
    assert [len(factors) for factors, _ in drawn] == [64, 128, 128]
    assert (drawn[1][0] != drawn[2][0]).any()
    assert all((factors % 2 == 1).all() for factors, _ in drawn)
