"""Live sources: whatever the network does, every thread is read once, and later runs ask for what changed only."""

import json
import logging
from collections import Counter
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from schemas.inventory import INVENTORY
from schemas.sources import IssuesSource
from tasks.engine.store import Store
from tasks.extract.issues import STEP
from tasks.extract.settings import ExtractSettings
from tasks.ingest.inventory import Inventory, take_inventory
from tasks.ingest.live.client import ApiError
from tasks.ingest.live.fetch import Fetched, fetch_sources, fetched_folders
from tasks.ingest.places import SourceError, locations
from tests.ingest.forge import FAULTS, Forge, at, github, serve

TOKEN = "ghp_" + "0123456789abcdef" * 2  # pragma: allowlist secret
# Three of each kind but one, in a row for the same request and between good answers.
THIRTY = [fault for fault in FAULTS for _ in range(3)][:30]
SCRIPT = [entry for index, fault in enumerate(THIRTY) for entry in ([fault] if index % 3 else [None, fault])]


def run(forge: Forge, folder: Path, **fields: object) -> tuple[Fetched, list[float]]:
    """Fetch everything; what was fetched, and the waits that were asked for."""
    waits: list[float] = []
    (done,) = fetch_sources([_source(forge, **fields)], Store(str(folder)), sleep=waits.append)
    return done, waits


def _source(forge: Forge, **fields: object) -> IssuesSource:
    return IssuesSource.model_validate({"kind": "issues", "repo": "o/n", "api_url": forge.url, **fields})


def threads(done: Fetched) -> list[dict]:
    return [json.loads(line) for path in sorted(done.folder.iterdir()) for line in path.read_bytes().splitlines()]


def inventory(forge: Forge, done: Fetched, store: Store) -> Inventory:
    return take_inventory([_source(forge)], done.folder, store, shard_bytes=40_000, fetched={done.key: done.folder})


def test_thirty_faults_in_one_session_and_every_issue_comes_exactly_once(tmp_path):
    assert (len(THIRTY), len(set(THIRTY))) == (30, 10)
    with serve(github(163)) as forge:
        forge.faults = list(SCRIPT)
        done, waits = run(forge, tmp_path)
        assert forge.faults == []
        assert sum(isinstance(status, str) for _, _, status in forge.asked) == len(waits) == 30
        found = threads(done)
        assert [thread["number"] for thread in found] == [str(n) for n in range(1, 164)]
        assert [thread["issue"] for thread in found] == forge.lists["/repos/o/n/issues"]
        assert sum(len(thread.get("comments", [])) for thread in found) == 82
        assert sum(len(thread.get("events", [])) for thread in found) == 54


def test_the_server_is_given_the_time_it_asks_for(tmp_path):
    with serve(github(3)) as forge:
        forge.faults = ["429", "503, later", "secondary limit", "primary limit", "secondary limit, dated", "hang up"]
        _, waits = run(forge, tmp_path)
    assert waits[:3] == [11.0, 7.0, 60.0]
    assert 890 < waits[3] < 910
    assert 25 < waits[4] <= 30
    assert 0 < waits[5] <= 32


def test_a_second_run_asks_only_for_what_changed_and_leaves_the_other_files_as_they_were(tmp_path):
    with serve(github(163)) as forge:
        first, _ = run(forge, tmp_path)
        before = {path.name: path.read_bytes() for path in first.folder.iterdir()}
        forge.asked.clear()
        # Nothing changed: one request for each list, answered with 304.
        same, _ = run(forge, tmp_path)
        assert [status for _, _, status in forge.asked] == [304, 304, 304]
        assert (same.requests, same.changed) == (3, 0)
        # One issue changed, one is new, one comment was added.
        forge.asked.clear()
        issues = forge.lists["/repos/o/n/issues"]
        issues[69] = {**issues[69], "body": "改了 changed", "updated_at": at(500), "comments": 1}
        issues.append({**issues[0], "id": 2, "number": 164, "created_at": at(501), "updated_at": at(501)})
        forge.lists["/repos/o/n/issues/comments"].append(
            {"id": 9, "issue_url": issues[69]["url"], "body": "好", "user": {"login": "owner"}, "updated_at": at(500)}
        )
        second, _ = run(forge, tmp_path)
        since = [query.get("since") for query in forge.asked_for("/repos/o/n/issues")]
        assert since[0] == max(issue["updated_at"] for issue in issues[:69] + issues[70:-1])
        assert len(forge.asked) <= 6
        assert second.changed == 3
        after = {path.name: path.read_bytes() for path in second.folder.iterdir()}
        changed = {name for name in after if after[name] != before.get(name)}
        assert changed == {"issues-00000064.jsonl", "issues-00000128.jsonl"}
        assert Counter(thread["number"] for thread in threads(second)).most_common(1)[0][1] == 1


def test_an_issue_that_changes_while_pages_are_read_is_read_in_its_last_state(tmp_path):
    with serve(github(60)) as forge:
        issues = forge.lists["/repos/o/n/issues"]

        def change(request: int) -> None:
            if request == 14:  # its page has been read by then
                issues[0] = {**issues[0], "body": "后来改的 edited", "updated_at": "2099-01-01T00:00:00Z"}

        forge.before_answer = change
        done, _ = run(forge, tmp_path)
        assert forge.asked[14][0].startswith("/repos/o/n/issues?")
        assert len(threads(done)) == 60
        assert "后来改的" in threads(done)[0]["issue"]["body"]


def test_a_run_that_is_killed_is_continued(tmp_path):
    with serve(github(163)) as forge:
        forge.faults = [None] * 55 + ["500"] * 8
        with pytest.raises(ApiError, match="gave up after 8 tries: status 500"):
            run(forge, tmp_path)
        forge.asked.clear()
        done, _ = run(forge, tmp_path)
        assert len(threads(done)) == 163
        # The comments had been read to their end, and 20 pages of issues.
        assert len(forge.asked_for("/repos/o/n/issues/comments")) == 1
        assert forge.asked_for("/repos/o/n/issues")[0]["page"] == "21"


def test_shards_of_unchanged_files_are_the_same_and_threads_keep_their_ids(tmp_path):
    with serve(github(163)) as forge:
        store = Store(str(tmp_path))
        done, _ = run(forge, tmp_path)
        before = inventory(forge, done, store)
        issues = forge.lists["/repos/o/n/issues"]
        issues[162] = {**issues[162], "title": "另一个 other", "updated_at": at(600)}
        done, _ = run(forge, tmp_path)
        after = inventory(forge, done, store)
        kept = {ref.digest for ref in before.shards["issues"]} & {ref.digest for ref in after.shards["issues"]}
        assert len(kept) == len(before.shards["issues"]) - 1
        assert len(kept) >= 1
        settings = ExtractSettings(locations=locations([_source(forge)], tmp_path, fetched={done.key: done.folder}))
        ids = [
            row["id"]
            for found in (before, after)
            for ref in found.shards["issues"][:1]
            for row in STEP.run(store.get_table(ref, INVENTORY), settings).kept.to_pylist()
        ]
        assert len(set(ids)) * 2 == len(ids)


def test_fetched_threads_are_read_with_their_comments_and_events(tmp_path):
    with serve(github(6)) as forge:
        done, _ = run(forge, tmp_path)
        store = Store(str(tmp_path))
        settings = ExtractSettings(locations=locations([_source(forge)], tmp_path, fetched={done.key: done.folder}))
        (shard,) = inventory(forge, done, store).shards["issues"]
        parts = STEP.run(store.get_table(shard, INVENTORY), settings)
        rows = {row["title"]: row for row in parts.kept.to_pylist()}
    assert (len(rows), parts.quarantined.num_rows) == (6, 0)
    third = rows["问题 3 fails"]
    assert third["text"] == "# 问题 3 fails\n\n第3个问题。It fails with code 3.\n\n---\n\n请升级到 2.3。Upgrade."
    assert json.loads(third["metadata"])["closed_by"] == "maintainer"
    assert json.loads(third["metadata"])["links"] == [{"kind": "commit", "id": "c" * 40}]


def test_the_token_goes_to_the_api_and_nowhere_else(tmp_path, monkeypatch, caplog, capsys):
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    caplog.set_level(logging.DEBUG)
    with serve(github(12)) as forge:
        forge.faults = ["500", None, "hang up", "primary limit"]
        run(forge, tmp_path)
        assert all(headers["Authorization"] == f"Bearer {TOKEN}" for _, headers, _ in forge.asked)
        forge.lists.clear()
        with pytest.raises(ApiError, match="status 404") as failure:
            run(forge, tmp_path)
    said = [*(record.getMessage() for record in caplog.records), *capsys.readouterr(), repr(failure.value)]
    assert not any(TOKEN in text for text in said)
    assert not any(TOKEN.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    with pytest.raises(ApiError, match="use https"):
        fetch_sources([_source(forge, api_url="http://forge.example.com")], Store(str(tmp_path)))


def test_a_link_to_another_host_is_not_followed(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    with serve(github(12)) as forge, serve(Forge()) as other:
        own, forge.url = forge.url, other.url
        with pytest.raises(ApiError, match="another host"):
            fetch_sources([_source(Forge(url=own))], Store(str(tmp_path)))
        assert other.asked == []


@pytest.mark.parametrize(
    ("status", "said"), [(401, "not accepted"), (404, "no such repository"), (410, "switched off"), (422, "422")]
)
def test_what_cannot_be_had_is_said_at_once(status, said, tmp_path, monkeypatch):
    with serve(github(1)) as forge:
        monkeypatch.setitem(FAULTS, "refused", lambda h: h.send_error(status) or True)
        forge.faults = ["refused"]
        with pytest.raises(ApiError, match=said):
            run(forge, tmp_path)
        assert len(forge.asked) == 1


def test_gitlab_has_issues_and_merge_requests_with_notes(tmp_path):
    issue = {
        "id": 70, "iid": 7, "title": "网关 fails", "description": "它坏了", "state": "closed", "user_notes_count": 1,
        "web_url": "https://gitlab.example.com/g/s/n/-/issues/7", "author": {"username": "asker"},
        "created_at": at(1), "updated_at": at(2),
    }  # fmt: skip
    request = {**issue, "id": 71, "web_url": "https://gitlab.example.com/g/s/n/-/merge_requests/7", "title": "修复"}
    note = {"id": 1, "body": "升级即可 Upgrade.", "author": {"username": "owner"}, "system": False, "updated_at": at(2)}
    base = "/api/v4/projects/g%2Fs%2Fn"
    forge = Forge({
        f"{base}/issues": [issue, {**issue, "iid": 8, "user_notes_count": 0, "updated_at": at(1)}],
        f"{base}/merge_requests": [request],
        f"{base}/issues/7/notes": [{**note, "id": n} for n in range(7)],
        f"{base}/merge_requests/7/notes": [note],
    })  # fmt: skip
    with serve(forge):
        fields = {"repo": "g/s/n", "api_url": f"{forge.url}/api/v4"}
        done, _ = run(forge, tmp_path, **fields)
        assert [(len(thread["comments"]), thread["issue"]["title"]) for thread in threads(done)] == [
            (7, "网关 fails"), (0, "网关 fails"), (1, "修复"),
        ]  # fmt: skip
        assert sorted(path.name for path in done.folder.iterdir()) == [
            "issues-00000000.jsonl", "merge_requests-00000000.jsonl",
        ]  # fmt: skip
        forge.asked.clear()
        again, _ = run(forge, tmp_path, **fields)
        assert ([status for _, _, status in forge.asked], again.changed) == ([304, 304], 0)


def test_gitee_counts_its_pages_and_its_numbers_are_words(tmp_path):
    forge = Forge(total_page=True)
    base = "/api/v5/repos/o/n/issues"
    forge.lists = {
        base: [
            {"id": n, "number": f"I5{n:03d}", "title": f"问题{n}", "body": "坏了", "updated_at": at(n), "user": {}}
            for n in range(12)
        ],
        f"{base}/comments": [
            {"id": 1, "body": "已修复", "target": {"issue": {"number": "I5003"}}, "updated_at": at(5), "user": {}}
        ],
    }
    with serve(forge):
        done, _ = run(forge, tmp_path, api_url=f"{forge.url}/api/v5", platform="gitee")
        found = {thread["number"]: thread for thread in threads(done)}
    assert sorted(found) == [f"I5{n:03d}" for n in range(12)]
    assert found["I5003"]["comments"][0]["body"] == "已修复"


def test_recorded_pages_of_github_are_read_whole(corpus, tmp_path):
    recorded = json.loads((corpus / "issues/octokit__paginate-issues__normalized-fixture.json").read_bytes())
    numbers = {
        item["number"] for entry in recorded if isinstance(entry["response"], list) for item in entry["response"]
    }
    path = "/repos/octokit-fixture-org/paginate-issues/issues"
    items = {i["number"]: i for e in recorded if isinstance(e["response"], list) for i in e["response"]}
    forge = Forge({path: [items[n] for n in sorted(items)], f"{path}/comments": [], f"{path}/events": []})
    with serve(forge):
        done, _ = run(forge, tmp_path, repo="octokit-fixture-org/paginate-issues")
        assert {int(thread["number"]) for thread in threads(done)} == numbers


def test_an_empty_repository_is_no_mistake_and_a_missing_folder_is_not_asked_for(tmp_path):
    with serve(github(0)) as forge:
        done, _ = run(forge, tmp_path)
        store = Store(str(tmp_path))
        assert fetched_folders([_source(forge)], store) == {}
        done.folder.mkdir(parents=True)
        assert inventory(forge, done, store).shards == {"issues": []}
        with pytest.raises(SourceError, match="have not been fetched"):
            take_inventory([_source(forge)], tmp_path, store)


@pytest.mark.parametrize(
    "url", ["https://user:secret@api.example.com", "https://api.example.com/?private_token=x", "ftp://api.example.com"]
)
def test_an_address_holds_no_secret(url: str):
    with pytest.raises(ValidationError, match="api_url"):
        IssuesSource(kind="issues", repo="o/n", api_url=url)


def test_the_client_is_told_when_the_token_would_follow_a_redirect():
    """httpx drops `Authorization` on the way to another host: what the client relies on."""
    client = httpx.Client(headers={"Authorization": "Bearer x"}, follow_redirects=True)
    request = client.build_request("GET", "https://one.example.com/a")
    answer = httpx.Response(302, headers={"Location": "https://two.example.com/b"}, request=request)
    assert "Authorization" not in client._build_redirect_request(request, answer).headers
