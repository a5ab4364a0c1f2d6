"""A person changes a plan by hand, and nothing else changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.errors import RefusedEdit
from pipeline.model import Character, ScenePlan
from pipeline.planning import edits

Planner = Callable[..., ScenePlan]


def test_a_field_is_set_in_the_chosen_shots_alone(plan_for: Planner) -> None:
    plan = plan_for()
    after = edits.set_shots(plan, {"slot002", "slot004"}, action="She waits")
    changed = [n for n, (a, b) in enumerate(zip(plan.shots, after.shots, strict=True)) if a != b]
    assert changed == [2, 4]


@pytest.mark.parametrize(
    "fields", [{"size": "HUGE"}, {"mood": "blue"}, {"energy": 7}, {"action": "x" * 10_001}]
)
def test_a_value_that_a_field_does_not_take_is_refused_in_words(
    fields: dict[str, object], plan_for: Planner
) -> None:
    with pytest.raises(RefusedEdit) as refused:
        edits.set_shots(plan_for(), {"slot002"}, **fields)
    assert next(iter(fields)) in refused.value.message


def test_a_shot_that_is_gone_is_refused(plan_for: Planner) -> None:
    with pytest.raises(RefusedEdit):
        edits.set_shots(plan_for(), {"gone1"}, action="x")


def test_locks_are_set_and_taken_off(plan_for: Planner) -> None:
    plan = edits.lock(plan_for(), {"slot002"}, "action", "size")
    assert plan.shots[2].locked == ("action", "size")
    assert edits.unlock(plan, {"slot002"}, "size").shots[2].locked == ("action",)
    assert edits.unlock(plan, {"slot002"}).shots[2].locked == ()
    assert edits.lock(plan, {"slot002"}).shots[2].locked[0] == "*"


def test_removing_a_character_empties_the_shots_of_them(plan_for: Planner) -> None:
    plan = plan_for()
    after = edits.remove_character(plan, plan.characters[0].id)
    assert after.characters == ()
    assert not any(shot.character_ids or shot.singer for shot in after.shots)


def test_two_characters_of_one_name_get_two_ids(plan_for: Planner) -> None:
    plan = edits.add_character(plan_for(), "Ana", "a woman")
    plan = edits.add_character(plan, "Ana", "another woman")
    assert [one.id for one in plan.characters[-2:]] == ["ana", "ana-2"]


def test_a_name_in_any_script_gets_an_id(plan_for: Planner) -> None:
    assert edits.add_character(plan_for(), "猫", "黒い猫").characters[-1].id == "one"


def test_an_edited_character_keeps_the_place_in_the_cast(plan_for: Planner) -> None:
    plan = edits.add_character(plan_for(), "Ana", "a woman")
    first = plan.characters[0]
    changed = Character.model_validate({**dict(first), "description": "new words"})
    assert edits.put_character(plan, changed).characters[0].description == "new words"


def test_removing_a_location_moves_its_shots(plan_for: Planner) -> None:
    plan = plan_for()
    first, second = plan.locations[0].id, plan.locations[1].id
    after = edits.remove_location(plan, first, instead=second)
    assert first not in {shot.location_id for shot in after.shots}


def test_a_palette_takes_hex_colours_only(plan_for: Planner) -> None:
    plan = edits.set_palette(plan_for(), [("#FF8800", "sun")])
    assert plan.style.palette[0].hex == "#ff8800"
    with pytest.raises(RefusedEdit):
        edits.set_palette(plan, [("red", "sun")])


def test_a_locked_character_says_so(plan_for: Planner) -> None:
    plan = plan_for()
    assert edits.lock_character(plan, plan.characters[0].id).characters[0].locked
