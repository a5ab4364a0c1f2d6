"""The clips page in a real browser: its keys, its prices, and clips that land while one looks."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from pipeline.buying.takes import Take
from pipeline.model import Blob, Clip
from pipeline.project import Excerpt, FilmFormat, ModelChoice, changed
from pipeline.settings import read_settings
from pipeline.studio import Studio, open_studio
from tests.fakes.replicate_server import FakeReplicate, Manners

pytestmark = pytest.mark.slow
STEP_MS = 60_000
KLING = "kling-2.5-turbo-pro"
TABLE = ".st-key-clips_table"
CARD = ".st-key-clip_card"
METER = '[data-testid="meter"]'


def film_of(home: Path) -> tuple[str, int]:
    """Id and number of clips of a planned film whose second clip has one take, its preview."""
    studio = open_studio(read_settings({}, home=home / "studio"), work_here=True)
    project = studio.create_demo()
    small = {
        "format": FilmFormat(height=144),
        "excerpt": Excerpt(start_s=0, end_s=10),
        "model": ModelChoice(model=KLING),
    }
    studio.change(project.id, None, "Small", lambda one: changed(one, **small))
    studio.make(project.id, "previews")
    slots = studio.view(project.id).slots
    bought(studio, project.id, slots[1].id)
    studio.close()
    return project.id, len(slots)


def bought(studio: Studio, project_id: str, slot_id: str) -> None:
    """A take that shows the preview's file: a real file, as if it had been delivered."""
    shown = studio.view(project_id).clips[slot_id].clip
    assert shown is not None
    blob = Blob.model_validate(shown.blob.model_dump())
    clip = Clip.model_validate({**shown.model_dump(), "preview": False, "blob": blob})
    take = Take(
        id="take-of-the-test",
        project_id=project_id,
        slot_id=slot_id,
        number=1,
        model=KLING,
        state="done",
        price_usd_micro=350_000,
        created_at=time.time(),
        clip=clip,
    )
    studio.takes.add(take)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, int]:
    home = tmp_path_factory.mktemp("clips")
    return (home, *film_of(home))


def open_clips(page: Any, driver: Any, address: str, project: str) -> None:
    """Open the page as a person does, by way of the projects."""
    page.goto(address)
    driver.settle(page)
    page.goto(f"{address}/clips?project={project}")
    page.locator(METER).wait_for(timeout=STEP_MS)
    driver.settle(page)


def shown(page: Any, number: int) -> None:
    page.locator(CARD).get_by_text(f"Clip {number}", exact=True).wait_for(timeout=STEP_MS)


def test_keys_walk_play_pick_and_rate_and_never_buy(page, driver, film):
    home, project, _count = film
    with (
        FakeReplicate(Manners()) as vendor,
        driver.serving(
            home, REPLICATE_BASE_URL=vendor.url, REPLICATE_API_TOKEN="r8_test"
        ) as address,
    ):
        open_clips(page, driver, address, project)
        shown(page, 1)
        page.wait_for_function("() => Boolean(window.studioClips)", timeout=STEP_MS)
        page.keyboard.press("]")
        shown(page, 2)

        page.locator(f"{CARD} video").wait_for(timeout=STEP_MS)
        page.keyboard.press("Space")
        page.wait_for_function(f"() => !document.querySelector('{CARD} video').paused")
        page.keyboard.press("Space")
        page.wait_for_function(f"() => document.querySelector('{CARD} video').paused")

        page.keyboard.press("a")
        page.get_by_role("button", name="Picked").wait_for(timeout=STEP_MS)
        driver.settle(page)
        page.keyboard.press("4")
        page.get_by_text("1 ★★★★").wait_for(timeout=STEP_MS)

        driver.settle(page)
        page.keyboard.press("r")
        page.get_by_role("button", name="Make it · $0.35").wait_for(timeout=STEP_MS)
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        page.get_by_text("Play or pause the clip").wait_for(timeout=STEP_MS)
        page.keyboard.press("Escape")
        page.locator("body").press("[")
        shown(page, 1)
        assert vendor.creations == 0
        page.goto("about:blank")


def test_a_refused_clip_offers_milder_words_and_landed_ones_appear_by_themselves(
    page, driver, film
):
    home, project, count = film
    studio = open_studio(read_settings({}, home=home / "studio"), work_here=False)
    plan = studio.project(project).plan
    bloody = plan.shots[0].model_copy(update={"action": "A hand lifts a bloody <b>knife</b>."})
    edited = plan.model_copy(update={"shots": (bloody, *plan.shots[1:])})
    studio.change(project, None, "Edit", lambda one: changed(one, plan=edited))
    studio.close()
    # The first clip asked for is refused; the vendor takes its time over the others.
    manners = Manners(seconds=2.0)
    manners.outcome.append("moderated")
    with (
        FakeReplicate(manners) as vendor,
        driver.serving(
            home,
            REPLICATE_BASE_URL=vendor.url,
            REPLICATE_API_TOKEN="r8_test",
            STUDIO_DOWNLOAD_HOSTS=vendor.host,
        ) as address,
    ):
        open_clips(page, driver, address, project)
        page.get_by_role("button", name=re.compile(r"^Make this clip · \$0.35")).click()
        page.get_by_text("likely for the marked words").wait_for(timeout=2 * STEP_MS)
        marks = page.locator(".refused mark").all_inner_texts()
        assert marks == ["bloody", "knife"]
        page.get_by_role("button", name="Take these words").click()
        page.get_by_text("Sent in milder words").wait_for(timeout=STEP_MS)
        driver.settle(page)

        before = page.locator(METER).inner_text()
        page.get_by_role("button", name=re.compile("^Make what is missing")).click()
        # The whole page is not run again as a clip lands: what is typed elsewhere would be lost.
        page.wait_for_function(
            f"(was) => document.querySelector('{METER}')?.innerText !== was",
            arg=before,
            timeout=3 * STEP_MS,
        )
        page.get_by_text("Nothing is missing").wait_for(timeout=4 * STEP_MS)
        driver.settle(page)
        prompts = [one.inputs["prompt"] for one in vendor.predictions.values()]
        assert any("red-stained <b>silver object</b>" in prompt for prompt in prompts)
        assert vendor.creations == count
        page.goto("about:blank")


def test_without_a_token_the_click_itself_says_what_is_missing(page, driver, tmp_path):
    project, _count = film_of(tmp_path)
    with driver.serving(tmp_path) as address:
        open_clips(page, driver, address, project)
        page.get_by_role("button", name=re.compile("^Make what is missing")).click()
        page.get_by_text("There is no Replicate token").wait_for(timeout=STEP_MS)
        assert page.get_by_test_id("run").count() == 0
        page.goto("about:blank")
