"""The page Plan: brief, shots, findings, locks, and replanning with the difference first."""

from __future__ import annotations

import json

import pytest

from pipeline.planning import edits
from pipeline.planning.directing import Board
from pipeline.project import changed

HOSTILE = "<script>alert(1)</script> **bold** [x](javascript:1) {braces} :material/bug_report:"


@pytest.fixture
def drawn(studio, planned, demo_song):
    """A demo project of its own, planned, so that a test may change it."""
    plan, project = studio.project(planned).plan, studio.add(demo_song)
    studio.change(project.id, project.revision, "plan", lambda p: changed(p, plan=plan))
    return project.id


def edit_plan(studio, project_id, change):
    project = studio.project(project_id)
    studio.change(
        project_id, project.revision, "by a test", lambda p: changed(p, plan=change(p.plan))
    )


def field(app, project_id, slot_id, name):
    return f"shot_{project_id}_{slot_id}_{name}"


def test_without_cuts_the_page_leads_to_the_song(visit, unheard):
    app = visit("plan", unheard.id)

    assert not app.exception
    assert app.button[-1].label == "To the song"


def test_every_slot_is_a_row_and_the_first_has_its_card(visit, studio, planned):
    app = visit("plan", planned)
    view = studio.view(planned)

    assert not app.exception
    assert len(app.dataframe[0].value) == len(view.slots)
    assert list(app.dataframe[0].value["action"]) == [shot.action for shot in view.plan.shots]
    first = view.plan.shots[0]
    assert app.text_area(field(app, planned, first.slot_id, "action")).value == first.action


def test_a_written_action_is_kept_and_can_be_undone(visit, studio, drawn):
    app = visit("plan", drawn)
    before = studio.project(drawn).plan.shots[0]
    app.text_area(field(app, drawn, before.slot_id, "action")).set_value("She waits").run()

    assert studio.project(drawn).plan.shots[0].action == "She waits"
    studio.undo(drawn)
    assert studio.project(drawn).plan.shots[0] == before


def test_a_brief_and_style_words_are_kept_verbatim(visit, studio, drawn):
    app = visit("plan", drawn)
    app.text_area(f"brief_{drawn}").set_value(HOSTILE).run()
    app.text_area(f"style_{drawn}").set_value("16mm {x}").run()

    project = studio.project(drawn)
    assert project.brief.text == HOSTILE
    assert (project.brief.style.words, project.plan.style.words) == ("16mm {x}", "16mm {x}")


def test_hostile_words_are_shown_as_words(visit, studio, drawn):
    edit_plan(
        studio,
        drawn,
        lambda plan: edits.set_treatment(
            edits.set_palette(plan, [("#112233", HOSTILE)]), logline=HOSTILE
        ),
    )
    app = visit("plan", drawn)

    assert not app.exception
    assert not any("<script>alert" in block.value for block in app.get("html"))
    assert any("\\<script\\>" in block.value for block in app.markdown)


def test_a_finding_is_mended_with_a_click(visit, studio, drawn):
    slots = studio.view(drawn).slots[4:7]
    edit_plan(
        studio, drawn, lambda plan: edits.set_shots(plan, {one.id for one in slots}, size="MS")
    )
    app = visit("plan", drawn)
    before = len(studio.view(drawn).findings)
    assert before
    app.button("fix_0").click().run()

    assert not app.exception
    assert len(studio.view(drawn).findings) < before


def test_a_finding_leads_to_its_shot(visit, studio, drawn):
    slot = studio.view(drawn).slots[5]
    edit_plan(studio, drawn, lambda plan: edits.set_shots(plan, {slot.id}, action=" "))
    app = visit("plan", drawn)
    app.button("show_0").click().run()

    assert app.text_area(field(app, drawn, slot.id, "action")).value.strip() == ""


def test_replanning_shows_the_difference_before_it_is_taken(visit, studio, drawn):
    before = studio.project(drawn).plan
    app = visit("plan", drawn)
    app.button("replan_all").click().run()

    assert not app.exception
    assert studio.project(drawn).plan == before
    assert any("→" in block.value for block in app.get("html"))
    said = next(block.value for block in app.markdown if "shots would change" in block.value)
    listed = next(block.value for block in app.get("html") if "<li><b>Shot" in block.value)
    assert f" {listed.count('<li><b>Shot')} shots would change" in said
    app.button("proposal_take").click().run()
    assert studio.project(drawn).plan.shots != before.shots
    assert studio.project(drawn).proposal is None


def test_a_proposal_can_be_left(visit, studio, drawn):
    before = studio.project(drawn).plan
    app = visit("plan", drawn)
    app.button("replan_shot").click().run()
    app.button("proposal_leave").click().run()

    assert studio.project(drawn).plan == before
    assert studio.project(drawn).proposal is None


def test_what_is_locked_survives_a_replan(visit, studio, drawn):
    first = studio.project(drawn).plan.shots[0]
    app = visit("plan", drawn)
    app.multiselect(field(app, drawn, first.slot_id, "locked")).set_value(["*"]).run()
    app.button("replan_all").click().run()
    app.button("proposal_take").click().run()

    after = studio.project(drawn).plan.shots[0]
    assert after.model_copy(update={"locked": ()}) == first


def test_a_section_is_replanned_alone(visit, studio, drawn):
    view = studio.view(drawn)
    app = visit("plan", drawn)
    app.button("replan_part").click().run()
    app.button("proposal_take").click().run()

    label = view.slots[0].section
    rest = [slot.id for slot in view.slots if slot.section != label]
    shots = {shot.slot_id: shot for shot in studio.project(drawn).plan.shots}
    assert rest
    assert all(shots[shot.slot_id] == shot for shot in view.plan.shots if shot.slot_id in rest)


def test_the_language_model_names_its_price_on_the_button(visit, studio, drawn):
    app = visit("plan", drawn)
    app.segmented_control(f"planner_{drawn}").set_value("openai").run()

    assert not app.exception
    assert "up to $" in app.button("replan_all").label


def test_one_can_go_back_from_the_language_model_to_the_offline_planner(visit, studio, drawn):
    app = visit("plan", drawn)
    app.segmented_control(f"planner_{drawn}").set_value("openai").run()
    app.selectbox(f"planner_model_{drawn}").set_value("gpt-6.1-sol").run()
    assert studio.project(drawn).planner_model == "gpt-6.1-sol"
    app.segmented_control(f"planner_{drawn}").set_value("offline").run()

    assert not app.exception
    assert studio.project(drawn).planner == "offline"


def test_an_unknown_model_says_that_its_price_is_unknown(visit, studio, drawn):
    project = studio.project(drawn)
    studio.change(
        drawn,
        project.revision,
        "m",
        lambda p: changed(p, planner="openai", planner_model="llama-99"),
    )
    app = visit("plan", drawn)

    assert "price unknown" in app.button("replan_all").label


def test_an_imported_plan_waits_as_a_proposal_with_its_findings(visit, studio, drawn):
    plan = studio.project(drawn).plan.model_dump(mode="json")
    plan["shots"][0]["action"] = HOSTILE
    plan["shots"][1]["character_ids"] = ["nobody"]
    app = visit("plan", drawn)
    app.file_uploader("plan_file").set_value(
        ("plan.json", json.dumps(plan).encode(), "application/json")
    ).run()
    app.button("plan_import").click().run()

    assert not app.exception
    assert studio.project(drawn).proposal.shots[0].action == HOSTILE
    assert any("Nobody defined" in caption.value for caption in app.caption)
    assert not app.button("proposal_take").disabled


def test_shots_on_the_board_can_be_watched_and_wiped(studio, planned):
    board = Board(studio.store.index, "a-project-of-its-own")
    board.add(studio.project(planned).plan.shots[0])

    assert Board(studio.store.index, "a-project-of-its-own").shots()[0].slot_id
    board.wipe()
    assert board.shots() == ()
