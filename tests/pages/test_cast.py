"""The page Cast: who is in the film, described, drawn and approved."""

from __future__ import annotations

import io
import itertools

import pytest
from PIL import Image

from pages.parts.cast_card import Desk
from pages.parts.cast_picture import with_choice
from pages.parts.description_field import (
    FieldEdit,
    FieldState,
    field_key,
    in_words,
    packed,
    read_edit,
    with_chip,
)
from pipeline.cast import judge
from pipeline.project import ReferenceChoice

COMPLETE = (
    "A woman in her early thirties with long, straight black hair, olive skin and green eyes, "
    "wearing a mustard-yellow raincoat and brown boots, a small scar on her chin."
)


@pytest.fixture
def drawn(studio):
    """A demo project of its own, planned, so that a test may change it."""
    project = studio.create_demo()
    studio.make(project.id, "plan")
    return project.id


def test_without_a_plan_the_page_says_what_to_do(visit, demo):
    app = visit("cast", demo.id)

    assert not app.exception
    assert app.button[-1].label == "To the plan"


def test_the_cast_is_listed_and_the_first_one_is_open(visit, studio, planned):
    app = visit("cast", planned)
    plan = studio.project(planned).plan

    assert not app.exception
    assert list(app.dataframe[0].value["Name"]) == [
        one.name for one in (*plan.characters, *plan.locations)
    ]
    assert app.text_input[0].value == plan.characters[0].name


def test_the_identity_text_is_shown_word_for_word(visit, studio, planned):
    app = visit("cast", planned)
    one = studio.project(planned).plan.characters[0]

    assert app.code[0].value == f"{one.name}: {one.description}"


def test_a_new_name_is_kept_and_can_be_undone(visit, studio, drawn):
    app = visit("cast", drawn)
    before = app.text_input[0].value
    app.text_input[0].set_value("Ingrid").run()

    assert studio.project(drawn).plan.characters[0].name == "Ingrid"
    studio.undo(drawn)
    assert studio.project(drawn).plan.characters[0].name == before


def test_a_character_can_be_added_and_is_then_open(visit, studio, drawn):
    app = visit("cast", drawn)
    count = len(studio.project(drawn).plan.characters)
    app.button("add_character").click().run()

    assert not app.exception
    assert len(studio.project(drawn).plan.characters) == count + 1
    assert app.text_input[0].value == "New character"


def test_hostile_words_in_a_description_stay_words(visit, studio, drawn):
    hostile = '<img src=x onerror="alert(1)"> **bold** {name}'
    one = studio.project(drawn).plan.characters[0]
    Desk(studio, drawn).put(one, "test", description=hostile)
    app = visit("cast", drawn)

    assert not app.exception
    assert hostile in app.code[0].value


def test_an_edit_on_one_character_leaves_the_other_edits_alone(studio, drawn):
    desk = Desk(studio, drawn)
    seen = studio.project(drawn).plan.characters[0]
    desk.put(seen, "test", name="Ingrid")
    desk.put(seen, "test", description=COMPLETE)

    kept = studio.project(drawn).plan.characters[0]
    assert (kept.name, kept.description) == ("Ingrid", COMPLETE)


def test_an_uploaded_picture_waits_for_approval(studio, drawn):
    one = studio.project(drawn).plan.characters[0]
    file = io.BytesIO()
    Image.new("RGB", (640, 480), "#446688").save(file, "PNG")
    file.seek(0)
    blob = studio.files.keep_picture(drawn, file)
    own = ReferenceChoice(blob=blob, source="uploaded")
    Desk(studio, drawn).edit("test", lambda project: with_choice(project, one.id, own))

    assert studio.project(drawn).references[one.id].blob == blob
    assert not studio.project(drawn).references[one.id].approved


# --- the field, without a browser -----------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [None, [], "text", {"seq": "1", "text": "a"}, {"seq": 1, "text": 3}, {"text": "a"}],
)
def test_a_message_that_no_browser_of_ours_sends_is_dropped(raw):
    assert read_edit(raw) is None


def test_a_message_is_bounded():
    edit = read_edit({"seq": 10**12, "text": "a" * 50_000 + "\ud83d", "chip": "x" * 999})

    assert edit is not None
    assert (edit.seq, len(edit.text), len(edit.chip)) == (2**31, 10_000, 200)


def test_half_a_character_and_nulls_are_left_out():
    assert read_edit({"seq": 1, "text": "a\ud83d\0b"}).text == "ab"


def test_a_clicked_completion_is_appended():
    text = "A woman in her thirties with black hair, green eyes and freckles"
    edit = FieldEdit(1, text, chip="gap|clothing|0")

    assert with_chip(edit, judge(text)) == f"{text}, wearing a mustard-yellow raincoat"


def test_a_chip_that_is_no_longer_offered_changes_nothing():
    edit = FieldEdit(1, COMPLETE, chip="gap|clothing|0")

    assert with_chip(edit, judge(COMPLETE)) == COMPLETE


def test_marks_count_as_the_browser_counts():
    text = "😀 A woman who looks like Rihanna, 30, red hair"
    mark = packed(FieldState(text, judge(text)))["marks"][0]
    units = text.encode("utf-16-le")

    quoted = units[mark["start"] * 2 : mark["end"] * 2].decode("utf-16-le")
    assert quoted == "looks like Rihanna"


def test_marks_never_overlap():
    text = "A beautiful naked woman like Rihanna, maybe with red or black hair, no hat, 35mm"
    marks = packed(FieldState(text, judge(text)))["marks"]

    assert len(marks) >= 3
    assert all(one["end"] <= other["start"] for one, other in itertools.pairwise(marks))


def test_the_state_is_said_in_one_line():
    assert in_words(COMPLETE, judge(COMPLETE)).startswith("Complete. ")
    assert in_words("A man", judge("A man")) == (
        "1 to settle before anything is paid. 2 words; 20 to 90 is best."
    )


def test_the_field_of_any_project_gets_a_key_that_the_browser_takes():
    for ident in ("_Xq1__7", "Xq1_", "__", "a1b2"):
        key = field_key(f"description_{ident}_hero")
        assert "__" not in key
        assert key.startswith("description-")
        assert key.endswith("hero")
