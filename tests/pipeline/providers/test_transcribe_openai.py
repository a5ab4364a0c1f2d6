from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import (
    CredentialsRefused,
    OutOfBounds,
    OutputUnusable,
    ProviderBusy,
    ProviderUnreachable,
    RequestRefused,
    StudioError,
)
from pipeline.providers.transcribe_openai import OpenAITranscriber, largest_file

KEY = "sk-test-0123456789-secret"


class Service:
    """A local server that speaks the transcription interface."""

    def __init__(self) -> None:
        self.answer: Any = {"text": "", "words": []}
        self.status = 200
        self.headers: dict[str, str] = {}
        self.bodies: list[bytes] = []
        self.keys: list[str] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                service.bodies.append(self.rfile.read(length))
                service.keys.append(self.headers["authorization"])
                body = service.answer
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(service.status)
                for name, value in service.headers.items():
                    self.send_header(name, value)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Keep the test's output quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"


@pytest.fixture
def service() -> Iterator[Service]:
    running = Service()
    thread = threading.Thread(target=running.server.serve_forever, daemon=True)
    thread.start()
    yield running
    running.server.shutdown()
    running.server.server_close()
    thread.join()


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "a song.flac"
    path.write_bytes(b"fLaC" + bytes(2000))
    return path


def word(text: Any, start: Any, end: Any) -> dict[str, Any]:
    return {"word": text, "start": start, "end": end}


def test_words_come_with_their_times_and_lines(service: Service, song: Path) -> None:
    service.answer = {
        "text": "hello darkness again",
        "language": "english",
        "duration": 12.5,
        "words": [word("hello", 1.0, 1.4), word(" darkness", 1.5, 2.1), word("again", 6.0, 6.5)],
    }
    found = OpenAITranscriber(KEY, base_url=service.url).transcribe(song, "en")
    assert [(w.text, w.start_s, w.line) for w in found.words] == [
        ("hello", 1.0, 0),
        ("darkness", 1.5, 0),
        ("again", 6.0, 1),
    ]
    assert (found.language, found.seconds, found.model) == ("english", 12.5, "whisper-1")


def test_the_request_asks_for_word_times_and_names_the_real_format(
    service: Service, song: Path
) -> None:
    OpenAITranscriber(KEY, base_url=service.url).transcribe(song)
    body = service.bodies[0]
    for part in (b"verbose_json", b"timestamp_granularities", b"word", b"whisper-1", b"song.flac"):
        assert part in body
    assert b"a song" not in body
    assert service.keys == [f"Bearer {KEY}"]


def test_entries_that_make_no_sense_are_left_out(service: Service, song: Path) -> None:
    service.answer = {
        "text": "",
        "duration": "8",
        "words": [
            word("", 0, 1),
            word("back", 3.0, 3.5),
            word("wards", 2.0, 2.2),
            word("late", 1e12, 1e12),
        ],
    }
    found = OpenAITranscriber(KEY, base_url=service.url).transcribe(song)
    assert [w.text for w in found.words] == ["back", "wards"]
    assert found.words[1].start_s >= found.words[0].end_s
    assert found.seconds == 8


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, CredentialsRefused),
        (403, CredentialsRefused),
        (429, ProviderBusy),
        (404, RequestRefused),
        (400, RequestRefused),
        (413, RequestRefused),
        (500, ProviderUnreachable),
        (503, ProviderUnreachable),
    ],
)
def test_refusals_are_said_in_words_without_the_key(
    service: Service, song: Path, status: int, kind: type[StudioError]
) -> None:
    service.status, service.headers = status, {"retry-after": "7"}
    service.answer = {"error": {"message": f"wrong key {KEY}", "code": "x"}}
    with pytest.raises(kind) as caught:
        OpenAITranscriber(KEY, base_url=service.url).transcribe(song)
    assert KEY not in str(caught.value)
    assert len(service.bodies) == 1
    if isinstance(caught.value, ProviderBusy):
        assert caught.value.retry_after_s == 7


@pytest.mark.parametrize("answer", [b"<html>", {"text": "no words"}, b"[]"])
def test_an_answer_without_words_is_unusable(service: Service, song: Path, answer: Any) -> None:
    service.answer = answer
    with pytest.raises(OutputUnusable):
        OpenAITranscriber(KEY, base_url=service.url).transcribe(song)


def test_no_answer_is_doubt(song: Path) -> None:
    with pytest.raises(ProviderUnreachable):
        OpenAITranscriber(KEY, base_url="http://127.0.0.1:9/v1").transcribe(song)


def test_a_model_on_ones_own_server_is_asked_by_its_own_name(service: Service, song: Path) -> None:
    service.answer = {"text": "hi", "duration": 3.0, "words": [word("hi", 1.0, 1.2)]}
    name = "Systran/faster-whisper-small"
    found = OpenAITranscriber("none", name, service.url).transcribe(song)
    assert found.model == name
    assert name.encode() in service.bodies[0]


def test_a_file_beyond_the_limit_is_refused_before_sending(
    service: Service, tmp_path: Path
) -> None:
    most = largest_file("whisper-1")
    assert most is not None
    path = tmp_path / "long.wav"
    with path.open("wb") as file:
        file.truncate(most + 1)
    with pytest.raises(OutOfBounds, match="25 MB"):
        OpenAITranscriber(KEY, base_url=service.url).transcribe(path)
    assert service.bodies == []


def test_the_key_is_not_in_its_representation() -> None:
    assert KEY not in repr(OpenAITranscriber(KEY))
