"""What a button says and what its click spends at the vendor: the same, whatever the button."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator

import pytest

from pages.parts.cast_list import CHOSEN
from pipeline.bench import StoreBench
from pipeline.buying.shop import Shop
from pipeline.jobs.reconcile import Patience
from pipeline.model import Cut, FilmFormat, Location, ScenePlan, Shot, Style, Treatment
from pipeline.project import Excerpt, ModelChoice, Project, ReferenceChoice, changed
from pipeline.projects.pictures import take_in_picture
from tests.fakes.replicate_server import FakeReplicate, Manners, small_picture

pytestmark = pytest.mark.slow
QUICK = Patience(post_s=2.0, lag_s=1.0, apart_s=0.2, look_s=0.2, poll_s=0.2, tick_s=0.1)
SLOTS = ("slot1", "slot2", "slot3")
PLACES = ("sea", "pier", "town")
PICTURE, CLIP = 3_000, 350_000
PRICES = {"black-forest-labs/flux-schnell": PICTURE, "kwaivgi/kling-v2.5-turbo-pro": CLIP}
LONGEST_S = 120


@pytest.fixture
def vendor(studio, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeReplicate]:
    with FakeReplicate(Manners(seconds=0.3)) as fake:
        monkeypatch.setenv("REPLICATE_BASE_URL", fake.url)
        monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_canary_of_this_test")
        monkeypatch.setenv("STUDIO_DOWNLOAD_HOSTS", fake.host)
        studio.__dict__.pop("buying", None)
        studio.__dict__["shop"] = Shop(studio, patience=QUICK)
        yield fake
        studio.__dict__.pop("shop").close()
        studio.__dict__.pop("buying", None)


@pytest.fixture
def project(studio, vendor, demo_song, planned) -> Project:
    """Three shots at three places, of which one has the person's own approved picture."""
    blob = take_in_picture(io.BytesIO(small_picture(5)), StoreBench(studio.store))
    started = studio.add(demo_song)
    plan = ScenePlan(
        treatment=Treatment(),
        style=Style(words=started.id),
        shots=tuple(_shot(*pair) for pair in zip(SLOTS, PLACES, strict=True)),
        locations=tuple(Location(id=one, name=one, description="grey water") for one in PLACES),
    )
    settled = {
        "cuts": tuple(Cut(id=one, time_s=index * 2.0) for index, one in enumerate(SLOTS)),
        "plan": plan,
        "excerpt": Excerpt(end_s=6.0),
        "format": FilmFormat(height=144),
        "model": ModelChoice(model="kling-2.5-turbo-pro"),
        "image_model": "flux-schnell",
        "references": {"sea": ReferenceChoice(blob=blob, source="uploaded", approved=True)},
    }
    return studio.change(started.id, 0, "Settle", lambda one: changed(one, **settled))


def _shot(slot_id: str, place: str) -> Shot:
    return Shot(
        slot_id=slot_id,
        purpose="establishing",
        size="LS",
        angle="eye",
        movement="pan",
        action="Waves break on the pier.",
        location_id=place,
    )


def said(label: str) -> int:
    """The last sum of a label, in micro-dollars."""
    return round(float(re.findall(r"\$([\d.]+)", label)[-1]) * 1_000_000)


def spent(studio, vendor: FakeReplicate, project: Project) -> int:
    """What the vendor made, at its prices; the books must say the same."""
    made = sum(PRICES[one.model] for one in vendor.predictions.values())
    totals = studio.totals(project.id)
    assert (totals.spent_usd_micro, totals.held_usd_micro) == (made, 0)
    return made


BUTTONS = {
    "draw one": ("cast", lambda one: one.key == "draw_pier", PICTURE),
    "draw all": ("cast", lambda one: one.key == "draw_missing", 2 * PICTURE),
    "clip": ("clips", lambda one: one.key == "make_slot1", CLIP),
    "clips": ("clips", lambda one: one.key == "make_missing", 3 * CLIP),
    "film": ("film", lambda one: "the film" in one.label, 0),
}


@pytest.mark.parametrize("kind", BUTTONS)
def test_a_click_spends_what_its_button_said(studio, vendor, project, visit, kind: str) -> None:
    page, is_it, expected = BUTTONS[kind]
    app = visit(page, project.id)
    if kind == "draw one":
        app.session_state[f"{CHOSEN}_{project.id}"] = "pier"
        app = app.run()
    button = find(app, is_it)

    button.click().run()
    state = studio.engine.wait(studio.run(project.id).run_id, LONGEST_S)

    assert state.state == "done", state.failures
    assert said(button.label) == spent(studio, vendor, project) == expected


def find(app, is_it: Callable[..., bool]):
    found = [one for one in app.button if is_it(one)]
    assert found, [(one.key, one.label) for one in app.button]
    return found[0]


def test_previews_buy_nothing(studio, vendor, project) -> None:
    assert studio.spending.price_of(project.id, "previews") == 0

    studio.make(project.id, "previews")

    assert spent(studio, vendor, project) == 0


def test_going_on_spends_what_continue_said(studio, vendor, project, visit) -> None:
    run_id = studio.start(project.id, "clips", pause_after="references")
    assert studio.engine.wait(run_id, LONGEST_S).state == "paused"
    app = visit("film", project.id)
    button = find(app, lambda one: one.key == "run_continue")
    assert said(button.label) == 3 * CLIP

    button.click().run()
    studio.engine.wait(studio.run(project.id).run_id, LONGEST_S)

    assert spent(studio, vendor, project) == 3 * CLIP


def test_going_on_at_a_higher_price_than_was_shown_is_refused(
    studio, vendor, project, visit
) -> None:
    run_id = studio.start(project.id, "clips", pause_after="references")
    studio.engine.wait(run_id, LONGEST_S)
    app = visit("film", project.id)
    button = find(app, lambda one: one.key == "run_continue")
    two = ModelChoice(model="kling-2.5-turbo-pro", takes=2)
    studio.change(project.id, project.revision, "Two takes", lambda one: changed(one, model=two))

    app = button.click().run()

    assert studio.run(project.id).run_id == run_id
    assert spent(studio, vendor, project) == 0
    assert said(find(app, lambda one: one.key == "run_continue").label) == 6 * CLIP


def test_going_on_past_the_limit_is_refused_at_the_click(studio, vendor, project, visit) -> None:
    run_id = studio.start(project.id, "clips", pause_after="references")
    studio.engine.wait(run_id, LONGEST_S)
    studio.spending.set_limit(project.id, CLIP)
    app = visit("film", project.id)

    find(app, lambda one: one.key == "run_continue").click().run()

    assert studio.run(project.id).run_id == run_id
    assert vendor.requests == []
