"""Hard rules: what would buy the wrong thing, or cannot be filmed at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

from pipeline.planning.desk import Desk, Row, number, offer
from pipeline.planning.findings import Finding, Fix
from pipeline.timebase import to_microseconds

Rule = Callable[[Desk], Iterator[Finding]]


def _hard(code: str, slots: tuple[str, ...], message: str, fix: Fix | None = None) -> Finding:
    return Finding(code, "hard", slots, message, fix)


def partition(desk: Desk) -> Iterator[Finding]:
    """Slots touch each other and cover the film exactly."""
    for before, after in pairwise(desk.slots):
        gap_us = to_microseconds(after.start_s) - to_microseconds(before.end_s)
        if gap_us:
            code, word = ("gap", "is empty") if gap_us > 0 else ("overlap", "is filled twice")
            message = (
                f"Between slots {number(before)} and {number(after)} "
                f"{abs(gap_us) / 1e6:.3f} s of the song {word}. Move the cut on the Song page."
            )
            yield _hard(code, (before.id, after.id), message)
    if desk.limits.film_s and desk.slots:
        yield from _ends(desk, desk.limits.film_s)


def _ends(desk: Desk, film_s: tuple[float, float]) -> Iterator[Finding]:
    first, last = desk.slots[0], desk.slots[-1]
    if to_microseconds(first.start_s) != to_microseconds(film_s[0]):
        yield _hard("wrong_start", (first.id,), "The first slot does not begin with the film.")
    if to_microseconds(last.end_s) != to_microseconds(film_s[1]):
        message = f"The last slot ends at {last.end_s:.2f} s, the film at {film_s[1]:.2f} s."
        yield _hard("wrong_end", (last.id,), message)


def one_shot_each(desk: Desk) -> Iterator[Finding]:
    """As many shots as slots, each slot exactly once."""
    counts = Counter(shot.slot_id for shot in desk.plan.shots)
    known = {slot.id for slot in desk.slots}
    for slot in desk.slots:
        if not counts[slot.id]:
            message = f"Slot {number(slot)} has no shot. Replan it or write one."
            yield _hard("no_shot", (slot.id,), message)
        if counts[slot.id] > 1:
            message = f"Slot {number(slot)} has {counts[slot.id]} shots."
            yield _hard("duplicate_shot", (slot.id,), message)
    orphans = tuple(slot_id for slot_id in counts if slot_id not in known)
    if orphans:
        message = f"{len(orphans)} of the shots belong to slots that no longer exist."
        yield _hard("orphan_shot", orphans, message, Fix("Remove them", drop_slots=orphans))


def unique_ids(desk: Desk) -> Iterator[Finding]:
    """No two characters and no two locations share an id."""
    for word, ids in (
        ("character", [one.id for one in desk.plan.characters]),
        ("location", [one.id for one in desk.plan.locations]),
    ):
        for name, count in Counter(ids).items():
            if count > 1:
                message = f"{count} {word}s share the id “{name}”, so shots cannot tell them apart."
                yield _hard("duplicate_id", (), message)


def ids_resolve(desk: Desk) -> Iterator[Finding]:
    """Every character, singer and location of a shot is defined."""
    for row in desk.rows:
        yield from _location_resolves(desk, row)
        unknown = [one for one in row.shot.character_ids if one not in desk.characters]
        if unknown:
            kept = tuple(one for one in row.shot.character_ids if one in desk.characters)
            names = ", ".join(f"“{name}”" for name in unknown)
            message = f"Slot {number(row.slot)} shows {names}, who is not in the cast."
            yield _hard(
                "unknown_character",
                (row.slot.id,),
                message,
                offer(row.shot, "Take them out of the shot", character_ids=kept),
            )


def _location_resolves(desk: Desk, row: Row) -> Iterator[Finding]:
    place = row.shot.location_id
    if place and place not in desk.locations:
        message = f"Slot {number(row.slot)} plays at “{place}”, which is not defined."
        first = desk.plan.locations[0] if desk.plan.locations else None
        label = f"Play it at {first.name}" if first else "Leave the place open"
        fix = offer(row.shot, label, location_id=first.id if first else "")
        yield _hard("unknown_location", (row.slot.id,), message, fix)


def singing(desk: Desk) -> Iterator[Finding]:
    """Somebody is seen singing only over sung words, and is in the shot."""
    for row in desk.rows:
        singer = row.shot.singer
        if not singer:
            continue
        if row.slot.id not in desk.sung:
            message = (
                f"In slot {number(row.slot)} {desk.name_of(singer)} sings, but nobody is heard."
            )
            fix = offer(row.shot, "Nobody sings here", singer="")
            yield _hard("singing_without_vocals", (row.slot.id,), message, fix)
        elif singer not in row.shot.character_ids:
            message = f"In slot {number(row.slot)} {desk.name_of(singer)} sings without being seen."
            yield _hard("singer_not_in_shot", (row.slot.id,), message, _singer_fix(desk, row))


def _singer_fix(desk: Desk, row: Row) -> Fix | None:
    if row.shot.singer not in desk.characters:
        return offer(row.shot, "Nobody sings here", singer="")
    shown = (*row.shot.character_ids, row.shot.singer)
    return offer(row.shot, f"Show {desk.name_of(row.shot.singer)}", character_ids=shown)


def buyable(desk: Desk) -> Iterator[Finding]:
    """The chosen model makes clips as long as the slot."""
    for slot in desk.slots:
        longest_s = desk.limits.longest_s.get(slot.id)
        if longest_s is not None and slot.duration_s > longest_s + 1e-6:
            message = (
                f"Slot {number(slot)} lasts {slot.duration_s:.1f} s, but its model makes "
                f"{longest_s:g} s at most. Split it on the Song page or choose another model."
            )
            yield _hard("too_long_for_model", (slot.id,), message)


def prompt_fits(desk: Desk) -> Iterator[Finding]:
    """The text to be sent is within the model's limit."""
    for row in desk.rows:
        limit = desk.limits.prompt_chars.get(row.slot.id)
        length = len(desk.limits.prompts.get(row.slot.id, ""))
        if limit is not None and length > limit:
            message = (
                f"The prompt of slot {number(row.slot)} has {length} characters, its model takes "
                f"{limit}. Shorten the action or show fewer characters; an identity is never cut."
            )
            yield _hard("prompt_too_long", (row.slot.id,), message)


def cast_is_sound(desk: Desk) -> Iterator[Finding]:
    """No shot is bought with a character whose description would fail."""
    for character_id, why in desk.limits.refused.items():
        slots = tuple(r.slot.id for r in desk.rows if character_id in r.shot.character_ids)
        if slots:
            message = f"{desk.name_of(character_id)} cannot be bought yet: {why}"
            yield _hard("character_refused", slots, message)


def something_happens(desk: Desk) -> Iterator[Finding]:
    """Every shot says what is seen."""
    for row in desk.rows:
        if not row.shot.action.strip():
            message = f"Slot {number(row.slot)} does not say what is seen."
            yield _hard("empty_action", (row.slot.id,), message)


HARD_RULES: tuple[Rule, ...] = (
    partition,
    one_shot_each,
    unique_ids,
    ids_resolve,
    singing,
    buyable,
    prompt_fits,
    cast_is_sound,
    something_happens,
)
