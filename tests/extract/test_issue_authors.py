"""Who is a program: told by whole names and by what the platform says, never by a piece of a name."""

import pytest

from tasks.extract.issue_authors import is_bot
from tasks.extract.issue_exports import Account


@pytest.mark.parametrize(
    "login",
    [
        "renovate[bot]",
        "k8s-ci-robot",
        "DrahtBot",
        "codecov",
        "app/dependabot",
        "i-robot",
        "renovate",
        "github-actions",
        "mergify",
        "X-Service-Account",
        "ekr-aibot",
    ],
)
def test_programs_are_known_by_their_names(login: str):
    assert is_bot(Account(login=login))


@pytest.mark.parametrize(
    "login",
    [
        "abbot",
        "li-ci",
        "jenkins",
        "travis",
        "cloud-wei",
        "testbotany",
        "talbotson",
        "robotics-fan",
        "小明",
        "liwei-cloud",
        None,
    ],
)
def test_people_are_not_taken_for_programs(login: str | None):
    assert not is_bot(Account(login=login))
