"""The adaptation of `unstructured`: no network, no model to download, and a loud failure when it changes."""

import inspect
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from unstructured.nlp import tokenize

from tasks.extract import unstructured_offline

ROOT = Path(__file__).parents[2]
_NO_NETWORK = """
import socket, sys
def refuse(*args, **named):
    raise AssertionError("the network was asked for")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = socket.create_connection = refuse
from tests.extract.office_files import FORMATS
from tasks.extract.unstructured_offline import partition
kinds = {"a.odt": "odt", "a.rtf": "rtf"}
for name, kind in kinds.items():
    assert partition(kind, FORMATS[name][0]), name
sys.stdout.write("read without network")
"""


def test_every_format_it_reads_is_read_without_network():
    done = subprocess.run(
        [sys.executable, "-c", _NO_NETWORK],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert done.stdout.endswith("read without network"), done.stderr[-2000:]


def test_what_is_replaced_is_still_what_unstructured_calls():
    """Fails when `unstructured` gets its language model in another way than through the function we replace."""
    assert tokenize._get_nlp is unstructured_offline.blank_pipeline
    source = inspect.getsource(tokenize)
    callers = [name for name in ("_process", "sent_tokenize", "word_tokenize", "pos_tag") if f"def {name}" in source]
    assert "_get_nlp()" in source
    assert (
        "spacy.load" not in source.replace(inspect.getsource(unstructured_offline.blank_pipeline), "")
        or "_get_nlp" in source
    )
    assert len(callers) >= 3
    assert tokenize.pos_tag("网关每天备份") == [(word, "NN") for word, _ in tokenize.pos_tag("网关每天备份")]
    assert len(tokenize.sent_tokenize("第一句。Second sentence. 第三句！")) >= 2


def test_another_unstructured_fails_loudly(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(tokenize, "_get_nlp")
    with pytest.raises(RuntimeError, match="adapt"):
        unstructured_offline.go_offline()


def test_a_socket_that_is_refused_is_refused_here_too(monkeypatch: pytest.MonkeyPatch):
    """The check above can fail: a connection goes through what it replaces."""
    monkeypatch.setattr(socket.socket, "connect", lambda *_: (_ for _ in ()).throw(AssertionError("asked")))
    with pytest.raises(AssertionError, match="asked"), socket.socket() as one:
        one.connect(("192.0.2.1", 9))
