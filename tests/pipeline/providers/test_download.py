"""Outputs are hostile until checked: only whole files of the right kind from allowed hosts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import OutputUnusable, ProviderUnreachable
from pipeline.media.probe import check_clip
from pipeline.providers.download import MOST_BYTES, Allowed, Gone, allowed_by, fetch
from tests.fakes.replicate_server import FakeReplicate


@pytest.fixture
def vendor() -> Iterator[FakeReplicate]:
    with FakeReplicate() as fake:
        yield fake


@pytest.fixture
def allowed(vendor: FakeReplicate) -> Allowed:
    return allowed_by({"STUDIO_DOWNLOAD_HOSTS": f"example.org, {vendor.host}"})


@pytest.fixture
def url(vendor: FakeReplicate) -> str:
    made = vendor.accept("a/b", {"duration": 1}, "key")
    return f"{vendor.url}/delivery/{made.id}/output.mp4"


def ignore(share: float) -> None:
    assert 0 <= share <= 1


def test_a_whole_clip_is_saved_without_ever_showing_a_key(url, vendor, allowed, home) -> None:
    home.mkdir()
    target = home / "clip.part"

    assert fetch(url, target, "video", allowed, ignore) == ".mp4"

    assert check_clip(target).frames == 24
    assert vendor.authorised_downloads == 0


@pytest.mark.parametrize("fault", ["html", "playlist", "empty", "huge", "packed", "link_local"])
def test_what_is_no_clip_is_refused(url, vendor, allowed, home, fault) -> None:
    home.mkdir()
    vendor.manners.delivery.append(fault)

    with pytest.raises(OutputUnusable):
        fetch(url, home / "clip.part", "video", allowed, ignore)


def test_a_stream_without_an_end_is_cut_off(url, vendor, allowed, home, monkeypatch) -> None:
    home.mkdir()
    monkeypatch.setitem(MOST_BYTES, "video", 1_000_000)
    vendor.manners.delivery.append("flood")

    with pytest.raises(OutputUnusable, match="larger than it may be"):
        fetch(url, home / "clip.part", "video", allowed, ignore)

    assert (home / "clip.part").stat().st_size <= 1_000_000


@pytest.mark.parametrize("fault", ["truncated", "error"])
def test_a_broken_connection_may_be_tried_again(url, vendor, allowed, home, fault) -> None:
    home.mkdir()
    vendor.manners.delivery.append(fault)

    with pytest.raises(ProviderUnreachable):
        fetch(url, home / "clip.part", "video", allowed, ignore)

    assert fetch(url, home / "clip.part", "video", allowed, ignore) == ".mp4"


def test_a_short_file_with_a_matching_length_is_caught_by_opening_it(
    url, vendor, allowed, home
) -> None:
    home.mkdir()
    vendor.manners.delivery.append("short")
    fetch(url, home / "clip.part", "video", allowed, ignore)

    with pytest.raises(OutputUnusable):
        check_clip(home / "clip.part")


def test_what_the_vendor_has_deleted_is_said_so(url, vendor, allowed, home) -> None:
    home.mkdir()
    vendor.manners.delivery.append("gone")

    with pytest.raises(Gone, match="for an hour"):
        fetch(url, home / "clip.part", "video", allowed, ignore)


@pytest.mark.parametrize(
    "address",
    [
        "http://replicate.delivery/x.mp4",
        "https://replicate.delivery.evil.example/x.mp4",
        "https://evil.example/x.mp4",
        "https://user:secret@replicate.delivery/x.mp4",
        "https://replicate.delivery:8443/x.mp4",
        "ftp://replicate.delivery/x.mp4",
        "file:///etc/passwd",
        "https://127.0.0.1/x.mp4",
        "https://[::1]/x.mp4",
        "data:video/mp4;base64,AAAA",
        "https://[broken/x.mp4",
        "",
    ],
)
def test_nothing_is_fetched_from_anywhere_else(address: str, home: Path) -> None:
    with pytest.raises(OutputUnusable, match="nothing is fetched"):
        fetch(address, home / "clip.part", "video", Allowed(), ignore)


def test_the_vendors_name_on_a_private_address_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    private = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: private)

    with pytest.raises(OutputUnusable, match="nothing is fetched"):
        fetch("https://x.replicate.delivery/x.mp4", home / "p", "video", Allowed(), ignore)


def test_a_port_that_was_not_named_is_not_trusted(url, vendor, home) -> None:
    other = allowed_by({"STUDIO_DOWNLOAD_HOSTS": "127.0.0.1:1"})

    with pytest.raises(OutputUnusable, match="nothing is fetched"):
        fetch(url, home / "clip.part", "video", other, ignore)

    assert vendor.asked("deliver") == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk_is_an_error_of_the_disk(url, allowed) -> None:
    with pytest.raises(OSError, match="No space"):
        fetch(url, Path("/dev/full"), "video", allowed, ignore)
    assert os.path.exists("/dev/full")  # noqa: PTH110 - a device


def test_a_picture_is_known_by_its_first_bytes(vendor, allowed, home) -> None:
    home.mkdir()
    made = vendor.accept("a/b", {"prompt": "x"}, "key")

    url = f"{vendor.url}/delivery/{made.id}/output.png"

    assert fetch(url, home / "picture", "image", allowed, ignore) == ".png"
