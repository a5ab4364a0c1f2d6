"""Who draws the reference pictures on the page Cast, and what the buttons say it costs."""

from __future__ import annotations

from pages.parts.cast_drawing import cost_usd_micro
from pages.parts.states import usd


def _labels(app):
    return [button.label for button in app.button]


def test_the_studio_draws_free_until_a_model_is_chosen(visit, planned):
    app = visit("cast", planned)

    assert not app.exception
    assert app.selectbox(f"image_model_cast_{planned}").value == ""
    assert any("Draw" in label and "$0.00" in label for label in _labels(app))


def test_a_chosen_image_model_puts_its_price_on_the_button(visit, studio, planned):
    model = next(one for one in studio.catalogue.of_kind("image") if not one.free)
    app = visit("cast", planned)
    app.selectbox(f"image_model_cast_{planned}").set_value(model.key).run()

    assert not app.exception
    assert studio.project(planned).image_model == model.key
    one = usd(cost_usd_micro(model, 1))
    assert any(label.startswith("Draw") and one in label for label in _labels(app))
    everything = len(studio.view(planned).plan.characters + studio.view(planned).plan.locations)
    wanted = f"Draw all {everything} that are missing · {usd(cost_usd_micro(model, everything))}"
    assert wanted in _labels(app)
    studio.undo(planned)


def test_words_that_the_planner_proposed_are_shown_as_such(visit, studio, planned):
    app = visit("cast", planned)
    proposed = studio.view(planned).plan.characters[0].proposed

    assert any("Proposed by the planner" in one.value for one in app.caption) == bool(proposed)
