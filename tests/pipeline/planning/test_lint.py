"""The linter finds each fault, names its shots, and its fixes mend it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.errors import RefusedEdit
from pipeline.model import Character, ScenePlan, Shot, Slot, Word
from pipeline.planning.lint import Finding, Fix, Limits, Patch, apply_fix, lint

Song = Callable[..., tuple[Slot, ...]]
Planner = Callable[..., ScenePlan]


def changed(plan: ScenePlan, index: int, **fields: Any) -> ScenePlan:
    shots = list(plan.shots)
    shots[index] = Shot.model_validate({**dict(shots[index]), **fields})
    return plan.model_copy(update={"shots": tuple(shots)})


def found(plan: ScenePlan, slots: tuple[Slot, ...], code: str, **given: Any) -> list[Finding]:
    return [finding for finding in lint(plan, slots, **given) if finding.code == code]


FAULTS: dict[str, tuple[int, dict[str, Any]]] = {
    "unknown_character": (4, {"character_ids": ("nobody",)}),
    "unknown_location": (4, {"location_id": "atlantis"}),
    "singing_without_vocals": (1, {"singer": "lead"}),
    "empty_action": (4, {"action": "  "}),
    "crossfade_on_hard_beat": (11, {"transition": "crossfade"}),
    "text_in_picture": (4, {"action": "A sign reading HOPE swings"}),
    "flash_rate": (4, {"action": "Strobe light over the room"}),
    "too_many_actions": (4, {"action": "She sits, then stands, then runs"}),
    "length_changed": (4, {"planned_s": 11.0}),
}
FIXABLE = {
    "unknown_character",
    "unknown_location",
    "singing_without_vocals",
    "crossfade_on_hard_beat",
    "length_changed",
}


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_found_in_its_slot(code: str, song: Song, plan_for: Planner) -> None:
    index, fields = FAULTS[code]
    findings = found(changed(plan_for(), index, **fields), song(), code)
    assert [finding.slot_ids for finding in findings] == [(song()[index].id,)]
    assert findings[0].message


@pytest.mark.parametrize("code", sorted(FIXABLE))
def test_its_fix_mends_it(code: str, song: Song, plan_for: Planner) -> None:
    index, fields = FAULTS[code]
    plan = changed(plan_for(), index, **fields)
    fix = found(plan, song(), code)[0].fix
    assert fix is not None
    assert not found(apply_fix(plan, fix), song(), code)


@pytest.mark.parametrize("code", sorted(FIXABLE))
def test_no_fix_is_offered_for_what_is_locked(code: str, song: Song, plan_for: Planner) -> None:
    index, fields = FAULTS[code]
    plan = changed(plan_for(), index, **fields, locked=("*",))
    assert found(plan, song(), code)[0].fix is None


def test_three_equal_sizes_are_found_and_mended(song: Song, plan_for: Planner) -> None:
    plan = plan_for()
    for index in (4, 5, 6):
        plan = changed(plan, index, size="MS")
    finding = found(plan, song(), "three_equal_sizes")[0]
    assert finding.fix is not None
    assert not found(apply_fix(plan, finding.fix), song(), "three_equal_sizes")


def test_equal_neighbour_movements_are_found_and_mended(song: Song, plan_for: Planner) -> None:
    plan = changed(changed(plan_for(), 4, movement="pan"), 5, movement="pan")
    finding = found(plan, song(), "same_movement")[0]
    assert finding.fix is not None
    mended = apply_fix(plan, finding.fix)
    assert not [f for f in lint(mended, song()) if f.code == "same_movement"]


def test_a_film_of_two_sizes_is_called_dull(song: Song, plan_for: Planner) -> None:
    plan = plan_for()
    for index in range(len(plan.shots)):
        plan = changed(plan, index, size="MS" if index % 2 else "CU")
    assert found(plan, song(), "few_sizes")


def test_a_chorus_without_its_image_is_found_and_marked(song: Song, plan_for: Planner) -> None:
    plan = plan_for()
    plan = plan.model_copy(
        update={"shots": tuple(shot.model_copy(update={"motif": False}) for shot in plan.shots)}
    )
    assert len(found(plan, song(), "hook_missing")) == 1
    assert len(found(plan, song(), "motif_missing_in_chorus")) == 2
    fix = found(plan, song(), "hook_missing")[0].fix
    assert fix is not None
    assert not found(apply_fix(plan, fix), song(), "hook_missing")


def test_a_chorus_that_looks_like_the_verse_is_found(song: Song, plan_for: Planner) -> None:
    plan = plan_for()
    one = {"location_id": plan.locations[0].id, "light": "grey", "purpose": "narrative"}
    for index in range(len(plan.shots)):
        plan = changed(plan, index, **one, size=("MS", "CU", "LS")[index % 3])
    assert len(found(plan, song(), "chorus_like_verse")) == 3


def test_a_lead_who_stays_away_is_missed(song: Song, plan_for: Planner) -> None:
    plan = plan_for()
    lead = plan.characters[0].id
    for index in range(len(plan.shots)):
        shown = (lead,) if index < 14 or index > 30 else ()
        plan = changed(plan, index, character_ids=shown, singer="")
    finding = found(plan, song(), "character_gone")[0]
    assert finding.slot_ids == (song()[13].id, song()[31].id)


def test_a_place_seen_close_before_it_is_seen_whole_is_found(song: Song, plan_for: Planner) -> None:
    plan = changed(plan_for(), 0, purpose="detail", size="ECU")
    finding = found(plan, song(), "detail_before_establishing")[0]
    assert finding.fix is not None
    assert not found(apply_fix(plan, finding.fix), song(), "detail_before_establishing")


def test_turning_the_screen_direction_round_is_found(song: Song, plan_for: Planner) -> None:
    plan = plan_for()
    place = plan.locations[0].id
    plan = changed(plan, 4, action="She runs to the left", location_id=place)
    plan = changed(plan, 5, action="She runs to the right", location_id=place)
    assert found(plan, song(), "direction_break")


def test_slow_cuts_in_the_loudest_part_are_found(plan_for: Planner, song: Song) -> None:
    quick = song((("verse", 0.2, 8),), 2.0)
    slow = song((("verse", 0.2, 8), ("chorus", 0.9, 4)), 6.0)
    late = tuple(
        slot.model_copy(update={"start_s": slot.start_s - 32, "end_s": slot.end_s - 32})
        for slot in slow[8:]
    )
    slots = (*quick, *late)
    assert found(plan_for(slots=slots), slots, "cuts_ignore_energy")


def test_six_places_in_two_minutes_are_too_many(song: Song, plan_for: Planner) -> None:
    slots = song((("verse", 0.4, 30),))
    plan = plan_for(slots=slots)
    for index in range(30):
        plan = changed(plan, index, location_id=f"place-{index % 6}")
    assert found(plan, slots, "too_many_locations")


def test_a_missing_shot_a_double_one_and_an_orphan_are_found(song: Song, plan_for: Planner) -> None:
    plan = plan_for()
    orphan = plan.shots[0].model_copy(update={"slot_id": "gone1"})
    plan = plan.model_copy(update={"shots": (*plan.shots[1:], plan.shots[3], orphan)})
    assert found(plan, song(), "no_shot")[0].slot_ids == (song()[0].id,)
    assert found(plan, song(), "duplicate_shot")[0].slot_ids == (song()[3].id,)
    finding = found(plan, song(), "orphan_shot")[0]
    assert finding.fix is not None
    assert not found(apply_fix(plan, finding.fix), song(), "orphan_shot")


@pytest.mark.parametrize(("shift_s", "code"), [(0.5, "gap"), (-0.5, "overlap")])
def test_slots_that_do_not_touch_are_found(
    shift_s: float, code: str, song: Song, plan_for: Planner
) -> None:
    slots = list(song())
    slots[5] = slots[5].model_copy(update={"start_s": slots[5].start_s + shift_s})
    assert found(plan_for(), tuple(slots), code)[0].slot_ids == (slots[4].id, slots[5].id)


def test_a_film_that_ends_elsewhere_is_found(song: Song, plan_for: Planner) -> None:
    limits = Limits(film_s=(0.0, 171.0))
    assert found(plan_for(), song(), "wrong_end", limits=limits)


def test_sung_words_decide_over_the_slots_text(song: Song, plan_for: Planner) -> None:
    slots = song(sung=False)
    plan = plan_for()
    singing = [shot.slot_id for shot in plan.shots if shot.singer]
    word = Word(text="la", start_s=slots[0].start_s, end_s=slots[-1].end_s, line=0)
    assert len(found(plan, slots, "singing_without_vocals")) == len(singing)
    assert not found(plan, slots, "singing_without_vocals", words=(word,))


def test_limits_of_the_model_are_hard(song: Song, plan_for: Planner) -> None:
    slots, plan = song(), plan_for()
    first, lead = slots[0].id, plan.characters[0]
    limits = Limits(
        longest_s={first: 3.0},
        prompts={first: "x" * 90},
        prompt_chars={first: 80},
        refused={lead.id: "no age is given"},
    )
    codes = {f.code for f in lint(plan, slots, limits=limits) if f.level == "hard"}
    assert codes == {"too_long_for_model", "prompt_too_long", "character_refused"}


def test_two_characters_of_one_id_are_found(song: Song, plan_for: Planner) -> None:
    twice = (Character(id="a", name="A", description="a man"),) * 2
    plan = plan_for().model_copy(update={"characters": twice})
    assert found(plan, song(), "duplicate_id")


def test_a_singer_who_is_not_in_the_shot_is_put_in(song: Song, plan_for: Planner) -> None:
    plan = plan_for()
    index = next(n for n, shot in enumerate(plan.shots) if shot.singer)
    plan = changed(plan, index, character_ids=())
    finding = found(plan, song(), "singer_not_in_shot")[0]
    assert finding.fix is not None
    assert not found(apply_fix(plan, finding.fix), song(), "singer_not_in_shot")


def test_a_fix_of_an_older_plan_is_refused(plan_for: Planner) -> None:
    with pytest.raises(RefusedEdit):
        apply_fix(plan_for(), Fix("Old", (Patch("gone1", {"size": "MS"}),)))
