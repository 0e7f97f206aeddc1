"""What becomes of damaged, encrypted, empty and image-only files: the cause each must have, and the one it has.

    WINNOW_CORPUS=FOLDER python -m benchmarks.eval_damaged

Beside the files of the corpus, bombs that are made here: nested, huge, cut and lying ones. Exits 1 where one is wrong.
"""

import sys
import time
from functools import partial

from benchmarks.bombs import bombs
from benchmarks.evaluation_corpus import CORPUS
from tasks.engine.sandbox import Sandbox, SandboxError
from tasks.extract.parse_file import parse_file
from tasks.extract.parsed import ParseError

_PASSWORDS = {
    "pdfminer.six__aes-256.pdf": "foo",
    "pdfminer.six__rc4-128.pdf": "foo",
    "pdfplumber__password-example.pdf": "test",
    "pypdf__encrypted-file.pdf": "test",
    "pypdf__r3-user-password.pdf": "asdfzxcv",
    "pypdf__r6-user-password.pdf": "asdfzxcv",
    "sample-files__libreoffice-writer-password.pdf": "openpassword",
    "unstructured__password.pdf": "password",
}
# "kept" may be repaired: every page is there.
_EXPECTED = {
    "damaged/sample-files__pdflatex-4-pages.badxref.pdf": {"kept"},
    "damaged/sample-files__pdflatex-4-pages.bitrot200.pdf": {"damaged"},
    "damaged/sample-files__pdflatex-4-pages.html-instead.pdf": {"kept"},  # as the page it is
    "damaged/sample-files__pdflatex-4-pages.trunc60.pdf": {"truncated"},
    "pdfplumber__empty.pdf": {"empty"},
    "pdfplumber__issue-297-example.pdf": {"damaged", "empty"},
    "pdfplumber__issue-848.pdf": {"kept"},
    "pdfminer.six__zen_of_python_corrupted.pdf": {"kept"},
    "pdfplumber__malformed-from-issue-932.pdf": {"no_text_layer"},
    "MinerU__small_ocr.pdf": {"no_text_layer"},
    "sample-files__grayscale-image.pdf": {"no_text_layer"},
    "sample-files__imagemagick-CCITTFaxDecode.pdf": {"no_text_layer"},
    "sample-files__imagemagick-images.pdf": {"no_text_layer"},
    "unstructured__loremipsum-flat.pdf": {"no_text_layer"},
    "unstructured__single_table.pdf": {"no_text_layer"},
    "pdf-type__plain_text.pdf": {"garbage_text_layer"},
    "unstructured__pdf-with-ocr-text.pdf": {"garbage_text_layer"},
}


def main() -> None:
    wrong = 0
    sandbox = Sandbox(timeout_s=20, memory_mb=1024)
    for name, data, password, expected in _cases():
        began = time.perf_counter()
        found, message = _cause(sandbox, data, name, password)
        mark = "ok" if found in expected else f"WRONG, expected {' or '.join(sorted(expected))}"
        wrong += found not in expected
        print(f"{name[:64]:<64} {found:<19} {time.perf_counter() - began:6.2f} s  {mark}  {message[:70]}", flush=True)
    sandbox.close()
    print(f"{wrong} wrong")
    sys.exit(bool(wrong))


def _cause(sandbox: Sandbox, data: bytes, name: str, password: str | None) -> tuple[str, str]:
    try:
        _, parsed, _ = sandbox.call(partial(parse_file, pictures=True), data, name, password)
    except ParseError as error:
        return str(error.cause), error.message
    except SandboxError as error:
        return error.cause, str(error)
    return "kept", f"{len(parsed.text)} characters, {parsed.metadata}"


def _cases() -> list[tuple[str, bytes, str | None, set[str]]]:
    folder = CORPUS / "pdf"
    cases = [(name, (folder / name).read_bytes(), None, expected) for name, expected in _EXPECTED.items()]
    for name, password in _PASSWORDS.items():
        data = (folder / name).read_bytes()
        cases += [(name, data, None, {"encrypted"}), (f"{name} (wrong)", data, "no", {"encrypted"})]
        cases.append((f"{name} (password)", data, password, {"kept"}))
    return cases + [(name, data, None, expected) for name, (data, expected) in bombs().items()]


if __name__ == "__main__":
    main()
