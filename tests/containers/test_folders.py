"""Folders: everything below is listed once, nothing outside is reached; licences are recognised by their text."""

import os
from pathlib import Path

import pytest
from identify.vendor.licenses import LICENSES

from tasks.containers.folder_files import disk_path, find_file, list_folder
from tasks.containers.licences import UNRECOGNIZED, is_licence_file, licence_of_text


def refusals(files) -> dict[str, str]:
    return {file.path: file.refusal.value for file in files if file.refusal}


def test_files_are_listed_by_path(tmp_path: Path):
    for name in ("b.md", "a/深/c.md", "a/b.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("正文", encoding="utf-8")
    files = list_folder(tmp_path)
    assert [file.path for file in files] == ["a/b.txt", "a/深/c.md", "b.md"]
    assert all(file.size == 6 and file.mtime_ns for file in files)


def test_links_out_of_the_folder_pipes_and_sockets_are_refused(tmp_path: Path):
    inside = tmp_path / "inside"
    (inside / "sub").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("outside", encoding="utf-8")
    (inside / "a.txt").write_text("a", encoding="utf-8")
    (inside / "out.txt").symlink_to(tmp_path / "secret.txt")
    (inside / "folder-out").symlink_to(tmp_path)
    (inside / "loop").symlink_to(inside)
    (inside / "circle").symlink_to("circle")
    (inside / "lost").symlink_to("nothing")
    (inside / "same.txt").symlink_to("a.txt")
    os.mkfifo(inside / "pipe")
    files = list_folder(inside)
    assert refusals(files) == {
        "circle": "unreadable",
        "out.txt": "unsafe_path",
        "folder-out": "unsafe_path",
        "pipe": "unsafe_path",
        "lost": "unreadable",
    }
    assert [file.path for file in files if not file.refusal] == ["a.txt"]


def test_a_link_that_is_named_itself_is_read_when_it_stays_inside(tmp_path: Path):
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    (tmp_path / "same.txt").symlink_to("a.txt")
    (tmp_path / "out.txt").symlink_to("/etc/hostname")
    assert find_file(tmp_path, "same.txt").refusal is None
    assert find_file(tmp_path, "out.txt").refusal == "unsafe_path"


def test_names_in_gb18030_are_text_and_found_again(tmp_path: Path):
    raw = os.fsencode(tmp_path) + b"/" + "说明.txt".encode("gb18030")
    with open(raw, "wb") as file:
        file.write(b"x")
    assert [file.path for file in list_folder(tmp_path)] == ["说明.txt"]
    assert disk_path(tmp_path, "说明.txt").read_bytes() == b"x"


def test_code_folders_honour_gitignore_and_leave_control_folders_out(tmp_path: Path):
    for name in (".git/config", "build/out.py", "src/a.py", "src/生成.py", "src/keep.log", "x.log", ".hg/store"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / ".gitignore").write_text("build/\n*.log\n", encoding="utf-8")
    (tmp_path / "src" / ".gitignore").write_text("!keep.log\n生成.py\n", encoding="utf-8")
    listed = [file.path for file in list_folder(tmp_path, as_code=True) if not file.path.endswith(".gitignore")]
    assert listed == ["src/a.py", "src/keep.log"]
    assert "build/out.py" in [file.path for file in list_folder(tmp_path)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LICENSE", True),
        ("COPYING.txt", True),
        ("LICENSE-MIT", True),
        ("许可证.txt", True),
        ("License.md", True),
        ("license.py", False),
        ("licenses.go", False),
        ("NOTICE", False),
        ("readme.md", False),
    ],
)
def test_licence_files_are_known_by_name(name: str, expected: bool):
    assert is_licence_file(name) is expected


@pytest.mark.parametrize(
    ("name", "spdx"),
    [
        ("MIT", "MIT"),
        ("Apache-2.0", "Apache-2.0"),
        ("BSD-3-Clause", "BSD-3-Clause"),
        ("BSD-2-Clause", "BSD-2-Clause"),
        ("GPL-3.0", "GPL-3.0-only"),
        ("LGPL-2.1", "LGPL-2.1-only"),
        ("ISC", "ISC"),
        ("MPL-2.0", "MPL-2.0"),
    ],
)
def test_licences_are_recognised_by_their_text(name: str, spdx: str):
    text = dict(LICENSES)[name]
    assert licence_of_text(text.encode()) == spdx
    with_owner = f"Copyright (c) 2020 某公司\n\n{text}"
    assert licence_of_text(with_owner.encode()) == spdx


def test_two_licences_in_one_file_both_apply_and_an_unknown_one_is_said_to_be_so():
    texts = dict(LICENSES)
    both = f"{texts['MIT']}\n\n{texts['Apache-2.0']}"
    assert licence_of_text(both.encode()) == "Apache-2.0 AND MIT"
    assert licence_of_text("木兰宽松许可证， 第2版\n".encode()) == "MulanPSL-2.0"
    assert licence_of_text("本软件保留所有权利。All rights reserved.".encode()) == UNRECOGNIZED
