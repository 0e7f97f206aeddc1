"""What the path of a file in a repository says: whose it is, what it is for, whether a tool wrote it.

The conventions are those of github-linguist (vendor.yml, generated.rb) without those that are often wrong for products:
a folder `cache`, `env` or `tools`, the sources of a framework by its own name, hand-written `.d.ts`.
"""

import re
from collections.abc import Mapping
from typing import Final, Literal

import polars as pl

Role = Literal["test", "example", "documentation", "build", "licence", "source"]

_LOCK_FILES: Final = frozenset({
    "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "poetry.lock", "pipfile.lock", "uv.lock",
    "pdm.lock", "cargo.lock", "composer.lock", "gemfile.lock", "go.sum", "packages.lock.json", "flake.lock", "mix.lock",
    "requirements.lock", "gopkg.lock", "glide.lock", "podfile.lock", "pubspec.lock", "bun.lock", "deno.lock",
    ".terraform.lock.hcl", "conan.lock", "gradle.lockfile", "buf.lock", "esy.lock",
})  # fmt: skip


def _rules(**patterns: str) -> Mapping[str, str]:
    return {name.replace("_", " "): pattern for name, pattern in patterns.items()}


_VENDORED: Final = _rules(
    node_packages=r"(?:^|/)(?:node_modules|bower_components|jspm_packages|\.yarn)/",
    vendor_folder=r"(?:^|/)(?:_?vendors?|_vendored|vendored|third[-_]?party|3rd[-_]?party|thirdparty)/",
    dependency_folder=r"^(?:[^/]+/)?(?:deps|[Dd]ependencies|extern(?:al)?|subprojects)/",
    site_packages=r"(?:^|/)(?:site-packages|dist-packages|\.venv|virtualenv)/",
    go_packages=r"(?:^|/)(?:Godeps|pkg/mod)/",
    apple_packages=r"(?:^|/)(?:Pods|Carthage)/",
    build_output=r"(?:^|/)(?:dist|\.next|\.nuxt|__pycache__|\.eggs|target/(?:debug|release)|cmake-build-\w+)/",
    built_documentation=r"(?:^|/)docs?/_?(?:build|themes?|static)/.*\.(?:js|css|html)$",
    editor_settings=r"(?:^|/)\.(?:idea|vs|vscode)/",
    wrapper=r"(?:^|/)(?:gradlew|gradlew\.bat|mvnw|mvnw\.cmd|gradle/wrapper/.*|\.mvn/wrapper/.*)$",
    autotools=r"(?:^|/)(?:configure|config\.(?:guess|sub|rpath)|install-sh|depcomp|missing|mkinstalldirs|ltmain\.sh"
    r"|compile|ylwrap|test-driver|aclocal\.m4|libtool\.m4|lt(?:options|sugar|version|~obsolete)\.m4)$",
    # A library by its usual name, where it is a copy: with a version in its name, or among static files.
    web_library=r"(?:^|/)(?:jquery|bootstrap|font-?awesome|normalize|modernizr|html5shiv|mootools|underscore|angular"
    r"|d3|react|vue|knockout|ckeditor|codemirror|prototype|dojo|moment|lodash)(?:[-.](?:v?\d[\w.-]*|ui|min|bundle|slim"
    r"|custom|core|effects|validate))+\.(?:js|css)$",
    static_library=r"(?:^|/)_?(?:static|assets|public|js|lib)/(?:.*/)?(?:jquery|bootstrap|underscore|modernizr"
    r"|html5shiv|font-?awesome|normalize)\.(?:js|css)$",
)
_GENERATED: Final = _rules(
    protocol_buffers=r"(?:_pb2(?:_grpc)?\.pyi?|\.pb\.(?:go|cc|h|gw\.go)|_pb\.(?:js|d\.ts|rb)|\.pb\.swift)$",
    code_generator=r"(?:\.(?:g|freezed|gr|mocks)\.dart|\.designer\.(?:cs|vb)|\.g\.cs|\.feature\.cs|\.xib|\.nib"
    r"|\.storyboard|\.zep\.(?:c|h|php)|\.rbi)$|(?:^|/)(?:zz_generated[^/]*|__generated__/.*|[^/]*\.generated\.\w+"
    r"|[^/]*[._]gen\.go)$",
    snapshot=r"(?:^|/)__snapshots__/|\.snap$",
    source_map=r"\.(?:js|css|ts|mjs)\.map$",
    package_listing=r"(?:^|/)[^/]*\.egg-info/|\.dist-info/(?:RECORD|WHEEL|top_level\.txt|INSTALLER)$"
    r"|(?:^|/)(?:PKG-INFO|MANIFEST|\.cargo-checksum\.json|md5sums)$",
)
_MINIFIED: Final = r"[.-](?:min|prod)\.(?:js|css|mjs|cjs)$|\.bundle\.js$"
_DATA: Final = (
    r"(?i)\.(?:csv|tsv|svg|geojson|topojson|kml|gpx|dat|lst|dic|dict|vocab|pem|key|crt|cer|asc|sig|der|srt|vtt|obj|stl"
    r"|mtl|ply|plist|resx|xlf|xliff|po|pot|ics|har|tmx|arff|marisa|idx|fasta|bdf|ps|eps|afm)$"
)
_ROLES: Final[Mapping[Role, str]] = {
    "test": r"(?:^|/)(?:tests?|__tests__|specs?|testing|testdata|test[-_]data|fixtures|e2e|cypress)/"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest|[^/]*_spec|[^/]*[.-](?:test|spec)|[^/]*Tests?|test)\.[A-Za-z+]+$",
    "example": r"(?i)(?:^|/)(?:examples?|samples?|demos?|tutorials?|cookbook|playground|示例|例子)/"
    r"|(?:^|/)(?:example|sample|demo)[^/]*\.[a-z+]+$",
    "documentation": r"(?:^|/)(?:docs?|documentation|man|wiki|文档)/"
    r"|(?:^|/)(?:README|CHANGELOG|CHANGES|HISTORY|NEWS|CONTRIBUTING|INSTALL|SECURITY|AUTHORS)[^/]*$",
    "licence": r"(?i)(?:^|/)(?:(?:un)?licen[cs]e|copying|copyright|notice)(?:[-._][^/]*)?$",
    "build": r"(?:^|/)(?:\.github|\.circleci|\.gitlab|ci|cmake|build|scripts?|debian|packaging)/"
    r"|(?:^|/)(?:CMakeLists\.txt|(?:GNU)?[Mm]akefile(?:\.\w+)?|setup\.(?:py|cfg)|pyproject\.toml|package\.json"
    r"|Cargo\.toml|go\.mod|pom\.xml|[^/]*\.gradle(?:\.kts)?|Dockerfile[^/]*|meson\.build|BUILD|Jenkinsfile)$",
}


def may_be_vendored(path: pl.Expr) -> pl.Expr:
    """Whether `vendored_by` finds something: one expression for all paths, each rule for the few it finds."""
    return path.str.contains(_any_of(_VENDORED))


def may_be_generated(path: pl.Expr) -> pl.Expr:
    """Whether `generated_by` finds something."""
    return path.str.contains(_any_of(_GENERATED))


def vendored_by(path: str) -> str | None:
    """Rule by which a file is somebody else's, or built, and copied in; None where none says so."""
    return _first(_VENDORED, path)


def generated_by(path: str) -> str | None:
    """Rule by which the name of a file is one that a tool writes; None where none says so."""
    return _first(_GENERATED, path)


def is_lock_file(path: pl.Expr) -> pl.Expr:
    """Whether a package manager wrote it to hold versions."""
    return path.str.extract(r"([^/]*)$", 1).str.to_lowercase().is_in(sorted(_LOCK_FILES))


def is_minified_name(path: pl.Expr) -> pl.Expr:
    """Whether its name says that it is minified or bundled."""
    return path.str.contains(_MINIFIED)


def is_data_name(path: pl.Expr) -> pl.Expr:
    """Whether its ending is one of data: tables, drawings, keys, translations."""
    return path.str.contains(_DATA)


def role_of(path: pl.Expr) -> pl.Expr:
    """What a file is for (`Role`), by where it lies and what it is called."""
    found = (pl.when(path.str.contains(pattern)).then(pl.lit(role)) for role, pattern in _ROLES.items())
    return pl.coalesce(*found, pl.lit("source"))


def _any_of(rules: Mapping[str, str]) -> str:
    # polars keeps so few expressions compiled that thirty were compiled again for every batch.
    return "|".join(f"(?:{pattern})" for pattern in rules.values())


def _first(rules: Mapping[str, str], path: str) -> str | None:
    return next((name for name, pattern in rules.items() if re.search(pattern, path)), None)
