"""Replanning keeps what is locked and says what it would change."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.model import Character, ScenePlan, Slot
from pipeline.planning import edits
from pipeline.planning.lint import lint
from pipeline.planning.replanning import difference, merged

Planner = Callable[..., ScenePlan]
Song = Callable[..., tuple[Slot, ...]]


def test_locked_fields_survive_a_whole_replan(plan_for: Planner) -> None:
    old = edits.lock(edits.set_shots(plan_for(), {"slot004"}, action="Mine"), {"slot004"}, "action")
    new = merged(old, plan_for(take=2))
    assert new.shots[4].action == "Mine"
    assert new.shots[4].locked == ("action",)
    assert new.shots[5] == plan_for(take=2).shots[5]


def test_a_replan_of_one_section_leaves_the_rest(plan_for: Planner) -> None:
    old, fresh = plan_for(), plan_for(take=2)
    chosen = {"slot009", "slot010"}
    new = merged(old, fresh, chosen)
    for before, after in zip(old.shots, new.shots, strict=True):
        assert (before == after) == (before.slot_id not in chosen)
    assert new.treatment == old.treatment


def test_a_partial_replan_brings_the_people_it_needs(plan_for: Planner, song: Song) -> None:
    old, fresh = plan_for(), plan_for("A nun in black rides a horse.")
    new = merged(old, fresh, {slot.id for slot in song()[9:15]})
    assert not [finding for finding in lint(new, song()) if finding.code.startswith("unknown")]


def test_a_locked_description_is_never_replaced(plan_for: Planner) -> None:
    old = edits.lock_character(plan_for("A nun rides a horse."), "nun")
    other = Character(id="nun", name="Nun", description="somebody else")
    fresh = edits.put_character(plan_for(take=2), other)
    assert next(c for c in merged(old, fresh).characters if c.id == "nun") == old.characters[0]


def test_the_difference_is_said_in_words(plan_for: Planner) -> None:
    old = plan_for()
    new = edits.set_shots(old, {"slot003"}, size="ELS", action="She flies")
    changes = difference(old, new)
    assert [change.field for change in changes] == ["size", "action"]
    assert changes[0].words == f"size: {old.shots[3].size} → ELS"
    assert difference(old, old) == ()


def test_new_and_gone_people_are_named(plan_for: Planner) -> None:
    old = plan_for()
    new = edits.add_character(old, "Ana", "a woman")
    assert [change.words for change in difference(old, new)] == ["Ana is new"]
    assert [change.words for change in difference(new, old)] == ["Ana is gone"]
