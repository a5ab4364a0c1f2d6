"""What is sent, what is stopped, and what the command line gives."""

from __future__ import annotations

import json

import pytest

from pipeline.cast import (
    appearance,
    blocking,
    check_lines,
    gate,
    identity_block,
    judge,
    wardrobe_anchor,
)
from pipeline.errors import BadInput, OutOfBounds
from pipeline.model import Character, CharacterKind, ScenePlan, Shot, Slot, Style, Treatment

GOOD = (
    "A woman in her early thirties with long, straight black hair, olive skin and green eyes, "
    "wearing a mustard-yellow raincoat, black jeans and brown boots, a small scar on her chin."
)


def character(text: str, **fields) -> Character:
    return Character(**{"id": "maya", "name": "Maya", "description": text, **fields})


def shot(slot_id: str, *who: str) -> Shot:
    return Shot(
        slot_id=slot_id,
        purpose="narrative",
        size="MS",
        angle="eye",
        movement="static",
        action="She waits.",
        character_ids=who,
    )


def plan(*characters: Character) -> ScenePlan:
    shots = (shot("aaaa", "maya"), shot("bbbb"), shot("cccc", "maya", "bo"))
    return ScenePlan(treatment=Treatment(), style=Style(), characters=characters, shots=shots)


def test_the_identity_text_is_name_and_description_word_for_word():
    assert identity_block(character(f" {GOOD} ")) == f"Maya: {GOOD}"


def test_a_description_that_begins_with_the_name_does_not_repeat_it():
    assert identity_block(character("Maya is thirty.")) == "Maya is thirty."


def test_the_wardrobe_anchor_names_the_clothes_in_the_texts_own_words():
    assert wardrobe_anchor(character(GOOD)) == ("mustard-yellow raincoat, black jeans, brown boots")


def test_an_anchor_is_short_and_invents_nothing(complete_kind, complete_text):
    anchor = wardrobe_anchor(character(complete_text, kind=CharacterKind(complete_kind)))
    said = " ".join(complete_text.split())

    assert len(anchor.split()) <= 12
    assert all(part in said for part in anchor.split(", "))


def test_a_description_without_clothes_has_no_anchor():
    assert wardrobe_anchor(character("A man with red hair.")) == ""


def test_only_errors_stop_the_shots_of_a_character():
    made = plan(character("A man"), character("A 30-year-old man, no hat.", id="bo", name="Bo"))

    assert set(gate(made)) == {"maya", "bo"}
    stopped = blocking(plan(character(GOOD), character("A man", id="bo", name="Bo")))
    assert list(stopped) == ["cccc"]
    assert stopped["cccc"][0].code == "too_short"


def test_a_cast_in_order_stops_nothing():
    assert blocking(plan(character(GOOD))) == {}


def test_the_longest_time_without_a_character_is_found():
    slots = tuple(
        Slot(id=name, index=at, start_s=at * 10, end_s=at * 10 + 10)
        for at, name in enumerate(("aaaa", "bbbb", "cccc"))
    )
    seen = appearance(plan(character(GOOD)), slots, "maya")

    assert (seen.slots, seen.seconds, seen.longest_gap_s) == ((0, 2), 20, 10)
    assert (seen.gap_start_s, seen.gap_end_s) == (10, 20)
    assert appearance(plan(), slots, "nobody").slots == ()


# --- lines of JSON --------------------------------------------------------------------------


def checked(*entries) -> list:
    return list(check_lines(json.dumps(entry) for entry in entries))


def test_a_line_gives_the_same_verdict_as_the_page():
    found = checked({"id": "a", "text": "A man"})[0]

    assert found["id"] == "a"
    assert found["verdict"] == "error"
    assert [one["code"] for one in found["reasons"]] == list(judge("A man").codes)
    assert {"quote", "message", "fix"} <= set(found["reasons"][0])
    assert found["missing"]


def test_an_unknown_kind_is_guessed():
    fox = "A red fox, lean, russet coat, white chest, amber eyes, a scar across the muzzle."

    assert checked({"id": 1, "text": fox, "kind": "beast"})[0]["kind"] == "animal"


def test_blank_lines_and_a_byte_order_mark_are_passed_over():
    assert len(list(check_lines(['\ufeff{"id": 1, "text": "A man"}', "", "  \n"]))) == 1


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "7", '{"id": 1}', '{"text": 5}', '{"text": "a", "name": 3}', "[" * 5000,
     '{"text": "a", "id": {}}'],
)  # fmt: skip
def test_a_broken_line_is_named_by_its_number(line):
    with pytest.raises(BadInput, match="Line 2 "):
        list(check_lines(['{"id": 1, "text": "A man"}', line]))


def test_an_endless_line_is_refused():
    with pytest.raises(OutOfBounds):
        list(check_lines(['{"text": "' + "a" * 300_000 + '"}']))


def test_the_result_is_json_in_any_language():
    texts = ("三十代の女性", "\ud83d", "a\0b", '<b>"x"</b>')
    for found in checked(*({"id": at, "text": text} for at, text in enumerate(texts))):
        assert json.loads(json.dumps(found)) == found
