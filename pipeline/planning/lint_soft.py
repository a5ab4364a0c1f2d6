"""Soft rules: variety, structure, continuity and safety. They advise and never stop anything."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from pipeline.knowledge import library
from pipeline.model import Shot, Transition
from pipeline.planning.desk import Desk, Row, free, number, offer
from pipeline.planning.findings import Finding, Fix

Rule = Callable[[Desk], Iterator[Finding]]

SIZE_LADDER = ("ECU", "CU", "MCU", "MS", "MLS", "LS", "ELS")
MOVEMENTS = ("static", "push", "truck", "pan", "pull", "tilt", "handheld", "orbit", "crane")
WIDE = {"LS", "ELS"}
SIZES_WANTED = 4
GONE_S = 40.0
MAIN_SHARE = 0.3
FLASH_HZ = 3.0
_THEN = re.compile(r"\bthen\b|;|[.!?]\s+\S|、その後|\bdann\b|\bluego\b|\bpuis\b", re.IGNORECASE)
_TEXT = re.compile(
    r"\b(caption|subtitle|title card|lettering|text (?:on|in|reading|saying)|(?:sign|screen|poster|"
    r"billboard|banner) (?:that )?(?:reads|reading|says|saying|spells))\b",
    re.IGNORECASE,
)
_FLASH = re.compile(r"\b(strobe|strobes|strobing|strobed|stroboscop\w*|rapid flash\w*)\b", re.I)
_LEFT = re.compile(r"\b(?:to|towards) the left\b|\bright to left\b", re.IGNORECASE)
_RIGHT = re.compile(r"\b(?:to|towards) the right\b|\bleft to right\b", re.IGNORECASE)


def _soft(code: str, rows: Sequence[Row], message: str, fix: Fix | None = None) -> Finding:
    return Finding(code, "soft", tuple(row.slot.id for row in rows), message, fix)


def sizes_vary(desk: Desk) -> Iterator[Finding]:
    """Not three equal sizes in a row, and at least four sizes in a film."""
    for index in range(len(desk.rows) - 2):
        three = desk.rows[index : index + 3]
        if len({row.shot.size for row in three}) == 1:
            yield _three_equal(desk, index, three)
    sizes = {row.shot.size for row in desk.rows}
    if len(desk.rows) >= 2 * SIZES_WANTED and len(sizes) < SIZES_WANTED:
        message = f"The film uses {len(sizes)} shot sizes; four or more keep the eye awake."
        yield _soft("few_sizes", desk.rows[:0], message)


def _three_equal(desk: Desk, index: int, three: Sequence[Row]) -> Finding:
    around: set[str] = {row.shot.size for row in desk.rows[max(0, index - 1) : index + 5]}
    size = three[0].shot.size
    step = SIZE_LADDER.index(size)
    near = sorted((s for s in SIZE_LADDER if s != size), key=lambda s: _worth(s, step, around))
    message = (
        f"Slots {number(three[0].slot)} to {number(three[2].slot)} are all {size}: "
        "the cuts between them look like jumps."
    )
    middle = next((row for row in (three[1], three[2], three[0]) if free(row.shot, "size")), None)
    fix = None
    if middle is not None:
        fix = offer(middle.shot, f"Make slot {number(middle.slot)} a {near[0]}", size=near[0])
    return _soft("three_equal_sizes", three, message, fix)


def _worth(size: str, step: int, around: set[str]) -> tuple[bool, int]:
    return size in around, abs(abs(SIZE_LADDER.index(size) - step) - 2)


def movements_vary(desk: Desk) -> Iterator[Finding]:
    """Neighbours do not move alike."""
    for index, (before, after) in enumerate(pairwise(desk.rows)):
        if before.shot.movement != after.shot.movement:
            continue
        message = (
            f"Slots {number(before.slot)} and {number(after.slot)} both move by "
            f"“{after.shot.movement}”: the second move is not felt."
        )
        following = desk.rows[index + 2].shot.movement if index + 2 < len(desk.rows) else ""
        barred = {before.shot.movement, following}
        other = next(movement for movement in MOVEMENTS if movement not in barred)
        fix = offer(after.shot, f"Make slot {number(after.slot)} {other}", movement=other)
        yield _soft("same_movement", (before, after), message, fix)


def chorus_differs(desk: Desk) -> Iterator[Finding]:
    """A chorus looks unlike a verse: in place, purpose, light or size."""
    verses = [row for part in desk.parts if part.part == "verse" for row in desk.rows_of(part)]
    for part in desk.parts:
        rows = desk.rows_of(part)
        if part.part == "chorus" and verses and rows and _alike(rows, verses):
            message = (
                f"The chorus from slot {number(part.slots[0])} looks like the verses: same "
                "places, light and kinds of shot. Give it a place, a light or a pace of its own."
            )
            yield _soft("chorus_like_verse", rows, message)


def _alike(rows: Sequence[Row], others: Sequence[Row]) -> bool:
    def share(of: Sequence[Row], field: str) -> Counter[str]:
        return Counter(
            {v: n / len(of) for v, n in Counter(getattr(r.shot, field) for r in of).items()}
        )

    def distance(field: str) -> float:
        one, two = share(rows, field), share(others, field)
        return sum(abs(one[key] - two[key]) for key in {*one, *two}) / 2

    return all(distance(field) < 0.35 for field in ("location_id", "light", "purpose", "size"))


def motif_returns(desk: Desk) -> Iterator[Finding]:
    """The first chorus holds the hook image; every later one repeats it."""
    for part in desk.parts:
        rows = desk.rows_of(part)
        if part.part != "chorus" or not rows or any(row.shot.motif for row in rows):
            continue
        first = part.number == 0
        code = "hook_missing" if first else "motif_missing_in_chorus"
        what = (
            "The first chorus has no hook image"
            if first
            else (f"The chorus from slot {number(part.slots[0])} does not bring the motif back")
        )
        target = next((row for row in rows if free(row.shot, "motif")), None)
        fix = offer(target.shot, f"Mark slot {number(target.slot)}", motif=True) if target else None
        yield _soft(code, rows, f"{what}: nothing in it will be remembered.", fix)


def characters_return(desk: Desk) -> Iterator[Finding]:
    """Whoever carries the film is not away for longer than 40 s."""
    counts = Counter(one for row in desk.rows for one in set(row.shot.character_ids))
    for character_id, count in counts.items():
        if count < max(3, MAIN_SHARE * len(desk.rows)):
            continue
        seen = [row for row in desk.rows if character_id in row.shot.character_ids]
        for before, after in pairwise(seen):
            gap_s = after.slot.start_s - before.slot.end_s
            if gap_s > GONE_S:
                message = (
                    f"{desk.name_of(character_id)} is away for {gap_s:.0f} s between slots "
                    f"{number(before.slot)} and {number(after.slot)}: models drift and viewers "
                    "forget."
                )
                yield _soft("character_gone", (before, after), message)


def place_before_detail(desk: Desk) -> Iterator[Finding]:
    """A place is seen whole before it is seen close."""
    opened: set[str] = set()
    warned: set[str] = set()
    for row in desk.rows:
        place = row.shot.location_id
        if row.shot.size in WIDE or row.shot.purpose == "establishing":
            opened.add(place)
        close = row.shot.purpose == "detail" or row.shot.size == "ECU"
        if place and close and place not in opened | warned:
            warned.add(place)
            name = desk.locations[place].name if place in desk.locations else place
            message = f"{name} is first seen close, in slot {number(row.slot)}: nobody knows where."
            fix = offer(
                row.shot, f"Open with slot {number(row.slot)}", purpose="establishing", size="LS"
            )
            yield _soft("detail_before_establishing", (row,), message, fix)


def one_action(desk: Desk) -> Iterator[Finding]:
    """At most one action for every five seconds."""
    per_action_s = library.limits().seconds_per_action
    for row in desk.rows:
        actions = 1 + len(_THEN.findall(row.shot.action.strip().rstrip(".!?")))
        allowed = max(1, int(row.slot.duration_s / per_action_s))
        if actions > allowed:
            message = (
                f"Slot {number(row.slot)} tells {actions} actions in {row.slot.duration_s:.1f} s; "
                f"a clip of that length holds {allowed}."
            )
            yield _soft("too_many_actions", (row,), message)


def direction_holds(desk: Desk) -> Iterator[Finding]:
    """Neighbouring shots at one place do not turn the screen direction round."""
    for before, after in pairwise(desk.rows):
        same = before.shot.location_id == after.shot.location_id
        first, second = _direction(before.shot), _direction(after.shot)
        if same and first and second and first != second:
            message = (
                f"Slot {number(before.slot)} moves to the {first}, slot {number(after.slot)} to "
                f"the {second}: across one cut this reads as turning back."
            )
            yield _soft("direction_break", (before, after), message)


def _direction(shot: Shot) -> str:
    if _LEFT.search(shot.action):
        return "left"
    return "right" if _RIGHT.search(shot.action) else ""


def cuts_follow_energy(desk: Desk) -> Iterator[Finding]:
    """Loud parts are not cut more slowly than quiet ones."""
    lengths = [
        (part, sum(s.duration_s for s in part.slots) / len(part.slots)) for part in desk.parts
    ]
    if len(lengths) < 2:
        return
    loud = max(lengths, key=lambda pair: pair[0].energy)
    quiet = min(lengths, key=lambda pair: pair[0].energy)
    if loud[0].energy - quiet[0].energy > 0.25 and loud[1] > 1.25 * quiet[1]:
        message = (
            f"The loudest part is cut every {loud[1]:.1f} s, the quietest every {quiet[1]:.1f} s. "
            "Split slots in the loud part on the Song page."
        )
        yield _soft("cuts_ignore_energy", desk.rows_of(loud[0]), message)


def no_soft_cut_on_hard_beat(desk: Desk) -> Iterator[Finding]:
    """Nothing dissolves on a hard beat."""
    hard = library.transitions().hard_beat_energy
    for row in desk.rows[1:]:
        if row.shot.transition == Transition.CROSSFADE and row.slot.energy >= hard:
            message = f"Slot {number(row.slot)} dissolves in on a hard beat and blurs it."
            fix = offer(row.shot, "Make it a cut", transition=Transition.CUT)
            yield _soft("crossfade_on_hard_beat", (row,), message, fix)


def few_places(desk: Desk) -> Iterator[Finding]:
    """At most five places in three minutes."""
    used = {row.shot.location_id for row in desk.rows if row.shot.location_id}
    film_s = sum(row.slot.duration_s for row in desk.rows)
    most = max(1, int(library.limits().locations_per_3_min * max(1.0, film_s / 180)))
    if len(used) > most:
        message = f"{len(used)} places in {film_s:.0f} s: more than {most} are not remembered."
        yield _soft("too_many_locations", desk.rows[:0], message)


def no_text_in_picture(desk: Desk) -> Iterator[Finding]:
    """Video models cannot spell."""
    for row in desk.rows:
        found = _TEXT.search(row.shot.action)
        if found:
            message = (
                f"Slot {number(row.slot)} asks for writing (“{found.group()}”): video models "
                "cannot spell. Use the captions instead."
            )
            yield _soft("text_in_picture", (row,), message)


def no_fast_flashing(desk: Desk) -> Iterator[Finding]:
    """Nothing flashes more than three times a second."""
    for row in desk.rows:
        quick = row.slot.duration_s < 1 / FLASH_HZ
        found = _FLASH.search(row.shot.action)
        if found or quick:
            why = f"asks for “{found.group()}”" if found else f"lasts {row.slot.duration_s:.2f} s"
            message = (
                f"Slot {number(row.slot)} {why}: flashing above three times a second can harm "
                "viewers with photosensitive epilepsy."
            )
            yield _soft("flash_rate", (row,), message)


def still_fits_its_slot(desk: Desk) -> Iterator[Finding]:
    """An action was written for about the length that its slot has now."""
    for row in desk.rows:
        planned_s, now_s = row.shot.planned_s, row.slot.duration_s
        if planned_s and not 0.6 <= now_s / planned_s <= 1.7:
            message = (
                f"Slot {number(row.slot)} was written for {planned_s:.1f} s and now lasts "
                f"{now_s:.1f} s. Read its action again."
            )
            fix = offer(row.shot, "It still fits", planned_s=now_s)
            yield _soft("length_changed", (row,), message, fix)


SOFT_RULES: tuple[Rule, ...] = (
    sizes_vary,
    movements_vary,
    chorus_differs,
    motif_returns,
    characters_return,
    place_before_detail,
    one_action,
    direction_holds,
    cuts_follow_energy,
    no_soft_cut_on_hard_beat,
    few_places,
    no_text_in_picture,
    no_fast_flashing,
    still_fits_its_slot,
)
