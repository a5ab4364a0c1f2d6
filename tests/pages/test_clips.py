"""The clips page: prices, choices and savings, on a planned demo project."""

from __future__ import annotations

import pytest

from pages.parts.clips_deck import deal, same_film
from pipeline.buying.takes import Take
from pipeline.model import Blob, Clip
from pipeline.project import PREVIEW_MODEL, ModelChoice, changed

KLING = "kling-2.5-turbo-pro"


def html(app) -> str:
    return " ".join(block.proto.body for block in app.get("html"))


def button(app, start):
    return next(item for item in app.button if item.label.startswith(start))


def select(app, label):
    return next(item for item in app.selectbox if item.label == label)


def test_a_project_without_a_plan_says_what_comes_first(visit, demo):
    app = visit("clips", demo.id)

    assert not app.exception
    assert "No shots yet" in html(app)


def test_choosing_another_model_for_a_planned_film_moves_no_cut_and_loses_no_shot(studio, planned):
    source = studio.project(planned)
    project = studio.add(source.song)
    project = studio.change(
        project.id, 0, "As planned", lambda one: changed(one, excerpt=source.excerpt, pace=0.6)
    )
    studio.make(project.id, "plan")
    before = studio.view(project.id)
    deck = deal(studio, before)

    deck.change("Model of the film", lambda one: changed(one, model=ModelChoice(model="veo-3.1")))

    after = studio.view(project.id)
    assert [slot.id for slot in after.slots] == [slot.id for slot in before.slots]
    assert after.plan.shots == before.plan.shots
    assert len(after.clips) == len(before.slots)


def test_the_price_of_all_that_is_missing_stands_on_the_button(visit, studio, paid):
    app = visit("clips", paid.id)

    assert not app.exception
    count = len(studio.view(paid.id).slots)
    assert f"Make what is missing · {count} clips · $" in button(app, "Make what").label
    assert "to finish" in html(app)


def test_choosing_a_model_for_one_clip_changes_its_price_and_only_its_own(visit, studio, paid):
    app = visit("clips", paid.id)
    before = button(app, "Make what").label
    select(app, "Model").set_value("hailuo-2.3").run()

    assert not app.exception
    first = studio.view(paid.id).slots[0]
    assert studio.project(paid.id).shot_models[first.id].model == "hailuo-2.3"
    assert button(app, "Make what").label != before
    select(app, "Model").set_value("").run()
    assert studio.project(paid.id).shot_models == {}
    assert button(app, "Make what").label == before


def test_a_model_that_cannot_serve_a_slot_says_why_and_changes_nothing(visit, studio, paid):
    app = visit("clips", paid.id)
    assert any("needs a start frame" in option for option in select(app, "Model").options)
    select(app, "Model").set_value("wan-2.5-i2v").run()

    assert studio.project(paid.id).shot_models == {}
    assert "needs a start frame" in app.error[0].value


def test_a_retired_model_is_shown_as_such_and_offered_only_knowingly(visit, studio, paid):
    app = visit("clips", paid.id)
    assert any("retired on" in option for option in select(app, "Model").options)
    next(item for item in app.toggle if item.label.startswith("Offer retired")).set_value(
        True
    ).run()
    select(app, "Model").set_value("kling-2.1-master").run()

    assert studio.project(paid.id).allow_retired
    assert len(studio.project(paid.id).shot_models) == 1


def test_the_film_and_its_parts_have_models_of_their_own(visit, studio, paid):
    app = visit("clips", paid.id)
    select(app, "The film").set_value("veo-3.1-fast").run()

    assert not app.exception
    assert studio.project(paid.id).model.model == "veo-3.1-fast"


def test_several_chosen_clips_get_one_model_for_the_price_on_the_button(visit, studio, paid):
    app = visit("clips", paid.id)
    app.session_state["clips_table"] = {"selection": {"rows": [0, 2], "columns": []}}
    app.run()
    select(app, "Model for 2 chosen clips").set_value("veo-3.1-fast").run()
    assert "instead of" in button(app, "Set ·").label
    button(app, "Set ·").click().run()

    slots = studio.view(paid.id).slots
    assert set(studio.project(paid.id).shot_models) == {slots[0].id, slots[2].id}


def test_a_model_from_another_time_is_said_and_never_bought(visit, studio, paid):
    first = studio.view(paid.id).slots[0].id
    studio.change(
        paid.id,
        None,
        "Old",
        lambda one: changed(one, shot_models={first: ModelChoice(model="sora-1")}),
    )
    app = visit("clips", paid.id)

    assert not app.exception
    assert "knows no model" in app.warning[0].value
    count = len(studio.view(paid.id).slots) - 1
    assert f"{count} clips" in button(app, "Make what").label
    assert "1 clip has no buyable model as chosen" in html(app)


def test_hostile_words_in_a_shot_stay_words(visit, studio, paid):
    plan = studio.view(paid.id).plan
    evil = plan.shots[0].model_copy(update={"action": "<img src=x onerror=alert(1)>"})
    shots = (evil, *plan.shots[1:])
    studio.change(
        paid.id,
        None,
        "Evil",
        lambda one: changed(one, plan=plan.model_copy(update={"shots": shots})),
    )
    app = visit("clips", paid.id)

    assert not app.exception
    assert "<img" not in html(app)
    assert any("<img" in text.value for text in app.text)


def test_previews_are_free_and_can_be_drawn_at_once(visit, studio, planned):
    app = visit("clips", planned)

    assert not app.exception
    assert "$0.00" in button(app, "Make what").label
    assert not button(app, "Make what").disabled


def test_the_optimisers_difference_is_shown_before_it_is_taken(visit, studio, paid):
    app = visit("clips", paid.id)
    app.button(key="save_money").click().run()

    assert not app.exception
    assert studio.project(paid.id).revision == paid.revision


@pytest.fixture
def taken(studio, paid):
    """The paid project with two takes of its first clip, whose files are gone."""
    slot = studio.view(paid.id).slots[0].id
    blob = Blob(digest="ab" * 32, suffix=".mp4", bytes=10)
    clip = Clip(blob=blob, width=1280, height=720, frames=120, fps=24, made_by=KLING)
    for number in (1, 2):
        studio.takes.add(
            Take(
                id=f"{paid.id[:12]}-{number}",
                project_id=paid.id,
                slot_id=slot,
                number=number,
                model=KLING,
                state="done",
                price_usd_micro=350_000,
                created_at=float(number),
                clip=clip,
            )
        )
    return paid


def test_a_take_can_be_picked_and_the_preview_again(visit, studio, taken):
    app = visit("clips", taken.id)
    assert not app.exception
    strip = next(one for one in app.get("button_group") if one.label == "Take in use")
    first = f"{taken.id[:12]}-1"
    strip.set_value(first).run()

    assert list(studio.project(taken.id).picks.values()) == [first]
    assert not app.exception


def test_a_rejected_take_is_kept_and_the_next_one_used(visit, studio, taken):
    app = visit("clips", taken.id)
    field = next(one for one in app.text_input if one.label.startswith("What is wrong"))
    field.set_value("six fingers")
    button(app, "Reject this take").click().run()

    assert not app.exception
    assert studio.takes.get(f"{taken.id[:12]}-2").rejected == "six fingers"
    assert "$0.70" not in html(app)


def test_takes_not_in_use_are_counted_on_the_costs_page(visit, studio, taken):
    app = visit("costs", taken.id)

    assert not app.exception
    assert '<span class="name">Takes not in use</span><span>$0.35' in html(app)


def test_a_cut_moved_elsewhere_draws_the_page_anew_and_a_choice_of_model_does_not(studio, paid):
    chosen = changed(paid, model=ModelChoice(model="veo-3.1"), revision=paid.revision + 1)
    moved = changed(paid, cuts=paid.cuts[:-1])

    assert same_film(chosen, paid)
    assert not same_film(moved, paid)


def test_a_recommended_model_keeps_the_number_of_takes(visit, studio, paid):
    slot = studio.view(paid.id).slots[0]
    three = ModelChoice(model=PREVIEW_MODEL, takes=3)
    studio.change(
        paid.id, paid.revision, "Takes", lambda one: changed(one, shot_models={slot.id: three})
    )
    app = visit("clips", paid.id)
    app.button(f"recommended_{slot.id}").click().run()

    assert not app.exception
    assert studio.project(paid.id).shot_models[slot.id].model != PREVIEW_MODEL
    assert studio.project(paid.id).shot_models[slot.id].takes == 3
