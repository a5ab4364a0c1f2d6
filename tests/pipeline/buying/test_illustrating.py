"""Bought reference pictures: what was paid for is there, whatever happened on the way."""

from __future__ import annotations

import time
from typing import Any

import pytest

from pipeline.errors import Cancelled
from pipeline.goals import SPECS
from pipeline.jobs.names import GUARDED
from pipeline.work import Task
from tests.pipeline.buying.test_clips import home, opened, plan, song, spent, studio, vendor

__all__ = ["home", "opened", "plan", "song", "studio", "vendor"]

pytestmark = pytest.mark.slow


class StopsWhenDrawn:
    """A person who stops the run in the moment in which the vendor has finished."""

    def __init__(self, vendor: Any) -> None:
        self._vendor = vendor

    def progress(self, fraction: float, note: str = "") -> None:
        made = self._vendor.predictions.values()
        if made and all(one.status(time.time()) == "succeeded" for one in made):
            raise Cancelled("Stopped because the run was cancelled.")


def test_a_picture_that_was_drawn_when_the_run_was_stopped_is_fetched_and_kept(
    studio, vendor, plan
) -> None:
    project = plan(image_model="flux-schnell")
    task = Task(studio.derivation(project), "sea", StopsWhenDrawn(vendor))

    with pytest.raises(Cancelled):
        studio.illustrating.make(task)

    assert spent(studio, project) == (3_000, 0)
    assert studio.illustrating.ready(studio.derivation(project), "sea")


def test_bought_pictures_wait_for_room_on_a_full_disk_as_clips_do() -> None:
    assert {SPECS[stage].queue for stage in ("pictures", "clips")} == set(GUARDED)
