"""Fixtures for tests of `anonymize`: settings with a key, the judge, and what it finds in a text."""

from collections.abc import Callable

import pyarrow as pa
import pytest
from pydantic import SecretStr

from tasks.anonymize.judge import Judge, judge_for
from tasks.anonymize.settings import AnonymizeSettings, JudgeSettings


@pytest.fixture
def settings() -> Callable[..., AnonymizeSettings]:
    def make(key: str = "a key", **given: object) -> AnonymizeSettings:
        return AnonymizeSettings(key=SecretStr(key), **given)

    return make


@pytest.fixture(scope="session")
def judge() -> Judge:
    return judge_for(JudgeSettings())


@pytest.fixture(scope="session")
def found(judge: Judge) -> Callable[[str], list[tuple[str, str]]]:
    """Values and entities found behind the gate; the whole text, looked at without it, must give the same."""

    def find(text: str) -> list[tuple[str, str]]:
        (spans,) = judge.find(pa.chunked_array([pa.array([text], pa.large_string())]))
        assert spans == judge.find_in(text)
        return [(text[span.start : span.end], span.entity) for span in spans]

    return find
