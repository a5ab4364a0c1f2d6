"""Buying word times: what is booked when the vendor answers well, badly or not at all."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from pipeline.errors import CredentialsRefused, OutputUnusable, ProviderUnreachable, StudioError
from pipeline.hearing import price_usd_micro, transcribe
from pipeline.project import Project
from pipeline.settings import Settings
from pipeline.studio import Studio

WORDS = {"duration": 75.3, "words": [{"word": "hello", "start": 9.0, "end": 9.4}]}


class Vendor(ThreadingHTTPServer):
    """Answers every transcription with one status and body, and counts them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.document, self.asked = 200, dict[str, Any](WORDS), 0


class _Handler(BaseHTTPRequestHandler):
    server: Vendor

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.asked += 1
        body = json.dumps(self.server.document).encode()
        self.send_response(self.server.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    server = Vendor()
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    studio = Studio(Settings(home=tmp_path / "home"), work_here=False)
    yield studio
    studio.close()


@pytest.fixture
def project(studio: Studio) -> Project:
    return studio.create_demo()


def test_words_are_kept_and_booked_within_the_price_that_was_shown(
    studio: Studio, project: Project, vendor: Vendor
) -> None:
    transcribe(studio, project)

    words = studio.derivation(project).transcript
    assert words is not None
    assert [word.text for word in words] == ["hello"]
    totals = studio.totals(project.id)
    assert 0 < totals.spent_usd_micro <= price_usd_micro(studio, project)
    assert totals.held_usd_micro == 0


def test_an_answer_without_words_was_charged_and_is_booked_as_paid(
    studio: Studio, project: Project, vendor: Vendor
) -> None:
    vendor.document = {"text": "hello"}
    with pytest.raises(OutputUnusable):
        transcribe(studio, project)

    assert studio.totals(project.id).spent_usd_micro == price_usd_micro(studio, project)


def test_a_refused_key_costs_nothing(studio: Studio, project: Project, vendor: Vendor) -> None:
    vendor.status, vendor.document = 401, {"error": {"message": "no", "code": "invalid_api_key"}}
    with pytest.raises(CredentialsRefused):
        transcribe(studio, project)

    totals = studio.totals(project.id)
    assert (totals.spent_usd_micro, totals.held_usd_micro) == (0, 0)


def test_a_server_error_stays_booked_and_is_never_repeated_by_itself(
    studio: Studio, project: Project, vendor: Vendor
) -> None:
    vendor.status, vendor.document = 500, {"error": {"message": "oops"}}
    with pytest.raises(StudioError):
        transcribe(studio, project)
    assert studio.totals(project.id).held_usd_micro == price_usd_micro(studio, project)

    with pytest.raises(ProviderUnreachable, match="may have been charged"):
        transcribe(studio, project)
    assert vendor.asked == 1
    assert studio.totals(project.id).spent_usd_micro == price_usd_micro(studio, project)
