"""The second tier on a server that speaks S3, as far as the studio uses it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cache import Miss, Remote, RemoteAway, SharedStore
from cache.store import blobs_in


class Bucket(BaseHTTPRequestHandler):
    """Objects in memory; ``If-None-Match: *`` creates, as at every maker of S3."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.broken:
            self._answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        elif self.headers.get("If-None-Match") == "*" and self.path in self.server.objects:
            self._answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
        else:
            self.server.objects[self.path] = data
            self.server.order.append(self.path)
            self._answer(200)

    def do_GET(self) -> None:
        data = self.server.objects.get(self.path)
        self._answer(404 if data is None else 200, data or b"")

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_words: object) -> None:
        """Quiet."""

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("ETag", '"one"')
        self.send_header("Last-Modified", "Mon, 23 Nov 2026 00:00:00 GMT")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    server.daemon_threads = True
    server.objects, server.order, server.broken = {}, [], False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "canary-id",
        "AWS_SECRET_ACCESS_KEY": "canary-secret",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def machine(tmp_path: Path):
    opened = []

    def make(name: str) -> SharedStore:
        opened.append(SharedStore(tmp_path / name, Remote("s3://films/studio")))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


def _made(store: SharedStore, data: bytes) -> dict[str, object]:
    blob = store.blobs.put_bytes(data, ".mp4")
    return {"clip": {"digest": blob.digest, "suffix": blob.suffix, "bytes": blob.bytes}}


def test_files_come_before_the_manifest_and_both_reach_the_other_machine(machine, bucket) -> None:
    one = machine("a")
    record = _made(one, b"frames")
    one.record("k1", record)
    other = machine("b")

    assert [path.split("/")[3] for path in bucket.order] == ["blobs", "records"]
    assert other.lookup("k1") == record
    assert other.blobs.path(next(blobs_in(record))).read_bytes() == b"frames"


def test_a_false_file_on_the_server_is_emptied_so_that_nobody_finds_it(machine, bucket) -> None:
    one = machine("a")
    record = one.record("k1", _made(one, b"frames"))
    [name] = [path for path in bucket.objects if "/blobs/" in path]
    bucket.objects[name] = b"FRAMES"

    with pytest.raises(Miss):
        machine("b").blobs.path(next(blobs_in(record)))
    assert bucket.objects[name] == b""
    with pytest.raises(Miss):
        machine("c").lookup("k1")


def test_the_first_of_two_stands(machine, bucket) -> None:
    one, other = machine("a"), machine("b")
    first = one.record("k1", _made(one, b"by one"))

    assert other.record("k1", _made(other, b"by another")) == first


def test_missing_rights_are_said_without_the_keys(machine, bucket) -> None:
    bucket.broken = True

    with pytest.raises(RemoteAway) as told:
        machine("a").blobs.put_bytes(b"song", ".mp3")
    assert "canary" not in repr(told.value)
