"""Fetching what a vendor made: hostile until checked.

https from the vendor's delivery hosts only (others by ``STUDIO_DOWNLOAD_HOSTS``), redirects
followed by hand under the same rules, no private addresses, no key, no compression, bounded in
bytes and seconds, complete to the byte, and begun by the signature of a picture or a video.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from pipeline.errors import OutputUnusable, ProviderUnreachable
from pipeline.providers.quiet import quiet

DELIVERY_HOST = "replicate.delivery"
MOST_REDIRECTS = 5
CONNECT_S = 10.0
READ_S = 30.0
WALL_S = 300.0
MOST_BYTES = {"video": 1_000_000_000, "image": 60_000_000}
WAY_OUT = "Make another take, or choose another model."

Kind = Literal["video", "image"]
Tell = Callable[[float], None]


class Gone(OutputUnusable):
    """The vendor has deleted the file; it keeps outputs for an hour."""


@dataclass(frozen=True)
class Allowed:
    """Hosts beside the vendor's own, as (name, port or None); they may use plain http."""

    extra: frozenset[tuple[str, int | None]] = frozenset()

    def trusts(self, parts: SplitResult) -> bool:
        """Whether a person has named this host, so that it may even be a private one."""
        name, port = parts.hostname or "", _port(parts)
        return (name, port) in self.extra or (name, None) in self.extra


def allowed_by(environment: Mapping[str, str]) -> Allowed:
    """Extra hosts from ``STUDIO_DOWNLOAD_HOSTS``: ``name`` or ``name:port``, comma-separated."""
    found: set[tuple[str, int | None]] = set()
    for entry in environment.get("STUDIO_DOWNLOAD_HOSTS", "").split(","):
        name, _, port = entry.strip().lower().rpartition(":")
        if name and port.isdigit():
            found.add((name.strip("[]"), int(port)))
        elif entry.strip():
            found.add((entry.strip().lower().strip("[]"), None))
    return Allowed(frozenset(found))


def fetch(url: str, target: Path, kind: Kind, allowed: Allowed, tell: Tell) -> str:
    """Write an output to a file and return its suffix, as its first bytes say.

    Args:
        url: Where the vendor says it is.
        target: A new file; left incomplete when this raises.
        kind: What it must be.
        allowed: Hosts beside the vendor's.
        tell: Called with the share that is here, 0..1; may raise to stop.

    Raises:
        OutputUnusable: It is not what was bought, or lies where nothing is fetched from.
        ProviderUnreachable: The connection broke; the same call may succeed.
    """
    quiet()
    visit = _Visit(target, kind, allowed, tell, time.monotonic() + WALL_S)
    # Proxies of the environment would resolve names for us, and so undo the check of addresses.
    with httpx.Client(timeout=httpx.Timeout(READ_S, connect=CONNECT_S), trust_env=False) as http:
        for _hop in range(MOST_REDIRECTS + 1):
            onward = visit.follow(http, url)
            if onward is None:
                return _suffix(target, kind)
            url = onward
    raise OutputUnusable("The finished clip is redirected without end.", WAY_OUT)


@dataclass(frozen=True)
class _Visit:
    """One fetch; ``give_up`` is a moment of the monotonic clock."""

    target: Path
    kind: Kind
    allowed: Allowed
    tell: Tell
    give_up: float

    def follow(self, http: httpx.Client, url: str) -> str | None:
        """Save what lies at an address; or the address to which it sends us on."""
        parts = _checked(url, self.allowed)
        try:
            with http.stream("GET", url, headers={"Accept-Encoding": "identity"}) as answer:
                _check_peer(answer, parts, self.allowed)
                if answer.is_redirect:
                    return str(urljoin(url, answer.headers.get("location", "")))
                self._save(answer)
        except httpx.InvalidURL as error:
            raise _refused_host() from error
        except httpx.HTTPError as error:
            raise ProviderUnreachable(
                "The finished clip could not be fetched: the connection broke off.",
                "Start again within the hour; it is paid for and not bought again.",
            ) from error
        return None

    def _save(self, answer: httpx.Response) -> None:
        _check_answer(answer)
        declared, most_bytes = answer.headers.get("content-length", ""), MOST_BYTES[self.kind]
        expected = int(declared) if declared.isdigit() else None
        if expected is not None and expected > most_bytes:
            raise OutputUnusable(f"The file is larger than {most_bytes // 1_000_000} MB.", WAY_OUT)
        size = 0
        with self.target.open("wb") as file:
            for piece in answer.iter_raw(1 << 16):
                size += len(piece)
                if size > most_bytes:
                    raise OutputUnusable("The file is larger than it may be.", WAY_OUT)
                if time.monotonic() > self.give_up:
                    raise httpx.ReadTimeout("too slow", request=answer.request)
                file.write(piece)
                self.tell(size / (expected or most_bytes))
        if expected is not None and size != expected:
            raise httpx.ReadError("incomplete", request=answer.request)


def _checked(url: str, allowed: Allowed) -> SplitResult:
    """The parts of an address from which something may be fetched."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused_host() from error
    name = parts.hostname or ""
    if parts.username or parts.password or parts.scheme not in ("http", "https"):
        raise _refused_host()
    if allowed.trusts(parts):
        return parts
    ours = name == DELIVERY_HOST or name.endswith("." + DELIVERY_HOST)
    if parts.scheme != "https" or not ours or port not in (None, 443):
        raise _refused_host()
    _check_addresses(name)
    return parts


def _check_addresses(name: str) -> None:
    try:
        found = socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ProviderUnreachable(
            "The server with the finished clip cannot be found.",
            "Check the network and start again within the hour; it is paid for.",
        ) from error
    if any(not _is_public(str(entry[4][0])) for entry in found):
        raise _refused_host()


def _check_peer(answer: httpx.Response, parts: SplitResult, allowed: Allowed) -> None:
    """Refuse a name that resolved to a private address after it was checked."""
    stream = answer.extensions.get("network_stream")
    peer = stream.get_extra_info("server_addr") if stream else None
    if peer and not allowed.trusts(parts) and not _is_public(str(peer[0])):
        raise _refused_host()


def _is_public(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_global


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _refused_host() -> OutputUnusable:
    return OutputUnusable(
        "The finished clip lies on a server from which nothing is fetched.",
        "If it is your own test server, name it in STUDIO_DOWNLOAD_HOSTS.",
    )


def _check_answer(answer: httpx.Response) -> None:
    status = answer.status_code
    if status in (401, 403, 404, 410):
        raise Gone(
            "The vendor has deleted the finished clip; it keeps outputs for an hour.",
            "It was paid for, and cannot be had any more: make another take.",
        )
    if status != 200:
        raise httpx.HTTPStatusError("no success", request=answer.request, response=answer)
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise OutputUnusable("The file came packed in a way that was not asked for.", WAY_OUT)


def _suffix(target: Path, kind: Kind) -> str:
    """The suffix that a file's first bytes stand for.

    Raises:
        OutputUnusable: They are those of another kind, such as a page or a playlist.
    """
    with target.open("rb") as file:
        head = file.read(16)
    if not head:
        raise OutputUnusable("The vendor delivered an empty file.", WAY_OUT)
    found = {"video": _video_suffix, "image": _image_suffix}[kind](head)
    if not found:
        raise OutputUnusable(f"The vendor delivered something that is no {kind}.", WAY_OUT)
    return found


def _video_suffix(head: bytes) -> str:
    if head[4:8] == b"ftyp":
        return ".mov" if head[8:10] == b"qt" else ".mp4"
    return ".webm" if head.startswith(b"\x1a\x45\xdf\xa3") else ""


def _image_suffix(head: bytes) -> str:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png"
    if head.startswith(b"\xff\xd8\xff"):
        return ".jpg"
    return ".webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else ""
