"""The paid chain of a whole studio against a vendor on this machine, from plan to film."""

from __future__ import annotations

import io
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.bench import StoreBench
from pipeline.buying.clips import FREE, _shows
from pipeline.buying.ordering import Draft
from pipeline.buying.shop import Shop
from pipeline.buying.takes import STOPPED, Take
from pipeline.errors import (
    BadInput,
    BudgetRefused,
    ContentRefused,
    CredentialsRefused,
    OutputUnusable,
    ProviderFailed,
    RequestRefused,
)
from pipeline.jobs.reconcile import Patience
from pipeline.model import (
    Character,
    Cut,
    FilmFormat,
    Location,
    ScenePlan,
    Shot,
    Style,
    Treatment,
)
from pipeline.project import EndFrame, Excerpt, ModelChoice, Project, ReferenceChoice, changed
from pipeline.projects.pictures import take_in_picture
from pipeline.settings import Settings
from pipeline.studio import Studio
from tests.fakes.replicate_server import FakeReplicate, Manners, small_picture

pytestmark = pytest.mark.slow
KEY = "r8_canary_of_this_test"
MODEL = "kling-2.5-turbo-pro"
PRICE = 350_000
SLOTS = ("slot1", "slot2", "slot3")
QUICK = Patience(post_s=2.0, lag_s=1.0, apart_s=0.2, look_s=0.2, poll_s=0.2, tick_s=0.1)
VAGUE = Character(id="him", name="Him", description="a robot")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def opened(home: Path) -> Iterator[Studio]:
    studio = Studio(Settings(home=home, workers=2))
    yield studio
    studio.close()


@pytest.fixture(scope="module")
def song(opened: Studio) -> Project:
    """A project whose song was heard, so that each test needs only its clips."""
    project = opened.create_demo()
    opened.make(project.id, "analysis")
    return project


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeReplicate]:
    with FakeReplicate(Manners(seconds=0.3)) as fake:
        monkeypatch.setenv("REPLICATE_BASE_URL", fake.url)
        monkeypatch.setenv("REPLICATE_API_TOKEN", KEY)
        monkeypatch.setenv("STUDIO_DOWNLOAD_HOSTS", fake.host)
        yield fake


@pytest.fixture
def studio(opened: Studio, vendor: FakeReplicate) -> Iterator[Studio]:
    """The studio with a vendor of this test's own, and less patience."""
    for name in ("shop", "buying"):
        opened.__dict__.pop(name, None)
    opened.__dict__["shop"] = Shop(opened, patience=QUICK)
    yield opened
    opened.shop.close()


Plan = Callable[..., Project]


@pytest.fixture
def plan(studio: Studio, song: Project) -> Plan:
    """Makes projects of three slots with a shot each."""

    def make(**fields: Any) -> Project:
        assert song.song is not None
        project = studio.add(song.song)
        characters = fields.pop("characters", ())
        cuts = tuple(Cut(id=one, time_s=index * 2.0) for index, one in enumerate(SLOTS))
        decided = ScenePlan(
            treatment=Treatment(),
            style=Style(),
            shots=tuple(_shot(one, project.id, characters) for one in SLOTS),
            characters=characters,
            locations=(Location(id="sea", name="Sea", description="a grey sea under low cloud"),),
        )
        settled = {
            "cuts": cuts,
            "plan": decided,
            "excerpt": Excerpt(end_s=6.0),
            "format": FilmFormat(height=144),
            "model": ModelChoice(model=MODEL),
            **fields,
        }
        return studio.change(project.id, 0, "Settle", lambda one: changed(one, **settled))

    return make


def _shot(slot_id: str, mark: str, characters: tuple[Character, ...]) -> Shot:
    return Shot(
        slot_id=slot_id,
        purpose="establishing",
        size="LS",
        angle="eye",
        movement="pan",
        action=f"Waves break on the pier of {slot_id}.",
        location_id="sea",
        negative=mark,
        character_ids=tuple(one.id for one in characters),
    )


def spent(studio: Studio, project: Project) -> tuple[int, int]:
    totals = studio.totals(project.id)
    assert studio.ledger.faults(project.id) == ()
    return totals.spent_usd_micro, totals.held_usd_micro


def test_missing_clips_are_bought_once_and_become_the_film(studio, vendor, plan) -> None:
    project = plan()
    assert studio.spending.quote(project.id).total_usd_micro == 3 * PRICE

    studio.make(project.id, "clips")
    studio.make(project.id, "film")

    view = studio.view(project.id)
    assert vendor.creations == 3
    assert spent(studio, project) == (3 * PRICE, 0)
    assert view.film is not None
    assert view.film.previews == ()
    assert {one.clip.made_by for one in view.clips.values() if one.clip} == {MODEL}
    assert studio.spending.quote(project.id).clips == ()


def test_an_unchanged_rerun_makes_no_request(studio, vendor, plan) -> None:
    project = plan()
    studio.make(project.id, "clips")
    asked = len(vendor.requests)

    state = studio.make(project.id, "clips")

    assert len(vendor.requests) == asked
    assert next(one for one in state.stages if one.name == "clips").hits == 3


def test_one_changed_shot_makes_exactly_its_own(studio, vendor, plan) -> None:
    project = plan()
    studio.make(project.id, "clips")
    shot = project.plan.shots[1].model_copy(update={"action": "A gull lands on the pier."})
    shots = (project.plan.shots[0], shot, project.plan.shots[2])
    edited = project.plan.model_copy(update={"shots": shots})
    studio.change(project.id, project.revision, "Edit", lambda one: changed(one, plan=edited))
    changed_clip = studio.view(project.id).clips["slot2"]
    assert (changed_clip.state, changed_clip.why) == ("stale", "the words of the shot")
    assert changed_clip.poster is not None

    studio.make(project.id, "clips")

    assert vendor.creations == 4
    assert [len(studio.takes.of_project(project.id)[one]) for one in SLOTS] == [1, 2, 1]

    studio.undo(project.id)
    studio.make(project.id, "clips")
    assert vendor.creations == 4


def test_a_named_slot_gets_another_take_and_keeps_the_first(studio, vendor, plan) -> None:
    project = plan()
    studio.make(project.id, "clips")

    studio.make(project.id, "clips", ("slot1",))

    takes = studio.takes.of_project(project.id)["slot1"]
    assert [take.number for take in takes] == [1, 2]
    assert all(take.state == "done" and take.price_usd_micro == PRICE for take in takes)
    assert spent(studio, project) == (4 * PRICE, 0)


def test_several_takes_come_under_one_quote(studio, vendor, plan) -> None:
    project = plan(model=ModelChoice(model=MODEL, takes=2))

    studio.make(project.id, "clips", ("slot3",))

    assert vendor.creations == 2
    assert spent(studio, project) == (2 * PRICE, 0)


def test_what_does_not_fit_the_limit_is_refused_as_a_whole(studio, vendor, plan) -> None:
    project = plan()
    studio.spending.set_limit(project.id, 3 * PRICE - 1)

    with pytest.raises(BudgetRefused, match=r"\$1.05"):
        studio.make(project.id, "clips")

    assert vendor.requests == []
    assert spent(studio, project) == (0, 0)


def test_without_a_token_nothing_is_tried(studio, vendor, plan, monkeypatch) -> None:
    monkeypatch.delenv("REPLICATE_API_TOKEN")

    with pytest.raises(CredentialsRefused, match="no Replicate token"):
        studio.make(plan().id, "clips")

    assert vendor.requests == []


def test_after_a_wrong_token_the_right_one_buys(studio, vendor, plan, monkeypatch) -> None:
    project = plan()
    vendor.manners.token = KEY
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_wrong")
    with pytest.raises(CredentialsRefused, match="does not accept the token"):
        studio.make(project.id, "clips")
    assert spent(studio, project) == (0, 0)

    monkeypatch.setenv("REPLICATE_API_TOKEN", KEY)
    studio.make(project.id, "clips")

    assert vendor.creations == 3
    assert spent(studio, project) == (3 * PRICE, 0)


def test_one_clips_failure_stops_no_other_and_is_explained(studio, vendor, plan) -> None:
    project = plan()
    shots = project.plan.shots
    bloody = shots[0].model_copy(update={"action": "Blood drips from a knife."})
    edited = project.plan.model_copy(update={"shots": (bloody, *shots[1:])})
    studio.change(project.id, project.revision, "Edit", lambda one: changed(one, plan=edited))
    vendor.manners.outcome.extend(["moderated"] * 3)

    with pytest.raises(ContentRefused) as refused:
        studio.make(project.id, "clips")

    failures = studio.run(project.id).failures
    told = next(one for one in failures if one.unit == "slot1/1")
    assert "“blood”, “knife”" in told.message
    assert "“red paint” for “blood”" in told.way_out
    assert refused.value.exit_code == 4
    assert spent(studio, project) == (0, 0)

    vendor.manners.outcome.append("moderated")
    with pytest.raises(ContentRefused):
        studio.make(project.id, "clips")
    done = [many[-1].state for many in studio.takes.of_project(project.id).values()]
    assert sorted(done) == ["done", "done", "failed"]


def test_a_retired_model_is_held_with_its_successor(studio, vendor, plan) -> None:
    project = plan(model=ModelChoice(model="kling-2.1-master"))

    with pytest.raises(BadInput, match="retired"):
        studio.make(project.id, "clips")
    assert studio.run(project.id).state == "held"
    assert vendor.requests == []

    studio.change(project.id, 1, "Allow", lambda one: changed(one, allow_retired=True))
    studio.make(project.id, "clips")
    assert vendor.creations == 3


def test_a_vague_character_is_not_paid_for(studio, vendor, plan) -> None:
    project = plan(characters=(VAGUE,))

    with pytest.raises(BadInput, match="not described well enough"):
        studio.make(project.id, "clips")

    assert vendor.requests == []


def test_a_model_that_is_gone_at_the_vendor_is_said(studio, vendor, plan) -> None:
    vendor.manners.unknown_models = ("kwaivgi/kling-v2.5-turbo-pro",)

    with pytest.raises(RequestRefused, match="knows no model") as refused:
        studio.make(plan().id, "clips")

    assert "Kling 3" in refused.value.way_out


def test_an_approved_picture_is_the_start_frame_and_is_sent_once(studio, vendor, plan) -> None:
    project = plan(model=ModelChoice(model="wan-2.5-i2v"))
    with pytest.raises(BadInput, match="start frame"):
        studio.make(project.id, "clips")
    blob = studio.files.keep_picture(project.id, io.BytesIO(small_picture(3)))
    choice = ReferenceChoice(blob=blob, source="uploaded", approved=True)
    studio.change(project.id, 1, "Approve", lambda one: changed(one, references={"sea": choice}))

    studio.make(project.id, "clips")

    assert len(vendor.files) == 1
    sent = [one.inputs for one in vendor.predictions.values()]
    assert {one["image"] for one in sent} == {f"{vendor.url}/v1/files/f1"}
    assert len({one["seed"] for one in sent}) == 3


@pytest.mark.parametrize("fault", ["short", "html"])
def test_a_bad_file_is_fetched_once_more(studio, vendor, plan, fault) -> None:
    project = plan()
    vendor.manners.delivery.append(fault)

    studio.make(project.id, "clips")

    assert vendor.asked("deliver") == 4
    assert spent(studio, project) == (3 * PRICE, 0)


def test_a_file_that_stays_bad_fails_and_its_price_is_shown(studio, vendor, plan) -> None:
    project = plan()
    vendor.manners.delivery.extend(["html"] * 6)

    with pytest.raises(OutputUnusable, match="no video"):
        studio.make(project.id, "clips")

    assert vendor.creations == 3
    assert spent(studio, project) == (3 * PRICE, 0)
    states = {many[-1].state for many in studio.takes.of_project(project.id).values()}
    assert states == {"failed"}


def test_a_paid_file_that_was_no_use_is_fetched_anew_before_another_is_bought(
    studio, vendor, plan
) -> None:
    project = plan()
    vendor.manners.delivery.extend(["html"] * 2)
    with pytest.raises(OutputUnusable):
        studio.make(project.id, "clips", ("slot1",))
    (failed,) = studio.takes.of_project(project.id)["slot1"]
    assert "fetches the same file anew, for nothing" in failed.message
    assert studio.spending.price_of(project.id, "clips", ("slot1",)) == 0

    studio.make(project.id, "clips", ("slot1",))

    assert vendor.creations == 1
    assert spent(studio, project) == (PRICE, 0)
    assert studio.view(project.id).clips["slot1"].state == "done"


def test_a_paid_file_that_stays_bad_is_followed_by_another_take(studio, vendor, plan) -> None:
    project = plan()
    vendor.manners.delivery.extend(["html"] * 4)
    for _click in range(2):
        with pytest.raises(OutputUnusable):
            studio.make(project.id, "clips", ("slot1",))
    assert vendor.creations == 1

    studio.make(project.id, "clips", ("slot1",))

    assert vendor.creations == 2


def test_cancelling_a_run_cancels_at_the_vendor_and_frees_the_money(studio, vendor, plan) -> None:
    project = plan()
    vendor.manners.outcome.extend(["endless"] * 3)
    run = studio.start(project.id, "clips")
    give_up = time.monotonic() + 60
    while vendor.creations < 3 and time.monotonic() < give_up:
        time.sleep(0.1)
    time.sleep(0.5)

    studio.cancel(project.id)
    give_up = time.monotonic() + 10
    while spent(studio, project)[1] and time.monotonic() < give_up:
        time.sleep(0.1)

    assert studio.run_state(run).state == "cancelled"
    assert all(one.canceled for one in vendor.predictions.values())
    assert spent(studio, project) == (0, 0)
    shown = studio.view(project.id).clips.values()
    assert {(one.state, one.why) for one in shown} == {("cancelled", FREE)}
    assert not any(stage.running for stage in studio.run_state(run).stages)


def test_a_clip_whose_process_ended_after_a_cancel_is_not_called_running(
    studio, vendor, plan
) -> None:
    project = plan()
    vendor.manners.outcome.extend(["endless"] * 3)
    studio.start(project.id, "clips")
    give_up = time.monotonic() + 60
    while vendor.creations < 3 and time.monotonic() < give_up:
        time.sleep(0.1)
    assert {one.state for one in studio.view(project.id).clips.values()} == {"running"}
    studio.cancel(project.id)
    while spent(studio, project)[1] and time.monotonic() < give_up:
        time.sleep(0.1)

    for many in studio.takes.of_project(project.id).values():
        studio.takes.note(many[-1].id, state="running", message="")

    shown = studio.view(project.id).clips.values()
    assert {one.state for one in shown} == {"cancelled"}
    assert {take.state for one in shown for take in one.takes} == {"cancelled"}


def test_a_cancelled_clip_that_the_vendor_would_not_stop_is_fetched_and_not_bought_again(
    studio, vendor, plan
) -> None:
    project = plan()
    vendor.manners.seconds = 4.0
    vendor.manners.deaf = True
    studio.start(project.id, "clips", ("slot1",))
    give_up = time.monotonic() + 60
    while vendor.creations < 1 and time.monotonic() < give_up:
        time.sleep(0.1)

    studio.cancel(project.id)
    time.sleep(2.0)
    stopped = studio.view(project.id).clips["slot1"]
    assert (stopped.state, stopped.why) == ("cancelled", STOPPED)
    vendor.manners.deaf = False
    studio.make(project.id, "clips", ("slot1",))

    assert vendor.creations == 1
    assert spent(studio, project) == (PRICE, 0)
    assert studio.view(project.id).clips["slot1"].state == "done"


def test_another_accounts_token_does_not_buy_again(studio, vendor, plan, monkeypatch) -> None:
    project = plan()
    vendor.manners.create.extend(["drop"] * 3)
    vendor.manners.listing_lag_s = 60
    run = studio.start(project.id, "clips")
    give_up = time.monotonic() + 60
    while vendor.creations < 3 and time.monotonic() < give_up:
        time.sleep(0.1)
    studio.cancel(project.id)
    studio.engine.wait(run, 20)
    time.sleep(1)
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_of_someone_else")

    with pytest.raises(CredentialsRefused, match="another Replicate token"):
        studio.make(project.id, "clips")

    assert vendor.creations == 3
    assert spent(studio, project) == (0, 3 * PRICE)


def test_the_key_is_in_nothing_that_was_written(studio, vendor, plan, home) -> None:
    studio.make(plan().id, "clips")
    found = subprocess.run(
        ["grep", "-rlaF", KEY, str(home)], capture_output=True, text=True, check=False
    )

    assert found.stdout == ""
    assert os.listdir(home)  # noqa: PTH208 - that something was written at all


def test_references_are_bought_from_an_image_model_once(studio, vendor, plan) -> None:
    project = plan(image_model="flux-schnell")

    studio.make(project.id, "references")
    studio.make(project.id, "references")

    still = studio.view(project.id).stills["sea"]
    sent = next(iter(vendor.predictions.values()))
    assert vendor.creations == 1
    assert sent.model == "black-forest-labs/flux-schnell"
    assert "Sea: a grey sea under low cloud" in sent.inputs["prompt"]
    assert still.made_by == "FLUX schnell"
    assert spent(studio, project) == (3_000, 0)
    assert still.blob.digest in studio.paid_digests()

    other = ReferenceChoice(take=2)
    studio.change(project.id, 1, "Again", lambda one: changed(one, references={"sea": other}))
    studio.make(project.id, "references")
    assert vendor.creations == 2


def test_an_order_that_cannot_be_told_is_settled_by_the_person(studio, vendor, plan) -> None:
    project = plan()
    studio.make(project.id, "previews")
    vendor.manners.create.append("drop")
    vendor.manners.listing_broken = True
    studio.shop._patience = replace(QUICK, listing_s=0.2)
    with pytest.raises(ProviderFailed, match="cannot be told"):
        studio.make(project.id, "clips", ("slot1",))
    take = studio.takes.of_project(project.id)["slot1"][0]
    assert take.state == "held"
    assert spent(studio, project) == (0, PRICE)
    step = next(one for one in studio.view(project.id).steps if one.name == "clips")
    assert (step.state, step.done) == ("held", 0)
    assert "1 of 3 wait for your decision" in step.why

    studio.spending.settle_order(take.id, paid=True)

    assert spent(studio, project) == (PRICE, 0)
    assert studio.takes.get(take.id).state == "cancelled"


def test_a_picture_that_cannot_be_told_is_settled_and_can_be_drawn_again(
    studio, vendor, plan
) -> None:
    project = plan(image_model="flux-schnell")
    vendor.manners.create.append("drop")
    vendor.manners.listing_broken = True
    studio.shop._patience = replace(QUICK, listing_s=0.2)
    with pytest.raises(ProviderFailed, match="cannot be told"):
        studio.make(project.id, "references", ("sea",))
    (held,) = studio.spending.held(project.id)
    assert (held.kind, held.unit, held.held_usd_micro) == ("picture", "sea", 3_000)
    assert "cannot be told" in held.why

    studio.spending.settle(project.id, held.key, paid=True)

    assert spent(studio, project) == (3_000, 0)
    assert studio.spending.held(project.id) == ()
    with pytest.raises(BadInput):
        studio.spending.settle(project.id, held.key, paid=False)
    vendor.manners.listing_broken = False
    studio.make(project.id, "references", ("sea",))
    assert spent(studio, project) == (6_000, 0)


def test_a_take_that_was_never_asked_for_holds_nothing_to_be_settled(studio, vendor, plan) -> None:
    project = plan()
    studio.make(project.id, "clips", ("slot1",))
    studio.takes.note(studio.takes.of_project(project.id)["slot1"][0].id, state="held")

    assert studio.spending.held(project.id) == ()


def approved(studio: Studio, mark: int) -> ReferenceChoice:
    blob = take_in_picture(io.BytesIO(small_picture(mark)), StoreBench(studio.store))
    return ReferenceChoice(blob=blob, source="uploaded", approved=True)


def test_a_clip_ends_on_what_the_next_one_starts_from_and_its_receipt_says_so(
    studio, vendor, plan
) -> None:
    sea = approved(studio, 5)
    own = take_in_picture(io.BytesIO(small_picture(6)), StoreBench(studio.store))
    ends = {"slot1": EndFrame(), "slot2": EndFrame(source="uploaded", blob=own)}
    project = plan(references={"sea": sea}, end_frames=ends)

    studio.make(project.id, "clips")

    sent = [one.inputs for one in vendor.predictions.values()]
    assert sum("end_image" in one for one in sent) == 2
    found = {one.unit: one for one in studio.spending.receipts(project.id)}
    assert found["slot1"].end_digest == found["slot1"].start_digest == sea.blob.digest
    assert found["slot2"].end_digest == own.digest
    assert found["slot3"].end_digest is None
    assert all(one.output_digest and one.schema_version for one in found.values())
    assert all(one.latency_s is not None and "Waves break" in one.prompt for one in found.values())


def test_an_end_frame_that_a_model_cannot_take_is_said_and_not_priced(studio, vendor, plan) -> None:
    project = plan(
        model=ModelChoice(model="hailuo-2.3"),
        references={"sea": approved(studio, 5)},
        end_frames={"slot1": EndFrame()},
    )

    quote = studio.spending.quote(project.id)

    assert [one.slot_id for one in quote.stuck] == ["slot1"]
    assert "takes no end frame" in quote.stuck[0].problems[0]
    with pytest.raises(BadInput, match="takes no end frame"):
        studio.make(project.id, "clips", ("slot1",))
    assert vendor.requests == []


def test_words_agreed_to_are_sent_in_milder_ones(studio, vendor, plan) -> None:
    project = plan()
    shots = project.plan.shots
    bloody = shots[0].model_copy(update={"action": "Blood drips from a knife."})
    edited = project.plan.model_copy(update={"shots": (bloody, *shots[1:])})
    mild = {"slot1": ("blood", "knife")}
    studio.change(
        project.id, None, "Edit", lambda one: changed(one, plan=edited, milder_words=mild)
    )

    studio.make(project.id, "clips", ("slot1",))

    sent = next(iter(vendor.predictions.values())).inputs["prompt"]
    assert "red paint drips from a silver object" in sent
    assert studio.view(project.id).clips["slot1"].state == "done"


def test_a_click_without_a_token_or_means_is_refused_before_a_run(
    studio, vendor, plan, monkeypatch
) -> None:
    project = plan()
    studio.spending.check(project.id)
    studio.spending.set_limit(project.id, PRICE)
    with pytest.raises(BudgetRefused, match="Nothing was bought"):
        studio.spending.check(project.id)
    monkeypatch.delenv("REPLICATE_API_TOKEN")
    with pytest.raises(CredentialsRefused, match="no Replicate token"):
        studio.spending.check(project.id, ("slot1",))

    assert studio.run(project.id) is None


@pytest.mark.parametrize("duration_s", ["five", [5], {}, None, "5"])
def test_a_stored_order_that_is_damaged_is_told_as_outdated_and_stops_no_page(duration_s) -> None:
    wanted = Draft(model=MODEL, prompt="a", duration_s=5.0, basis="b", price_usd_micro=PRICE)
    order = {**wanted.model_dump(mode="json"), "duration_s": duration_s}
    take = Take(
        id="t",
        project_id="p",
        slot_id="s",
        number=1,
        model=MODEL,
        state="done",
        created_at=0.0,
        order=order,
    )

    assert not _shows(take, wanted)
    assert _shows(take.model_copy(update={"order": {**order, "duration_s": 5}}), wanted)
