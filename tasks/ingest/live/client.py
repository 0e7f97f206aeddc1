"""Ask a REST API for pages of a list, through everything that goes wrong on the way.

Waits as GitHub's "Best practices for using the REST API" asks: one request at a time, `Retry-After` where it is given,
until `x-ratelimit-reset` where nothing remains, else a minute after a secondary limit. Lost connections, server errors
and bodies that end early are asked for again, with growing pauses.
"""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Final

import httpx
import orjson
import tenacity

# Tries of one request, the first included, and the longest wait that is waited for: a primary limit lasts an hour.
_TRIES: Final = 8
_LONGEST_WAIT_S: Final = 2 * 3600.0
_SECONDARY_WAIT_S: Final = 60.0
_TIMEOUT_S: Final = 30.0
_PASSING: Final = frozenset({408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524})
_HINTS: Final[Mapping[int, str]] = {
    401: "the token is not accepted",
    403: "the token may not read this",
    404: "no such repository, or the token may not see it",
    410: "its issues are switched off",
}


class ApiError(RuntimeError):
    """An API does not give what was asked for, and would not if it were asked again. Quotes no answer and no token."""


class _TryAgainError(Exception):
    """This answer is none; the next one may be.

    Attributes:
        wait_s: What the server asks for, in seconds; None leaves it to us.
    """

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


@dataclass(frozen=True)
class Page:
    """A page of a list.

    Args:
        items: What is on it.
        next_url: Of the page after it; None for the last.
        etag: To ask with whether it has changed.
        time: Of the server's clock when it answered; None where it does not say.
    """

    items: list[dict[str, Any]]
    next_url: str | None
    etag: str | None
    time: datetime | None


class ApiClient:
    """Reads pages of one API.

    Args:
        base_url: Scheme, host and path of the API; the token goes nowhere else.
        headers: Sent with every request.
        token: Value of the `Authorization` header; None asks as anybody may.
        sleep: Waits so many seconds.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = httpx.URL(base_url.rstrip("/") + "/")
        if token and self._base.scheme != "https" and self._base.host not in {"127.0.0.1", "::1", "localhost"}:
            raise ApiError(f"{self._base.host}: a token is not sent without encryption: use https")
        secret = {"Authorization": token} if token else {}
        # A redirect to another host loses the header (httpx does that): renamed repositories redirect within one.
        self._http = httpx.Client(
            headers={"User-Agent": "winnow", **(headers or {}), **secret}, timeout=_TIMEOUT_S, follow_redirects=True
        )
        self._retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((_TryAgainError, httpx.TransportError, httpx.DecodingError)),
            stop=tenacity.stop_after_attempt(_TRIES),
            wait=_wait_s,
            sleep=sleep,
            reraise=True,
        )

    def __enter__(self) -> "ApiClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def url(self, path: str, params: Mapping[str, str]) -> str:
        """Address of a list below the API's."""
        return str(self._base.join(path.lstrip("/")).copy_merge_params(dict(params)))

    def page(self, url: str, etag: str | None = None) -> Page | None:
        """The page at `url`; None where it is still what it was under `etag`.

        Raises:
            ApiError: It cannot be had: the status says so, or every try failed.
        """
        if httpx.URL(url).copy_with(raw_path=b"/") != self._base.copy_with(raw_path=b"/"):
            raise ApiError(f"{self._base.host}: a link leads to another host, {httpx.URL(url).host}")
        try:
            return self._retrying(self._ask, url, etag)
        except (_TryAgainError, httpx.TransportError, httpx.DecodingError) as error:
            said = str(error) if isinstance(error, _TryAgainError) else type(error).__name__
            raise ApiError(f"{_place(url)}: gave up after {_TRIES} tries: {said}") from None

    def _ask(self, url: str, etag: str | None) -> Page | None:
        answer = self._http.get(url, headers={"If-None-Match": etag} if etag else {})
        if answer.status_code == 304 and etag:
            return None
        if answer.status_code != 200:
            raise _refusal(url, answer)
        try:
            items = orjson.loads(answer.content)
        except orjson.JSONDecodeError:
            raise _TryAgainError("the answer ends early or is not JSON") from None
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise ApiError(f"{_place(url)}: the answer is not a list: is this the address of an API?")
        return Page(items, _next_url(answer), answer.headers.get("etag"), _clock(answer))


def _refusal(url: str, answer: httpx.Response) -> Exception:
    """What a status other than 200 means: try again, after how long, or give up."""
    status, headers = answer.status_code, answer.headers
    spent = (headers.get("x-ratelimit-remaining") or headers.get("ratelimit-remaining")) == "0"
    asked = _retry_after_s(answer)
    slow = status == 403 and (spent or asked is not None or b"rate limit" in answer.content.lower())
    if status in _PASSING:
        return _TryAgainError(f"status {status}", asked)
    if status != 429 and not slow:
        return ApiError(f"{_place(url)}: status {status}" + (f": {_HINTS[status]}" if status in _HINTS else ""))
    wait = asked
    if wait is None:
        wait = _until_reset_s(answer) if spent else _SECONDARY_WAIT_S
    if wait > _LONGEST_WAIT_S:
        return ApiError(f"{_place(url)}: may be asked again in {wait / 3600:.1f} hours only")
    return _TryAgainError("rate limit", wait)


def _wait_s(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait_s if isinstance(error, _TryAgainError) else None
    if asked is not None:
        return asked
    # Full jitter: nothing is gained by clients that come back together.
    return float(2 ** min(state.attempt_number - 1, 6)) * random.uniform(0.5, 1.0)


def _retry_after_s(answer: httpx.Response) -> float | None:
    """`Retry-After`, in seconds: a number or a date (RFC 9110, 10.2.3)."""
    given = answer.headers.get("retry-after")
    if given is None:
        return None
    if given.strip().isdigit():
        return float(given)
    try:
        until = parsedate_to_datetime(given)
    except ValueError:
        return None
    return max(0.0, (until - (_clock(answer) or datetime.now(UTC))).total_seconds())


def _until_reset_s(answer: httpx.Response) -> float:
    """By the server's clock: ours may be wrong."""
    reset = answer.headers.get("x-ratelimit-reset") or answer.headers.get("ratelimit-reset") or ""
    if not reset.isdigit():
        return _SECONDARY_WAIT_S
    now = _clock(answer) or datetime.now(UTC)
    return max(0.0, float(reset) - now.timestamp()) + 1.0


def _clock(answer: httpx.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError):
        return None


def _next_url(answer: httpx.Response) -> str | None:
    """Of the `Link` header (RFC 8288); of Gitee's page count where there is none."""
    if link := answer.links.get("next"):
        return str(answer.url.join(link["url"]))
    total = answer.headers.get("total_page", "")
    page = answer.url.params.get("page", "1")
    if "link" not in answer.headers and total.isdigit() and page.isdigit() and int(page) < int(total):
        return str(answer.url.copy_set_param("page", str(int(page) + 1)))
    return None


def _place(url: str) -> str:
    """Host and path: queries can hold what nobody should read."""
    parsed = httpx.URL(url)
    return f"{parsed.host}{parsed.path}"
