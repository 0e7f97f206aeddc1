"""Zip and tar: what is in them is listed once and safely, what is refused says why, nothing is written to disk."""

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.containers import tar_archive
from tasks.containers.detect import container_type, unpack
from tasks.containers.members import ContainerError, Limits, inner_path
from tasks.containers.tar_archive import TarReader, list_tar
from tasks.containers.zip_archive import ZipReader, list_zip

FILES = {"src/网关.py": "print('你好')\n", "src/main.py": "print(1)\n", "README.md": "# 说明\n"}


def make_zip(path: Path, files: dict[str, str | bytes], links: dict[str, str] | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for name, target in (links or {}).items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, target)
    return path


def make_tar(path: Path, files: dict[str, str | bytes], links: dict[str, str] | None = None, mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return path


MAKERS = [(make_zip, list_zip), (make_tar, list_tar)]


def refusals(members) -> dict[str, str]:
    return {member.name: member.refusal.value for member in members if member.refusal}


@pytest.mark.parametrize(("make", "list_members"), MAKERS)
def test_members_are_listed_by_name_with_size_and_digest(make, list_members, tmp_path: Path):
    members = list_members(make(tmp_path / "a", FILES))
    assert {member.name: (member.size, member.digest) for member in members} == {
        name: (len(text.encode()), sha256(text.encode()).hexdigest()) for name, text in FILES.items()
    }
    assert [member.name for member in members] == sorted(FILES)


@pytest.mark.parametrize(
    "name", ["../up.py", "a/../../up.py", "/etc/passwd", "C:\\系统\\a.py", "..\\up.py", "\\\\host\\a"]
)
@pytest.mark.parametrize(("make", "list_members"), MAKERS)
def test_names_that_leave_the_archive_are_refused_and_not_lost(make, list_members, name: str, tmp_path: Path):
    members = list_members(make(tmp_path / "a", {name: "恶意", "ok.py": "1"}))
    assert list(refusals(members).values()) == ["unsafe_path"]
    assert len(members) == 2


@pytest.mark.parametrize(("make", "list_members"), MAKERS)
def test_links_out_of_the_archive_are_refused_and_links_inside_are_other_names(make, list_members, tmp_path: Path):
    links = {
        "out": "../../etc/passwd", "root": "/etc/passwd", "lost": "nothing.py",
        "same.py": "src/main.py", "again.py": "same.py", "folder": "src", "here": ".", "src/up": "../README.md",
    }  # fmt: skip
    members = list_members(make(tmp_path / "a", FILES, links))
    assert refusals(members) == {"out": "unsafe_path", "root": "unsafe_path", "lost": "unreadable"}
    assert {member.name for member in members} == {*FILES, "out", "root", "lost"}


def test_hard_links_and_devices_of_a_tar(tmp_path: Path):
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        info = tarfile.TarInfo("a/b.py")
        info.size = 1
        archive.addfile(info, io.BytesIO(b"1"))
        for name, kind, target in (
            ("a/same.py", tarfile.LNKTYPE, "a/b.py"),
            ("a/out.py", tarfile.LNKTYPE, "../b.py"),
            ("pipe", tarfile.FIFOTYPE, ""),
            ("null", tarfile.CHRTYPE, ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
    members = list_tar(tmp_path / "a.tar")
    assert refusals(members) == {"a/out.py": "unsafe_path", "pipe": "unsafe_path", "null": "unsafe_path"}
    assert len(members) == 4


SMALL = Limits(member_bytes=1 << 20, total_bytes=4 << 20, ratio=200, ratio_floor=2 << 20, members=50)


@pytest.mark.parametrize(("make", "list_members"), [MAKERS[0], (lambda p, f: make_tar(p, f, mode="w:gz"), list_tar)])
def test_bombs_are_refused_before_they_unpack(make, list_members, tmp_path: Path):
    one = list_members(make(tmp_path / "one", {"big": b"\0" * (3 << 20), "ok.py": "1"}), SMALL)
    assert refusals(one)["big" if "big" in refusals(one) else ""] == "too_large"
    many = {f"f{index}": b"\0" * (1 << 20) for index in range(8)}
    assert "too_large" in refusals(list_members(make(tmp_path / "many", many), SMALL)).values()


def test_more_members_than_allowed_refuse_the_archive(tmp_path: Path):
    files = {f"f{index}": "x" for index in range(60)}
    with pytest.raises(ContainerError, match="members"):
        list_zip(make_zip(tmp_path / "a.zip", files), SMALL)
    assert refusals(list_tar(make_tar(tmp_path / "a.tar", files), SMALL))[""] == "too_large"


def test_a_damaged_member_of_a_zip_costs_that_member(tmp_path: Path):
    place = make_zip(tmp_path / "a.zip", {"bad.py": "x = 1\n" * 500, "好.py": "y = 2\n"})
    data = bytearray(place.read_bytes())
    data[50:60] = b"\xff" * 10
    place.write_bytes(data)
    members = list_zip(place)
    assert refusals(members) == {"bad.py": "damaged"}
    assert ZipReader(place).read("好.py") == b"y = 2\n"


def test_a_zip_without_its_end_is_damaged(tmp_path: Path):
    place = make_zip(tmp_path / "a.zip", FILES)
    place.write_bytes(place.read_bytes()[:-30])
    with pytest.raises(ContainerError) as raised:
        list_zip(place)
    assert raised.value.refusal == "damaged"


def test_an_encrypted_member_of_a_zip_is_refused(tmp_path: Path):
    place = make_zip(tmp_path / "a.zip", {"secret.py": "x", "ok.py": "1"})
    data = place.read_bytes().replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00", 1)
    place.write_bytes(data)
    assert list(refusals(list_zip(place)).values()) == ["encrypted"]


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_cut_tar_keeps_what_came_before_and_says_it_is_cut(mode: str, tmp_path: Path):
    import random

    noise = random.Random(1).randbytes(200_000)
    place = make_tar(tmp_path / "a.tar", {"first.py": "1", "后.py": noise}, mode=mode)
    place.write_bytes(place.read_bytes()[:150_000])
    found = refusals(list_tar(place))
    assert found.get("") == "truncated"


def test_a_cut_zstd_tar_says_it_is_cut(tmp_path: Path):
    import random

    whole = make_tar(tmp_path / "a.tar", {"first.py": "1", "后.py": random.Random(1).randbytes(400_000)}).read_bytes()
    packed = zstandard.compress(whole)
    (tmp_path / "b.tar.zst").write_bytes(packed)
    assert container_type(tmp_path / "b.tar.zst") == "tar"
    assert len(list_tar(tmp_path / "b.tar.zst")) == 2
    (tmp_path / "b.tar.zst").write_bytes(packed[:-100])
    assert refusals(list_tar(tmp_path / "b.tar.zst"))[""] == "truncated"


PACKERS = {"gzip": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zstd": zstandard.compress}


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_compressed_data_is_read_to_its_end_or_said_to_be_cut(pack):
    data = "记录 record\n".encode() * 20_000
    assert unpack(pack(data), 1 << 20) == data
    # Two files one after the other are one file: `cat a.gz b.gz` and parallel compressors make such.
    assert unpack(pack(data[:100]) + pack(data[100:]), 1 << 20) == data
    with pytest.raises(ContainerError) as cut:
        unpack(pack(data)[:-6], 1 << 20)
    assert cut.value.refusal == "truncated"
    with pytest.raises(ContainerError) as bomb:
        unpack(pack(data), 1000)
    assert bomb.value.refusal == "too_large"
    assert unpack(b"plain", 10) == b"plain"


def test_readers_read_what_was_listed(tmp_path: Path):
    zipped, tarred = make_zip(tmp_path / "a.zip", FILES), make_tar(tmp_path / "a.tgz", FILES, mode="w:gz")
    readers = ZipReader(zipped), TarReader(tarred, FILES)
    for reader in readers:
        assert {name: reader.read(name).decode() for name in FILES} == FILES
        with pytest.raises(ContainerError):
            reader.read("no/such.py")
        reader.close()


def test_names_written_on_chinese_windows_are_read(tmp_path: Path):
    name = "手册/说明.txt".encode("gb18030")
    make_zip(tmp_path / "a.zip", {"x" * len(name): "正文"})
    data = (tmp_path / "a.zip").read_bytes().replace(b"x" * len(name), name)
    (tmp_path / "a.zip").write_bytes(data)
    assert [member.name for member in list_zip(tmp_path / "a.zip")] == ["手册/说明.txt"]


def test_containers_are_told_by_content(tmp_path: Path):
    make_zip(tmp_path / "wheel.txt", FILES)
    make_tar(tmp_path / "archive.zip", FILES, mode="w:xz")
    make_zip(tmp_path / "book.zip", {"mimetype": "application/epub+zip", "a": "b"})
    (tmp_path / "plain.zip").write_text("not a zip 不是", encoding="utf-8")
    (tmp_path / "empty.tar").write_bytes(b"")
    kinds = {place.name: container_type(place) for place in tmp_path.iterdir()}
    assert kinds == {
        "wheel.txt": "zip", "archive.zip": "tar", "book.zip": "none", "plain.zip": "none", "empty.tar": "none",
    }  # fmt: skip


@given(st.text(alphabet="a.文/\\: \0", max_size=20))
@settings(max_examples=300, deadline=None)
def test_a_regular_name_never_leaves_its_container(name: str):
    regular = inner_path(name)
    if regular is not None:
        place = Path("/root/of/container", regular)
        assert not regular.startswith("/")
        assert ".." not in place.parts
        assert inner_path(regular) == regular


def test_a_tar_is_read_no_further_than_what_is_wanted_of_it(tmp_path: Path):
    archive = make_tar(tmp_path / "a.tar", {"a.py": "甲 = 1\n", "b.py": "b = 2\n", "c.py": "c = 3\n"})
    digests = {member.name: member.digest for member in list_tar(archive)}
    cut = tmp_path / "cut.tar"
    cut.write_bytes(archive.read_bytes()[:1024])
    assert TarReader(cut, {"a.py": digests["a.py"]}).read("a.py") == "甲 = 1\n".encode()
    # Another member of that name may come later: without its digest the archive is read to its end.
    twice = make_tar(tmp_path / "t.tar", {"a.py": "old\n", "./a.py": "新\n"})
    (member,) = list_tar(twice)
    assert TarReader(twice, {"a.py": member.digest}).read("a.py") == "新\n".encode()
    assert TarReader(twice, ["a.py"]).read("a.py") == "新\n".encode()


def test_a_small_tar_is_unpacked_once_for_all_its_readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    unpacked: list[Path] = []

    def read_all(path: Path, limits: Limits) -> dict[str, bytes]:
        unpacked.append(path)
        return original(path, limits)

    original = tar_archive._read_all
    monkeypatch.setattr(tar_archive, "_read_all", read_all)
    first, second = (make_tar(tmp_path / f"{name}.tgz", FILES, mode="w:gz") for name in "ab")
    for name in FILES:
        for archive in (first, second):
            assert TarReader(archive, [name]).read(name).decode() == FILES[name]
    assert unpacked == [first, second]
    make_tar(first, dict.fromkeys(FILES, "新 = 1\n"), mode="w:gz")
    assert TarReader(first, FILES).read(next(iter(FILES))) == "新 = 1\n".encode()


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_members_cut_out_of_a_whole_tar_are_those_of_its_stream(tmp_path: Path, mode: str):
    archive = make_tar(
        tmp_path / "a.tar", {**FILES, "空.md": "", "../out.py": "x", "./b.py": "新\n", "b.py": "2"}, mode=mode
    )
    whole = tar_archive._cut_out(archive, Limits())
    assert whole == tar_archive._collected(archive, Limits())
    assert whole is not None
    assert whole["b.py"] == b"2"
    assert "out.py" not in whole
    assert tar_archive._cut_out(archive, Limits(ratio=0, ratio_floor=100)) is None
    data = archive.read_bytes()
    for length in range(0, len(data), 97):
        cut = tmp_path / "cut.tar"
        cut.write_bytes(data[:length])
        assert tar_archive._cut_out(cut, Limits()) in (None, tar_archive._collected(cut, Limits()))


def test_of_a_large_tar_only_what_is_wanted_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tar_archive, "_HELD", 4)
    archive = make_tar(tmp_path / "a.tar", FILES)
    name = next(iter(FILES))
    reader = TarReader(archive, [name])
    assert reader.read(name).decode() == FILES[name]
    assert tar_archive.UNPACKED.members(archive, Limits()) is None
