"""The clips page with 60 clips in a real browser: ``python tests/bench/clips_page.py``.

Prints how long it takes from a click on a model until the meter shows the new price.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.browser import driver

if TYPE_CHECKING:
    from playwright.sync_api import Page

CLIPS = 60
KLING = "kling-2.5-turbo-pro"
CLICKS = 12
WARM_UP = 2
MODELS = ("Hailuo 2.3 ·", "Kling 2.6 ·")
METER = '[data-testid="meter"]'
CHANGED = f"(was) => document.querySelector('{METER}').innerText !== was"


def sixty_clips(home: Path) -> str:
    """Id of a project around the demo song with 60 clips, to be made with Kling."""
    from pipeline.model import Cut
    from pipeline.project import ModelChoice, changed
    from pipeline.studio import open_studio

    with mock.patch.dict("os.environ", {"STUDIO_HOME": str(home)}):
        studio = open_studio()
    project = studio.create_demo()
    studio.make(project.id, "plan")
    view = studio.view(project.id)
    assert view.analysis is not None
    assert view.plan is not None
    beats = view.analysis.beats_s
    times = [0.0, *(beats[round(index * len(beats) / CLIPS)] for index in range(1, CLIPS))]
    cuts = tuple(Cut(id=f"slot{index:03d}", time_s=at) for index, at in enumerate(times))
    shots = view.plan.shots
    spread = tuple(
        shots[index % len(shots)].model_copy(update={"slot_id": cut.id})
        for index, cut in enumerate(cuts)
    )
    plan = view.plan.model_copy(update={"shots": spread})
    model = ModelChoice(model=KLING)
    studio.change(
        project.id, None, "Bench", lambda one: changed(one, cuts=cuts, plan=plan, model=model)
    )
    assert len(studio.view(project.id).slots) == CLIPS
    studio.close()
    return project.id


def click(page: Page, model: str) -> float:
    """Seconds from choosing a model to its price in the meter."""
    page.locator('.st-key-clip_card [data-testid="stSelectbox"] input').first.click()
    option = page.locator('[role="option"]').filter(has_text=model).first
    option.wait_for()
    was = page.locator(METER).inner_text()
    began = time.perf_counter()
    option.click()
    page.wait_for_function(CHANGED, arg=was, polling=5)
    took = time.perf_counter() - began
    driver.settle(page)
    return took


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        project = sixty_clips(home / "studio")
        with driver.serving(home) as address, driver.browsing() as browser:
            page = browser.new_page(viewport={"width": 1400, "height": 900})
            page.goto(f"{address}/clips?project={project}")
            page.wait_for_selector(METER)
            driver.settle(page)
            taken = [click(page, MODELS[turn % 2]) * 1000 for turn in range(CLICKS)][WARM_UP:]
    print(
        f"{CLIPS} clips, click on a model to the price in the meter: "
        f"least {min(taken):.0f}, median {statistics.median(taken):.0f}, most {max(taken):.0f} ms"
    )


if __name__ == "__main__":
    main()
