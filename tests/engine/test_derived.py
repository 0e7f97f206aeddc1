import numpy as np
import pytest

from tasks.engine.derived import derived


class _Maker:
    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return [np.arange(6, dtype=np.uint32).reshape(3, 2), np.array([0.5, -1.0], np.float32)]


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Tables of some sources, beside a module in a folder of its own, with a cache of the user of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    maker = _Maker()

    def of(*sources):
        return derived("words", tmp_path / "package" / "module.py", [s.encode() for s in sources], maker), maker.times

    return of


def _stored(folder):
    return sorted(folder.rglob("words-*"))


def test_tables_are_made_once_and_are_the_same_afterwards(make):
    made, times = make("dictionary 词典", "code")
    read, again = make("dictionary 词典", "code")
    assert (times, again) == (1, 1)
    for before, after in zip(made, read, strict=True):
        assert before.dtype == after.dtype
        np.testing.assert_array_equal(before, after)
    assert not any(table.flags.writeable for table in (*made, *read))


def test_other_sources_give_other_tables_and_the_old_file_goes(make, tmp_path):
    make("a", "bc")
    (old,) = _stored(tmp_path)
    # The same bytes, cut elsewhere, are other sources.
    _, times = make("ab", "c")
    assert times == 2
    assert _stored(tmp_path) != [old]
    assert len(_stored(tmp_path)) == 1


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:-1] + b"\x01", lambda _: b""])
def test_a_damaged_file_is_made_again(make, tmp_path, damage):
    expected, _ = make("a")
    (path,) = _stored(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    tables, times = make("a")
    assert times == 2
    np.testing.assert_array_equal(tables[0], expected[0])
    assert make("a")[1] == 2


def test_a_folder_that_cannot_be_written_leaves_it_to_the_cache_of_the_user(make, tmp_path):
    (tmp_path / "package").write_text("not a folder")
    make("a")
    (path,) = _stored(tmp_path)
    assert path.parent == tmp_path / "cache" / "winnow"
    assert make("a")[1] == 1


def test_without_any_folder_tables_are_made_for_each_process(make, tmp_path):
    (tmp_path / "package").write_text("not a folder")
    (tmp_path / "cache").write_text("neither")
    make("a")
    tables, times = make("a")
    assert times == 2
    assert not tables[0].flags.writeable
