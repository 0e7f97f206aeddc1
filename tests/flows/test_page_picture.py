"""`winnow show FILE --page N` draws what is found on a page, furniture by its reason."""

from pathlib import Path

import pymupdf
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from flows.commands import app

PROSE = [
    "备份保留七天。It keeps them for a week.", "升级以前请检查日志。Look at the log before an update.",
    "网关有两块磁盘。The second disk is a mirror.", "口令每年更换。A password lives for a year.",
]  # fmt: skip
TITLES = ["Backup", "Update", "Storage", "Access"]


def show(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["show", *arguments])


def manual(path: Path, password: str = "") -> None:
    document = pymupdf.open()
    for number in range(1, 5):
        page = document.new_page()
        page.insert_text((60, 40), "网关手册 Gateway manual", fontname="china-s", fontsize=9)
        page.insert_text((60, 100), TITLES[number - 1], fontsize=20)
        page.insert_text((60, 160), PROSE[number - 1], fontname="china-s", fontsize=11)
        page.insert_text((280, 810), str(number), fontsize=9)
    document.save(path, **({"encryption": 5, "user_pw": password, "owner_pw": password} if password else {}))


def test_a_page_is_drawn_with_its_blocks_and_furniture(tmp_path: Path):
    manual(tmp_path / "a.pdf", "口令")
    assert "encrypted" in show(str(tmp_path / "a.pdf"), "--page", "2").stderr
    done = show(str(tmp_path / "a.pdf"), "--page", "2", "--password", "口令", "--out", str(tmp_path / "b.png"))
    assert done.stdout.strip() == f"{tmp_path / 'b.png'}: 1 heading, 1 page_header, 1 page_number, 1 paragraph"
    picture = Image.open(tmp_path / "b.png").convert("RGB")
    colours = {colour for _, colour in picture.getcolors(1 << 20)}
    # Outlines of a heading, a paragraph and furniture.
    assert {(200, 30, 30), (40, 90, 200), (110, 110, 110)} <= colours


def test_a_page_that_is_not_there_and_a_file_that_is_none_are_wrong(tmp_path: Path):
    manual(tmp_path / "a.pdf")
    for arguments, message in (
        ((str(tmp_path / "a.pdf"), "--page", "9"), "no such page: page 9 of 4"),
        ((str(tmp_path / "b.pdf"), "--page", "1"), "is no file"),
    ):
        done = show(*arguments)
        assert done.exit_code == 2
        assert message in done.stderr
