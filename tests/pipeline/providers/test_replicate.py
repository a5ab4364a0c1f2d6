"""Replicate's protocol over real HTTP: each answer becomes one clear outcome or error."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from pipeline.errors import (
    ContentRefused,
    CredentialsRefused,
    ProviderBusy,
    ProviderFailed,
    ProviderUnreachable,
    RequestRefused,
)
from pipeline.providers.protocol import (
    Done,
    Failed,
    LowCredit,
    NeverSent,
    Request,
    Throttled,
    Ticket,
)
from pipeline.providers.replicate import Replicate
from tests.fakes.replicate_server import FakeReplicate

KEY = "r8_canary0123456789"
REQUEST = Request("kwaivgi/kling", {"prompt": "waves", "duration": 5}, 90)


@pytest.fixture
def vendor() -> Iterator[FakeReplicate]:
    with FakeReplicate() as fake:
        fake.manners.seconds = 0.05
        yield fake


@pytest.fixture
def replicate(vendor: FakeReplicate) -> Iterator[Replicate]:
    provider = Replicate(vendor.url)
    yield provider
    provider.close()


def ended(replicate: Replicate, ticket: Ticket) -> Done | Failed:
    for _look in range(100):
        outcome = replicate.poll(KEY, ticket)
        if isinstance(outcome, Done | Failed):
            return outcome
        time.sleep(0.02)
    raise AssertionError


def test_nobody_is_asked_to_call_back(replicate, vendor) -> None:
    """No webhook is named, so one that comes in anyway finds nobody who would believe it."""
    replicate.submit(KEY, REQUEST, 5)

    assert [set(body) for body in vendor.bodies] == [{"input"}]


def test_an_account_with_little_credit_is_told_how_slowly_it_may_ask(replicate, vendor) -> None:
    vendor.manners.per_minute = 6.0
    replicate.submit(KEY, REQUEST, 5)

    with pytest.raises(Throttled, match="credit may be low") as refused:
        replicate.submit(KEY, REQUEST, 5)

    assert (refused.value.per_minute, refused.value.burst) == (6.0, 1)
    assert refused.value.retry_after_s == pytest.approx(10.0, abs=1.5)


def test_a_creation_carries_its_inputs_and_its_own_end(replicate, vendor) -> None:
    ticket = replicate.submit(KEY, REQUEST, 5)

    assert vendor.predictions[ticket.id].inputs == REQUEST.inputs
    assert vendor.predictions[ticket.id].model == "kwaivgi/kling"
    assert vendor.cancel_after == ["90s"]
    done = ended(replicate, ticket)
    assert isinstance(done, Done)
    assert done.outputs == (f"{vendor.url}/delivery/{ticket.id}/output.mp4",)
    assert done.metrics["video_output_duration_seconds"] == 5


@pytest.mark.parametrize("base", ["{}/v1", "{}/", "{}/v1/"])
def test_the_base_address_may_be_written_as_either_client_wants_it(vendor, base) -> None:
    provider = Replicate(base.format(vendor.url))

    assert provider.submit(KEY, REQUEST, 5).id in vendor.predictions
    provider.close()


@pytest.mark.parametrize("fault", ["drop", "error500", "nonsense", "late"])
def test_a_lost_answer_is_doubt_and_never_a_second_creation(replicate, vendor, fault) -> None:
    vendor.manners.create.append(fault)
    vendor.manners.late_s = 1.0

    with pytest.raises(ProviderUnreachable) as doubt:
        replicate.submit(KEY, REQUEST, 0.5)

    assert not isinstance(doubt.value, NeverSent)
    assert vendor.creations == 1


def test_a_server_that_is_not_there_took_nothing() -> None:
    with pytest.raises(NeverSent):
        Replicate("http://127.0.0.1:9").submit(KEY, REQUEST, 1)


@pytest.mark.parametrize(("fault", "advice"), [("busy", 1.0), ("busy_after", 1.0)])
def test_how_long_to_wait_is_read_from_header_or_sentence(replicate, vendor, fault, advice) -> None:
    vendor.manners.create.append(fault)

    with pytest.raises(ProviderBusy) as busy:
        replicate.submit(KEY, REQUEST, 5)

    assert busy.value.retry_after_s == advice


def test_an_empty_account_is_told_from_a_busy_vendor(replicate, vendor) -> None:
    vendor.manners.create.append("credit")

    with pytest.raises(LowCredit, match="no credit"):
        replicate.submit(KEY, REQUEST, 5)


def test_a_wrong_input_is_named(replicate, vendor) -> None:
    vendor.manners.create.append("invalid")

    with pytest.raises(RequestRefused, match="Must be one of 5, 10"):
        replicate.submit(KEY, REQUEST, 5)


def test_moderation_is_told_from_a_breakdown(replicate, vendor) -> None:
    vendor.manners.outcome.extend(["moderated", "failed", "aborted"])

    outcomes = [ended(replicate, replicate.submit(KEY, REQUEST, 5)) for _n in range(3)]

    assert [one.ending for one in outcomes] == ["content", "transient", "transient"]
    assert isinstance(outcomes[0].error, ContentRefused)


@pytest.mark.parametrize(("fault", "removed"), [("null", False), ("removed", True)])
def test_a_success_without_an_output_is_seen(replicate, vendor, fault, removed) -> None:
    vendor.manners.outcome.append(fault)

    done = ended(replicate, replicate.submit(KEY, REQUEST, 5))

    assert done.outputs == ()
    assert done.removed is removed


def test_a_cancelled_prediction_ends(replicate, vendor) -> None:
    vendor.manners.outcome.append("endless")
    ticket = replicate.submit(KEY, REQUEST, 5)

    replicate.cancel(KEY, ticket)

    assert ended(replicate, ticket).ending == "cancelled"


def test_the_list_is_read_page_by_page_until_old_enough(replicate, vendor) -> None:
    for number in range(230):
        vendor.accept("a/b", {"prompt": str(number)}, KEY)
    first = next(iter(vendor.predictions.values()))
    first.created -= 3600

    rows = replicate.listed(KEY, time.time() - 60)

    assert len(rows) == 229
    assert rows[0].inputs == {"prompt": "229"}
    assert rows[0].slug == "a/b"


def test_another_accounts_predictions_are_not_seen(replicate, vendor) -> None:
    vendor.accept("a/b", {}, "r8_other")

    assert replicate.listed(KEY, time.time() - 60) == ()


def test_a_picture_is_uploaded_and_has_an_address(replicate, vendor, home) -> None:
    home.mkdir()
    picture = home / "start.png"
    picture.write_bytes(b"\x89PNG picture")

    sent = replicate.upload(KEY, picture)

    assert sent.url.startswith(vendor.url)
    assert sent.expires_at > datetime.now(UTC).timestamp() + 3600
    assert b"\x89PNG picture" in next(iter(vendor.files.values()))


def test_the_key_is_in_no_log_and_no_error(replicate, vendor, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    vendor.manners.create.append("unauthorized")
    errors = []
    for _look in range(2):
        try:
            replicate.submit(KEY, REQUEST, 5)
        except ProviderFailed as error:
            errors.append(f"{error!r} {error.__cause__!r}")

    assert errors
    assert KEY not in caplog.text + "".join(errors)


def test_a_key_that_a_server_echoes_in_a_header_is_in_no_log_at_any_level(caplog) -> None:
    class Echo(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.send_header("X-Echo", self.headers["Authorization"])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing of a test server's own."""

    caplog.set_level(logging.DEBUG)
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        asked = Replicate(f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(CredentialsRefused) as told:
            asked.poll(KEY, Ticket("one"))
        asked.close()
        server.shutdown()

    assert KEY not in caplog.text
    assert KEY not in f"{told.value!r} {told.value.__cause__!r}"
