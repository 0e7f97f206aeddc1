"""A forge on the loopback interface: the API of GitHub, GitLab or Gitee over recorded threads, with faults on order."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

PAGE = 5
ZERO = 1_700_000_000


def at(minute: int) -> str:
    """A minute of the forge's past."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ZERO + 60 * minute))


@dataclass
class Forge:
    """What it serves and what it was asked.

    Attributes:
        lists: Items by path, in order of creation.
        newest_first: Paths that are served the other way round, and know no `since`.
        faults: Names of faults, the next one first; a None is an answer without.
        asked: Path with query, headers and status of every request.
        before_answer: Called with the number of each request.
        total_page: Count pages in a header instead of `Link`.
    """

    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    newest_first: set[str] = field(default_factory=set)
    faults: list[str | None] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str], int | str]] = field(default_factory=list)
    before_answer: Any = None
    total_page: bool = False
    url: str = ""

    def asked_for(self, path: str) -> list[dict[str, str]]:
        """Queries of the requests of a path."""
        return [dict(parse_qsl(urlsplit(one).query)) for one, _, _ in self.asked if urlsplit(one).path == path]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Serve one request."""
        fault = self.faults.pop(0) if self.faults else None
        if self.before_answer:
            self.before_answer(len(self.asked))
        self.asked.append((handler.path, dict(handler.headers), fault or 200))
        if fault and FAULTS[fault](handler):
            return
        parts = urlsplit(handler.path)
        if parts.path not in self.lists:
            _send(handler, 404, {"message": "Not Found"})
            return
        query = dict(parse_qsl(parts.query))
        items = self._chosen(parts.path, query)
        number = int(query.get("page", 1))
        page = items[(number - 1) * PAGE : number * PAGE]
        pages = -(-len(items) // PAGE)
        headers = {"ETag": f'"{sha256(json.dumps(page).encode()).hexdigest()}"'}
        if self.total_page:
            headers["total_page"] = str(pages)
        elif number < pages:
            rest = "&".join(f"{k}={v}" for k, v in query.items() if k != "page").replace("+", "%2B")
            headers["Link"] = f'<{self.url}{parts.path}?{rest}&page={number + 1}>; rel="next", <{self.url}>; rel="last"'
        if handler.headers.get("If-None-Match") == headers["ETag"]:
            self.asked[-1] = (*self.asked[-1][:2], 304)
            _send(handler, 304, None, headers)
            return
        body = json.dumps(page, ensure_ascii=False).encode()
        if fault == "body ends early":
            _send(handler, 200, body[: len(body) // 2], headers, length=len(body))
        elif fault == "half of the JSON":
            _send(handler, 200, body[: len(body) // 2], headers)
        elif fault == "broken compression":
            _send(handler, 200, body, {**headers, "Content-Encoding": "gzip"})
        else:
            _send(handler, 200, body, headers)

    def _chosen(self, path: str, query: dict[str, str]) -> list[dict[str, Any]]:
        items = self.lists[path]
        if path in self.newest_first:
            return items[::-1]
        since = query.get("since") or query.get("updated_after") or ""
        return [item for item in items if item["updated_at"] >= since]


def _send(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: Any,
    headers: dict[str, str] | None = None,
    length: int | None = None,
) -> bool:
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    handler.send_response_only(status)
    for name, value in {"Date": formatdate(usegmt=True), **(headers or {})}.items():
        handler.send_header(name, value)
    if status != 304:
        handler.send_header("Content-Length", str(len(data) if length is None else length))
    if length is not None:
        handler.close_connection = True
    handler.end_headers()
    handler.wfile.write(data)
    return True


def _hang_up(handler: BaseHTTPRequestHandler) -> bool:
    handler.close_connection = True
    return True


# True where the fault is the whole answer.
FAULTS: dict[str, Any] = {
    "500": lambda h: _send(h, 500, b"<html>oops"),
    "502": lambda h: _send(h, 502, b""),
    "503, later": lambda h: _send(h, 503, b"", {"Retry-After": "7"}),
    "429": lambda h: _send(h, 429, {"message": "slow down"}, {"Retry-After": "11"}),
    "primary limit": lambda h: _send(
        h,
        403,
        {"message": "API rate limit exceeded"},
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 900)},
    ),
    "secondary limit": lambda h: _send(h, 403, {"message": "You have exceeded a secondary rate limit"}),
    "secondary limit, dated": lambda h: _send(
        h,
        403,
        {"message": "You have exceeded a secondary rate limit"},
        {"Retry-After": formatdate(time.time() + 30, usegmt=True)},
    ),
    "hang up": _hang_up,
    "body ends early": lambda _: False,
    "half of the JSON": lambda _: False,
    "broken compression": lambda _: False,
}


@contextmanager
def serve(forge: Forge) -> Iterator[Forge]:
    """Serve `forge` at `forge.url`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # head and body in one packet

        def do_GET(self) -> None:
            forge.answer(self)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    forge.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield forge
    finally:
        server.shutdown()
        server.server_close()


def github(issues: int) -> Forge:
    """A repository with a comment on every other issue, and closing events."""
    forge = Forge(newest_first={"/repos/o/n/issues/events"})
    base = "https://api.example.com/repos/o/n"
    threads = [
        {
            "id": 1000 + number,
            "number": number,
            "title": f"问题 {number} fails",
            "body": f"第{number}个问题。It fails with code {number}.",
            "state": "closed" if number % 3 == 0 else "open",
            "url": f"{base}/issues/{number}",
            "html_url": f"https://example.com/o/n/issues/{number}",
            "repository_url": base,
            "user": {"login": f"asker-{number % 4}", "type": "User"},
            "author_association": "NONE",
            "labels": [],
            "comments": number % 2,
            "created_at": at(number),
            "updated_at": at(number * 7 % 101 + 200),
        }
        for number in range(1, issues + 1)
    ]
    comments = [
        {
            "id": 5000 + thread["number"],
            "issue_url": thread["url"],
            "body": f"请升级到 2.{thread['number']}。Upgrade.",
            "user": {"login": "owner", "type": "User"},
            "author_association": "OWNER",
            "created_at": thread["updated_at"],
            "updated_at": thread["updated_at"],
        }
        for thread in threads
        if thread["comments"]
    ]
    events = [
        {"id": 9000 + thread["number"], "event": "closed", "actor": {"login": "owner"}, "commit_id": "c" * 40,
         "created_at": thread["updated_at"], "issue": thread}
        for thread in threads
        if thread["state"] == "closed"
    ]  # fmt: skip
    forge.lists = {
        "/repos/o/n/issues": threads,
        "/repos/o/n/issues/comments": comments,
        "/repos/o/n/issues/events": [*({"id": 1, "event": "labeled", "issue": one} for one in threads[:1]), *events],
    }
    return forge
