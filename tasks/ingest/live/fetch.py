"""Bring the threads of live sources up to date: only what changed since the last time is asked for.

Each list is read in order of creation from a cursor on, "changed at or after". A pass ends with a look at what changed
while it ran; that answer's ETag lets the next run find in one request, which costs nothing, that nothing has changed.
The cursor is written after the records it stands for: a run that is killed asks again for what it had, and records
that are the same change nothing.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson

from schemas.sources import IssuesSource, Source
from tasks.engine.store import Store
from tasks.ingest.live.buckets import ThreadBuckets
from tasks.ingest.live.client import ApiClient, ApiError, Page
from tasks.ingest.live.platforms import Listing, Platform, platform_of

# Pages between two writes: what a killed run has to ask for again.
_PAGES: Final = 20
# Looks at what changed meanwhile; whatever changes after them is found by the next run.
_PASSES: Final = 4
# Of GitHub's events those that say how a thread ended.
_EVENTS: Final = frozenset(
    {"closed", "reopened", "merged", "referenced", "marked_as_duplicate", "unmarked_as_duplicate", "transferred"}
)


@dataclass(frozen=True)
class Cursor:
    """How far a list has been read.

    Args:
        since: Everything that changed before this has been read, ISO 8601.
        last_id: The same for a list without times.
        next_url: Where an interrupted pass goes on.
        newest: Newest change seen by that pass.
        started: When that pass began, by the server's clock.
        etag: Of the last answer at `etag_url`.
        etag_url: Address it belongs to.
    """

    since: str | None = None
    last_id: int = 0
    next_url: str | None = None
    newest: str | None = None
    started: str | None = None
    etag: str | None = None
    etag_url: str | None = None


@dataclass(frozen=True)
class Fetched:
    """What was done for a source.

    Args:
        key: Of the source.
        folder: Where its records are.
        requests: Pages asked for.
        changed: Threads, comments and events that were new or other than before.
    """

    key: str
    folder: Path
    requests: int
    changed: int


def fetch_sources(
    sources: Sequence[Source], store: Store, *, sleep: Callable[[float], None] = time.sleep
) -> list[Fetched]:
    """Bring every live source up to date.

    Args:
        sources: Of a recipe.
        store: Holds what was fetched before.
        sleep: Waits so many seconds.

    Raises:
        ApiError: An API does not give what was asked for; what had been read stays.
    """
    live = [source for source in sources if isinstance(source, IssuesSource) and source.is_live]
    return [_Fetch(source, store, sleep).run() for source in live]


def fetched_folders(sources: Sequence[Source], store: Store) -> dict[str, Path]:
    """Folders of live sources that were fetched at least once, by key of the source; asks no API."""
    live = [source for source in sources if isinstance(source, IssuesSource) and source.is_live]
    return {source.key: _local(store, source) for source in live if store.names(f"{_place(source)}/threads")}


class _Fetch:
    """One source, one run."""

    def __init__(self, source: IssuesSource, store: Store, sleep: Callable[[float], None]) -> None:
        self._source, self._store = source, store
        self._platform: Platform = platform_of(source)
        self._repo = source.repo or ""
        self._buckets = ThreadBuckets(store, f"{_place(source)}/threads")
        self._state_path = f"{_place(source)}/cursors.json"
        self._cursors = _read_cursors(store.get_bytes(self._state_path))
        self._requests = self._changed = 0
        self._client = ApiClient(source.api_url or "", headers=self._platform.headers, token=self._token(), sleep=sleep)

    def run(self) -> Fetched:
        with self._client:
            for listing in self._platform.listings:
                if listing.since is None:
                    self._read_newest_first(listing)
                else:
                    self._read_changes(listing, listing.since)
        return Fetched(self._source.key, _local(self._store, self._source), self._requests, self._changed)

    def _token(self) -> str | None:
        names = (self._source.token_env,) if self._source.token_env else self._platform.token_variables
        token = next((os.environ[name].strip() for name in names if os.environ.get(name, "").strip()), None)
        return f"{self._platform.token_prefix}{token}" if token else None

    # --- lists that can be asked for changes ----------------------------------------------------------------

    def _read_changes(self, listing: Listing, since_name: str) -> None:
        cursor = self._cursors.get(listing.name, Cursor())
        for _ in range(_PASSES):
            before = self._changed
            cursor = self._pass(listing, since_name, cursor)
            if self._changed == before:
                break
        self._commit(listing, cursor)

    def _pass(self, listing: Listing, since_name: str, cursor: Cursor) -> Cursor:
        """Read a list from the cursor to its end; the cursor after it."""
        params = {**listing.params, **({since_name: cursor.since} if cursor.since else {})}
        first = self._client.url(self._platform.path(listing.path, self._repo), params)
        count, etag = 0, None
        url: str | None = cursor.next_url or first
        while url:
            page = self._page(url, cursor.etag if url == cursor.etag_url else None)
            if page is None:
                return replace(cursor, next_url=None)
            count += 1
            # A first page alone says whether the rest has changed only where there is no rest.
            etag = page.etag if url == first and not page.next_url else None
            self._take(listing, page.items)
            moments = [str(item["updated_at"]) for item in page.items if item.get("updated_at")]
            cursor = replace(
                cursor,
                newest=max([*moments, *([cursor.newest] if cursor.newest else [])], key=_moment, default=None),
                started=cursor.started or (page.time.strftime("%Y-%m-%dT%H:%M:%SZ") if page.time else None),
                next_url=page.next_url,
            )
            if count % _PAGES == 0:
                self._commit(listing, cursor)
            url = page.next_url
        return replace(_advanced(cursor), etag=etag, etag_url=first if etag else None)

    # --- lists that cannot ----------------------------------------------------------------------------------

    def _read_newest_first(self, listing: Listing) -> None:
        cursor = self._cursors.get(listing.name, Cursor())
        first = self._client.url(self._platform.path(listing.path, self._repo), listing.params)
        url: str | None = first
        last, etag = cursor.last_id, cursor.etag
        while url:
            page = self._page(url, cursor.etag if url == cursor.etag_url else None)
            if page is None:
                break
            etag = page.etag if url == first else etag
            self._take(listing, [item for item in page.items if _id(item) > cursor.last_id])
            last = max([last, *(_id(item) for item in page.items)])
            known = any(_id(item) <= cursor.last_id for item in page.items)
            url = None if known else page.next_url
        self._commit(listing, Cursor(last_id=last, etag=etag, etag_url=first))

    # --- both -----------------------------------------------------------------------------------------------

    def _page(self, url: str, etag: str | None = None) -> Page | None:
        self._requests += 1
        return self._client.page(url, etag)

    def _take(self, listing: Listing, items: Sequence[dict[str, Any]]) -> None:
        for item in items:
            number = listing.number_of(item)
            if number is None or (listing.holds == "events" and item.get("event") not in _EVENTS):
                continue
            if listing.holds == "threads":
                changed = self._buckets.put_thread(listing.threads, number, item)
                if changed and self._platform.comments_path:
                    comments = list(self._comments(listing, number)) if item.get("user_notes_count") != 0 else []
                    self._buckets.set_comments(listing.threads, number, comments)
            else:
                # An event carries its whole issue, as it is now: the list of issues has it.
                own = {name: value for name, value in item.items() if name != "issue"}
                changed = self._buckets.put_part(listing.threads, number, listing.holds, own)
            self._changed += changed

    def _comments(self, listing: Listing, number: str) -> Iterator[dict[str, Any]]:
        template = self._platform.comments_path or ""
        path = self._platform.path(template, self._repo, threads=listing.threads, number=number)
        url: str | None = self._client.url(path, {"sort": "asc", "order_by": "created_at", "per_page": "100"})
        while url:
            page = self._page(url)
            if page is None:
                return
            yield from page.items
            url = page.next_url

    def _commit(self, listing: Listing, cursor: Cursor) -> None:
        self._buckets.flush()
        if self._cursors.get(listing.name) != cursor:
            self._cursors[listing.name] = cursor
            state = {name: asdict(known) for name, known in self._cursors.items()}
            self._store.put_bytes(self._state_path, orjson.dumps(state, option=orjson.OPT_SORT_KEYS))


def _advanced(cursor: Cursor) -> Cursor:
    """The cursor after a whole pass: at the newest change, but not past the moment the pass began.

    What changed later may have been on a page that had been read already.
    """
    known = [value for value in (cursor.newest, cursor.started) if value]
    since = min(known, key=_moment) if cursor.newest and known else cursor.since
    if cursor.since and since and _moment(since) < _moment(cursor.since):
        since = cursor.since
    return replace(cursor, since=since, newest=None, started=None, next_url=None)


def _moment(value: str) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise ApiError("the API writes times that are none") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _id(item: dict[str, Any]) -> int:
    value = item.get("id")
    return value if isinstance(value, int) else 0


def _read_cursors(data: bytes | None) -> dict[str, Cursor]:
    try:
        return {name: Cursor(**known) for name, known in orjson.loads(data or b"{}").items()}
    except (orjson.JSONDecodeError, TypeError, AttributeError):
        return {}  # torn, or of another version: everything is asked for again


def _place(source: IssuesSource) -> str:
    return f"live/{sha256(source.key.encode()).hexdigest()[:16]}"


def _local(store: Store, source: IssuesSource) -> Path:
    """The folder of a source on this machine; of a store elsewhere a copy is kept up to date."""
    folder = f"{_place(source)}/threads"
    if store.is_local:
        return Path(store.root.removeprefix("file://")) / folder
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "winnow"
    copy = cache / sha256(store.root.encode()).hexdigest()[:16] / folder
    copy.mkdir(parents=True, exist_ok=True)
    for name in store.names(folder):
        data = store.get_bytes(f"{folder}/{name}") or b""
        if not (copy / name).exists() or (copy / name).read_bytes() != data:
            (copy / name).write_bytes(data)
    return copy
