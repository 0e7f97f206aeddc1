"""A process of ours loads neither pandas nor scipy's linear algebra because another library looks for them."""

import subprocess
import sys

import pytest

from tasks.engine.lean import absent, unneeded

_START = """
import sys
from tasks.engine.lean import load_compiler, start_lean
start_lean()
load_compiler()
import numpy as np
import pyarrow as pa
from tasks.engine.word_count import count_words
from schemas.document import DOCUMENT
print(pa.array(["水泵", "pump"]).to_pylist(), count_words(DOCUMENT.from_rows([])).num_rows)
print(*(name for name in ("pandas", "scipy.linalg", "cffi") if name in sys.modules))
import pandas, scipy.linalg
print(pandas.DataFrame({"a": ["水泵"]}).shape, scipy.linalg.norm(np.ones(4)))
"""


def test_what_is_set_aside_at_the_start_is_not_loaded_and_can_be_imported_later():
    done = subprocess.run([sys.executable, "-c", _START], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['水泵', 'pump'] 0", "", "(1, 1) 2.0"]


def test_a_module_is_absent_only_inside_the_block():
    with absent("wave"), pytest.raises(ModuleNotFoundError):
        __import__("wave")
    assert __import__("wave").__name__ == "wave"


def test_a_module_that_is_loaded_stays():
    with absent("json"):
        assert __import__("json") is sys.modules["json"]


def test_what_is_not_needed_can_be_named_and_subclassed_and_is_itself_afterwards(tmp_path, monkeypatch):
    (tmp_path / "heavy_model.py").write_text("def load(): return '水泵 pump'\n", "utf-8")
    (tmp_path / "asks_for_it.py").write_text(
        "import heavy_model\nfrom heavy_parts.words import Part, registry\n"
        "class Mine(Part): pass\n@registry.readers('水泵')\ndef read(): return heavy_model.load\n",
        "utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with unneeded("heavy_model", "heavy_parts"):
        asks = __import__("asks_for_it")
    assert isinstance(asks.read(), type)
    assert issubclass(asks.Mine, asks.Part)
    assert __import__("heavy_model").load() == "水泵 pump"
    with pytest.raises(ModuleNotFoundError):
        __import__("heavy_parts")


def test_one_module_of_a_package_can_be_unneeded_and_the_rest_of_the_package_is_itself(tmp_path, monkeypatch):
    package = tmp_path / "manuals"
    package.mkdir()
    (package / "__init__.py").write_text("from manuals import pictures, words\n", "utf-8")
    (package / "words.py").write_text("SAID = '水泵 pump'\n", "utf-8")
    (package / "pictures.py").write_text("DRAWN = '图 picture'\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with unneeded("manuals.pictures"):
        assert __import__("manuals").words.SAID == "水泵 pump"
    assert "manuals.pictures" not in sys.modules
    assert __import__("manuals.pictures").pictures.DRAWN == "图 picture"
