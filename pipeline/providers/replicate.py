"""Replicate over HTTP: own thin calls, since its client repeats, waits and validates too much.

A creation is posted exactly once and carries ``Cancel-After``, so that even an orphan stops
costing. Statuses are read as text: the vendor adds to them (``aborted``) as it likes.
"""

from __future__ import annotations

import json
import mimetypes
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from pipeline.errors import ProviderFailed, ProviderUnreachable
from pipeline.providers.protocol import Done, Failed, Listed, Request, Running, Ticket, Upload
from pipeline.providers.quiet import quiet
from pipeline.providers.replicate_errors import of_failure, of_status, translated

OFFICIAL_URL = "https://api.replicate.com"
CONNECT_S = 10.0
READ_S = 20.0
UPLOAD_S = 120.0
LARGEST_ANSWER_BYTES = 32_000_000
MOST_PAGES = 50
KEPT_HEADERS = ("content-type", "date", "retry-after")
CONNECTIONS = 64
DEFAULT_UPLOAD_LIFE_S = 3600.0
# Listings are asked for generously and cut by our own clock: the vendor's may go differently.
LISTING_MARGIN_S = 900.0


class Replicate:
    """The provider of clips and stills. Threads may share it; it keeps no key.

    Args:
        base_url: Address of the API without ``/v1``; the official one when empty.
    """

    def __init__(self, base_url: str = "") -> None:
        self._base_url = (base_url or OFFICIAL_URL).rstrip("/").removesuffix("/v1")

    def submit(self, key: str, request: Request, timeout_s: float) -> Ticket:
        """Post a creation once; see :class:`pipeline.providers.protocol.Provider`."""
        owner, _, name = request.slug.partition("/")
        path = f"/v1/models/{quote(owner, safe='')}/{quote(name, safe='')}/predictions"
        headers = {"Cancel-After": f"{max(5, request.cancel_after_s)}s"}
        give_up = time.monotonic() + timeout_s
        with translated():
            asked = self._http.build_request(
                "POST",
                self._base_url + path,
                json={"input": dict(request.inputs)},
                headers={**_authorised(key), **headers},
                timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)),
            )
            answer = self._answer(asked, give_up)
        document = _document(answer, f"model {request.slug}", key)
        ticket = document.get("id")
        if not isinstance(ticket, str) or not ticket:
            raise _nonsense()
        return Ticket(ticket)

    def poll(self, key: str, ticket: Ticket) -> Running | Done | Failed:
        """How a prediction stands."""
        found = self._ask("GET", self._of(ticket), key, "such prediction")
        return _outcome(found, key)

    def cancel(self, key: str, ticket: Ticket) -> None:
        """Cancel a prediction; one that has ended stays as it is."""
        self._ask("POST", self._of(ticket) + "/cancel", key, "such prediction")

    def listed(self, key: str, since_s: float) -> tuple[Listed, ...]:
        """Predictions of the account, the newest first, read on until before ``since_s``."""
        found: list[Listed] = []
        asked_after = datetime.fromtimestamp(since_s - LISTING_MARGIN_S, UTC).isoformat()
        url = f"{self._base_url}/v1/predictions?created_after={quote(asked_after)}"
        for _page in range(MOST_PAGES):
            answer = self._send("GET", url, key)
            document = _document(answer, "such list", key)
            ahead_s = _clock_ahead_s(answer)
            rows = [_listed(row, ahead_s) for row in document.get("results") or ()]
            found += [row for row in rows if row.created_at >= since_s]
            following = document.get("next")
            if not following or (rows and rows[-1].created_at < since_s):
                return tuple(found)
            url = self._own(str(following))
        raise ProviderUnreachable("Replicate's list of predictions does not end.", "Try later.")

    def upload(self, key: str, path: Path) -> Upload:
        """Send a file through the Files API."""
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        with path.open("rb") as file:
            parts = {"content": (path.name, file, kind)}
            answer = self._send("POST", f"{self._base_url}/v1/files", key, files=parts)
        document = _document(answer, "such file service", key)
        urls = document.get("urls")
        address = urls.get("get") if isinstance(urls, dict) else None
        if not isinstance(address, str):
            raise _nonsense()
        expires = _moment(document.get("expires_at"))
        return Upload(address, expires or time.time() + DEFAULT_UPLOAD_LIFE_S)

    def schema(self, key: str, slug: str) -> dict[str, Any]:
        """The OpenAPI document of a model's newest version, as it is live."""
        owner, _, name = slug.partition("/")
        address = f"{self._base_url}/v1/models/{quote(owner, safe='')}/{quote(name, safe='')}"
        version = self._ask("GET", address, key, f"model as {slug}").get("latest_version")
        document = version.get("openapi_schema") if isinstance(version, dict) else None
        if not isinstance(document, dict):
            raise _nonsense()
        return document

    def close(self) -> None:
        """Close the connections."""
        if "_http" in vars(self):
            self._http.close()

    @cached_property
    def _http(self) -> httpx.Client:
        quiet()
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=16)
        timeout = httpx.Timeout(READ_S, connect=CONNECT_S)
        return httpx.Client(timeout=timeout, limits=limits, follow_redirects=False)

    def _of(self, ticket: Ticket) -> str:
        return f"{self._base_url}/v1/predictions/{quote(ticket.id, safe='')}"

    def _own(self, url: str) -> str:
        """The address of a following page, on the server that the key belongs to."""
        parts = urlsplit(url)
        return f"{self._base_url}{parts.path}?{parts.query}"

    def _ask(self, method: str, url: str, key: str, what: str) -> dict[str, Any]:
        return _document(self._send(method, url, key), what, key)

    def _send(self, method: str, url: str, key: str, **body: Any) -> httpx.Response:
        timeout = httpx.Timeout(UPLOAD_S if body else READ_S, connect=CONNECT_S)
        with translated():
            asked = self._http.build_request(
                method, url, headers=_authorised(key), timeout=timeout, **body
            )
            return self._answer(asked, time.monotonic() + 2 * UPLOAD_S)

    def _answer(self, asked: httpx.Request, give_up: float) -> httpx.Response:
        """Send a request and read its answer whole, within bounds of size and time."""
        answer = self._http.send(asked, stream=True)
        try:
            body = _read(answer, give_up)
        finally:
            answer.close()
        kept = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
        return httpx.Response(answer.status_code, headers=kept, content=body, request=asked)


def _authorised(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"}


def _read(answer: httpx.Response, give_up: float) -> bytes:
    data = bytearray()
    for piece in answer.iter_raw():
        data += piece
        if len(data) > LARGEST_ANSWER_BYTES:
            raise httpx.DecodingError("the answer does not end")
        if time.monotonic() > give_up:
            raise httpx.ReadTimeout("the answer comes too slowly", request=answer.request)
    return bytes(data)


def _document(answer: httpx.Response, what: str, key: str) -> dict[str, Any]:
    if not answer.is_success:
        raise of_status(answer, what, key)
    try:
        document = json.loads(answer.content)
    except ValueError as error:
        raise _nonsense() from error
    if not isinstance(document, dict):
        raise _nonsense()
    return document


def _nonsense() -> ProviderFailed:
    return ProviderUnreachable(
        "Replicate answered with something that is no answer.",
        "The studio looks whether it was accepted; check REPLICATE_BASE_URL if this lasts.",
    )


def _outcome(found: Mapping[str, Any], key: str) -> Running | Done | Failed:
    status = str(found.get("status") or "")
    removed = bool(found.get("data_removed"))
    if status == "succeeded":
        return Done(tuple(_addresses(found.get("output"))), _metrics(found), removed)
    if status == "failed":
        return of_failure(found.get("error"), key)
    if status == "canceled":
        stopped = ProviderFailed(
            "The clip was cancelled at Replicate.", "Nothing was charged; start it again."
        )
        return Failed(stopped, "cancelled")
    if status == "aborted":
        late = ProviderFailed(
            "Replicate did not begin in time and gave it up.", "Nothing was charged; try again."
        )
        return Failed(late, "transient")
    return Running(status[:40] or "starting")


def _addresses(output: Any) -> Iterator[str]:
    """Every address in an output: one text, a list, or an object of them."""
    if isinstance(output, str):
        yield output
    elif isinstance(output, list):
        for item in output:
            yield from _addresses(item)
    elif isinstance(output, dict):
        for item in output.values():
            yield from _addresses(item)


def _metrics(found: Mapping[str, Any]) -> dict[str, float]:
    metrics = found.get("metrics")
    rows = metrics.items() if isinstance(metrics, dict) else ()
    return {
        str(name): float(value)
        for name, value in rows
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9
    }


def _listed(row: Any, ahead_s: float) -> Listed:
    fields = row if isinstance(row, dict) else {}
    inputs = fields.get("input")
    gone = bool(fields.get("data_removed")) or not isinstance(inputs, dict)
    created = _moment(fields.get("created_at"))
    if created is None or not fields.get("id"):
        raise _nonsense()
    return Listed(
        id=str(fields["id"]),
        slug=_slug(fields),
        inputs=None if gone else inputs,
        created_at=created - ahead_s,
    )


def _slug(fields: Mapping[str, Any]) -> str:
    """``owner/name`` of a row; of an older one it stands in the version."""
    model = fields.get("model") or fields.get("version")
    return str(model or "").partition(":")[0]


def _moment(text: Any) -> float | None:
    """Seconds since the epoch of an ISO time."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _clock_ahead_s(answer: httpx.Response) -> float:
    """How far the vendor's clock is ahead of ours; 0 when it says nothing or is about right."""
    try:
        theirs = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except ValueError:
        return 0.0
    ahead = theirs - time.time()
    return ahead if abs(ahead) > 5.0 else 0.0
