"""Pausing a run from the header, and going on."""

from __future__ import annotations

import time

import pytest

pytestmark = pytest.mark.slow


def test_a_paused_run_says_so_and_continue_makes_the_rest(studio, demo, visit) -> None:
    run_id = studio.start(demo.id, "plan", pause_after="analysis")
    assert studio.engine.wait(run_id, 120).state == "paused"

    page = visit("song", demo.id)
    assert "Paused after" in _html(page)
    button = next(one for one in page.button if one.key == "run_continue")
    assert button.label.replace("\\", "") == "Continue · $0.00"
    button.click().run()

    newest = studio.run(demo.id)
    assert newest.run_id != run_id
    assert studio.engine.wait(newest.run_id, 120).state == "done"


def test_a_run_under_way_offers_the_steps_that_it_has_still_to_end(studio, unheard, visit) -> None:
    run_id = studio.start(unheard.id, "film", pause_after="plan")
    until = time.monotonic() + 30
    while not studio.run_state(run_id).stages and time.monotonic() < until:
        time.sleep(0.02)
    page = visit("song", unheard.id)
    choice = next(one for one in page.radio if one.label == "Stop to look")

    assert choice.value == "plan"
    assert choice.options[0] == "Do not pause"
    choice.set_value("previews").run()

    assert studio.run_state(run_id).pause_after == "previews"
    studio.cancel(unheard.id)


def _html(page) -> str:
    return " ".join(str(one.proto.body) for one in page.get("html"))
