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
from pipeline.cast.check import check_file, written
from pipeline.errors import BadInput
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
    ("line", "words"),
    [
        ("{", "is not valid JSON"),
        ("[" * 5000, "is not valid JSON"),
        ("[]", "is not a JSON object"),
        ("7", "is not a JSON object"),
        ("{}", "has no text"),
        ('{"text": 5}', "has a text that is not a string"),
        ('{"text": "a", "name": 3}', "has a name that is not a string"),
        ('{"text": "a", "id": {}}', "has an id that cannot be used"),
        ('{"text": "' + "a" * 300_000 + '"}', "is longer than 200000 characters"),
        (b'{"text": "\xff"}', "is not UTF-8"),
    ],
)
def test_a_broken_line_is_reported_in_its_place_and_the_others_are_judged(line, words):
    first, broken, last = check_lines(
        ['{"id": 1, "text": "A man"}', line, '{"id": "z", "text": "A man"}']
    )

    assert (first["id"], broken["id"], last["id"]) == (1, 2, "z")
    assert broken["verdict"] == "error"
    assert broken["reasons"][0]["message"] == f"Line 2 {words}."
    assert broken["reasons"][0]["fix"]
    assert last["reasons"][0]["code"] == "too_short"


def test_a_broken_line_keeps_the_id_that_it_has():
    assert checked({"id": "b"})[0]["id"] == "b"


def test_a_file_is_judged_line_by_line(tmp_path):
    file = tmp_path / "cast.jsonl"
    file.write_bytes(
        b'{"id": "a", "text": "A man"}\n\n\xff\n{"id": "c", "text": "' + b"x" * 500_000
    )

    assert [found["id"] for found in check_file(file)] == ["a", 3, 4]


@pytest.mark.parametrize("content", [None, b"\x7fELF\0\0", "{}".encode("utf-16")])
def test_what_is_no_text_file_is_refused_with_a_way_out(tmp_path, content):
    file = tmp_path / "cast.jsonl"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(BadInput) as refused:
        list(check_file(file))
    assert str(file) in refused.value.message
    assert refused.value.way_out


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(BadInput, match="folder"):
        list(check_file(tmp_path))


def test_a_text_with_half_a_character_can_still_be_written():
    line = written(next(check_lines(['{"text": "\\ud83d a man with red hair"}'])))

    assert line.isascii()
    assert json.loads(line)["reasons"]


def test_the_result_is_json_in_any_language():
    texts = ("三十代の女性", "\ud83d", "a\0b", '<b>"x"</b>')
    for found in checked(*({"id": at, "text": text} for at, text in enumerate(texts))):
        assert json.loads(json.dumps(found)) == found
