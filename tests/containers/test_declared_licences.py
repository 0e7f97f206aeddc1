"""Licences that manifests declare, in the names people give them, and what a folder is under when several speak."""

import pytest
from identify.vendor.licenses import LICENSES

from tasks.containers.declared_licences import folder_licences, licence_in, says_licence, spdx_name
from tasks.containers.licences import UNRECOGNIZED, licence_of_text


@pytest.mark.parametrize(
    ("declared", "expression"),
    [
        ("MIT", "MIT"),
        ("MIT License", "MIT"),
        ("Expat", "MIT"),
        ("Apache Software License 2.0", "Apache-2.0"),
        ("MIT/Apache-2.0", "MIT OR Apache-2.0"),
        ("GPL-2+", "GPL-2.0-or-later"),
        ("GPLv3", "GPL-3.0-only"),
        ("GNU General Public License v2 or later (GPLv2+)", "GPL-2.0-or-later"),
        ("LGPL-2.1+", "LGPL-2.1-or-later"),
        ("MulanPSL2", "MulanPSL-2.0"),
        ("BSD", UNRECOGNIZED),
        ("专有软件", UNRECOGNIZED),
        ("SEE LICENSE IN a.txt", UNRECOGNIZED),
    ],
)
def test_names_of_licences_become_those_of_spdx_and_none_is_guessed(declared: str, expression: str):
    assert spdx_name(declared) == expression


DEBIAN = "Format: https://www.debian.org/doc/\n\nFiles: debian/*\nLicense: GPL-2+\n\nFiles: *\nLicense: Expat\n"


@pytest.mark.parametrize(
    ("name", "content", "licence"),
    [
        ("package.json", '{"name": "网关", "license": "ISC"}', "ISC"),
        ("a/package.json", '{"licenses": [{"type": "MIT"}, {"type": "Apache-2.0"}]}', "MIT OR Apache-2.0"),
        ("Cargo.toml", '[package]\nlicense = "MIT OR Apache-2.0"\n', "MIT OR Apache-2.0"),
        ("pyproject.toml", '[project]\nlicense = {text = "BSD-3-Clause"}\n', "BSD-3-Clause"),
        ("x/PKG-INFO", "Name: a\nLicense-Expression: MPL-2.0\n", "MPL-2.0"),
        ("x/PKG-INFO", "Name: a\nLicense: BSD\nClassifier: License :: OSI Approved :: MIT License\n", "MIT"),
        ("debian/copyright", DEBIAN, "MIT"),
        ("pyproject.toml", "[project]\nname = 'a'\n", None),
        ("pyproject.toml", "[[[", None),
        ("package.json", '{"license": "UNLICENSED"}', UNRECOGNIZED),
        ("package.json", "[" * 100_000, None),
    ],
)
def test_manifests_declare_a_licence(name: str, content: str, licence: str | None):
    assert says_licence(name)
    assert licence_in(name, content.encode()) == licence


@pytest.mark.parametrize(
    ("said", "folder", "licence"),
    [
        ({"a/LICENSE-MIT": "MIT", "a/LICENSE-APACHE": "Apache-2.0"}, "a", "Apache-2.0 AND MIT"),
        ({"a/LICENSE-MIT": "MIT", "a/LICENSE-APACHE": "Apache-2.0", "a/Cargo.toml": "MIT OR Apache-2.0"}, "a",
         "MIT OR Apache-2.0"),
        ({"a/LICENSE": UNRECOGNIZED, "a/package.json": "MIT"}, "a", "MIT"),
        ({"a/LICENSE": "MIT", "a/package.json": UNRECOGNIZED}, "a", "MIT"),
        ({"许可证.txt": UNRECOGNIZED}, ".", UNRECOGNIZED),
        ({"docs/license.rst": UNRECOGNIZED}, "docs", None),
        ({"usr/share/doc/pkg/copyright": "MIT"}, ".", "MIT"),
        ({"src/debian/copyright": "MIT"}, "src", "MIT"),
    ],
)  # fmt: skip
def test_a_folder_is_under_what_its_manifest_says_else_its_texts(said, folder: str, licence: str | None):
    assert folder_licences(said).get(folder) == licence


def test_a_text_whose_lines_begin_with_the_word_copyright_is_recognised():
    flat = " ".join(dict(LICENSES)["MIT"].split())
    wrapped = flat.replace(" COPYRIGHT HOLDERS", "\nCOPYRIGHT HOLDERS").replace(
        " copyright notice", "\ncopyright notice"
    )
    assert wrapped.count("\n") == 2
    assert licence_of_text(f"Copyright (c) 2013 甲\n\n{wrapped}".encode()) == "MIT"
