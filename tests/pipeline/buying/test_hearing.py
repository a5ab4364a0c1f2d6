"""Buying word times: what is booked when the vendor answers well, badly or not at all."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from cache import StoreUnwritable
from pipeline.buying.hearing import heard, model_for, offer, price_usd_micro, transcribe
from pipeline.errors import (
    BadInput,
    Cancelled,
    CredentialsRefused,
    OutputUnusable,
    ProviderBusy,
    ProviderUnreachable,
    StorageFailed,
    StudioError,
)
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


def test_a_transcript_is_bought_once_for_all_projects_of_the_same_bytes(
    studio: Studio, project: Project, vendor: Vendor
) -> None:
    transcribe(studio, project)
    again = studio.create_demo()
    transcribe(studio, again)

    assert vendor.asked == 1
    assert studio.totals(again.id).spent_usd_micro == 0
    words = studio.derivation(again).transcript
    assert words is not None
    assert words[0].text == "hello"


def test_a_crash_between_keeping_and_booking_is_mended_without_another_request(
    studio: Studio, project: Project, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as power_cut:
        power_cut.setattr(studio.ledger, "settle", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            transcribe(studio, project)
    assert studio.totals(project.id).held_usd_micro > 0
    assert not heard(studio, project), "a unit that runs again must not pass it by"

    monkeypatch.delenv("OPENAI_API_KEY")
    transcribe(studio, project)

    totals = studio.totals(project.id)
    assert totals.held_usd_micro == 0
    assert 0 < totals.spent_usd_micro < price_usd_micro(studio, project)
    assert heard(studio, project)
    assert vendor.asked == 1


def _power_cut(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_a_disk_as_good_as_full_is_refused_before_anything_is_asked(
    studio: Studio, project: Project, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.housekeeping.RESERVE_BYTES", 10**18)
    with pytest.raises(StorageFailed, match="disk is full"):
        transcribe(studio, project)
    assert vendor.asked == 0
    assert studio.totals(project.id).held_usd_micro == 0


class MakesRoom:
    """Watches a transcription that waits for room: stops the run, then lets there be room."""

    def __init__(self, make_room: Callable[[], object]) -> None:
        self.notes: list[str] = []
        self._make_room = make_room

    def progress(self, fraction: float, note: str = "") -> None:
        self.notes.append(note)
        if len(self.notes) == 2:
            self._make_room()
        raise Cancelled("Stopped because the run was cancelled.")


def test_words_that_find_no_room_wait_for_it_even_when_the_run_is_stopped(
    studio: Studio, project: Project, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = pytest.MonkeyPatch()
    full.setattr(studio.store, "record", _no_room)
    watcher = MakesRoom(full.undo)
    with pytest.raises(Cancelled):
        transcribe(studio, project, watcher)

    assert len(watcher.notes) == 2
    assert "wait for room" in watcher.notes[0]
    assert heard(studio, project)
    assert studio.totals(project.id).held_usd_micro == 0
    assert vendor.asked == 1


def _no_room(*_arguments: object) -> None:
    raise StoreUnwritable("no space left", full=True)


def test_a_song_that_is_being_heard_for_another_project_is_not_bought_beside_it(
    studio: Studio, project: Project, vendor: Vendor
) -> None:
    other = studio.create_demo()
    assert project.song is not None
    studio.notes.put(
        f"transcript-attempt/{project.song.blob.digest}", {"attempt": f"transcript:{other.id}:1"}
    )
    studio.start(other.id, "lyrics")
    with pytest.raises(ProviderBusy, match="another project"):
        transcribe(studio, project)
    assert vendor.asked == 0


def test_a_model_without_word_times_is_never_sold_as_word_times(
    studio: Studio, project: Project
) -> None:
    assert model_for(studio, date(2027, 2, 25)).word_times
    with pytest.raises(BadInput, match="No transcription model"):
        model_for(studio, date(2027, 2, 26))


def test_a_transcriber_on_ones_own_server_is_priced_by_its_owner(
    studio: Studio, project: Project, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_TRANSCRIPTION_MODEL", "Systran/faster-whisper-small")
    with pytest.raises(BadInput, match="not known here"):
        transcribe(studio, project)
    assert vendor.asked == 0

    monkeypatch.setenv("OPENAI_PRICE_USD_PER_MINUTE", "0")
    assert offer(studio, project).usd_micro == 0
    transcribe(studio, project)
    assert studio.totals(project.id).spent_usd_micro == 0
    assert studio.derivation(project).transcript


def test_a_known_model_without_word_times_is_refused_by_name(
    studio: Studio, project: Project, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_TRANSCRIPTION_MODEL", "gpt-transcribe")
    with pytest.raises(BadInput, match="gives no times of words"):
        transcribe(studio, project)
    assert "gives no times" in offer(studio, project).why_not
    assert vendor.asked == 0
    assert os.environ["OPENAI_API_KEY"] not in offer(studio, project).why_not
