"""The card of one shot: what is seen, how, who, and what replanning must leave alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import streamlit as st

from pages.parts import errors, plan_findings
from pages.parts.plan_desk import Desk
from pipeline.model import Shot, Slot, Transition
from pipeline.planning import edits
from pipeline.timebase import clock

TERMS = {
    "purpose": "Purpose",
    "size": "Size",
    "angle": "Angle",
    "movement": "Movement",
    "speed": "Speed",
    "lens": "Lens",
}
TEXTS = {"action": "What is seen", "light": "Light", "negative": "Must not be seen"}
LOCKABLE = {
    **TEXTS,
    **TERMS,
    "location_id": "Place",
    "character_ids": "Who",
    "singer": "Singer",
    "transition": "Begins with",
    "motif": "Motif",
    "notes": "Notes",
}
BEGINNINGS = {Transition.CUT: "Cut", Transition.CROSSFADE: "Crossfade", Transition.FADE: "Fade"}
SIZES = {
    "ECU": "Extreme close-up",
    "CU": "Close-up",
    "MCU": "Medium close-up",
    "MS": "Medium",
    "MLS": "Medium long",
    "LS": "Long",
    "ELS": "Extreme long",
}
WORDS = (
    SIZES
    | {
        one: one.capitalize()
        for field in TERMS
        for one in get_args(Shot.model_fields[field].annotation)
        if one not in SIZES
    }
    | {"eye": "Eye level", "pov": "Point of view", "push": "Push in", "pull": "Pull back"}
)
MOST_LETTERS = 1_000


def draw(desk: Desk, slot: Slot) -> None:
    """Draw the card of a slot's shot, or say how it gets one."""
    st.markdown(
        f"**Shot {slot.index + 1}** · {clock(slot.start_s)} to {clock(slot.end_s)} · "
        f"{slot.duration_s:.2f} s · {errors.literal(slot.section)}"
    )
    clip = desk.view.clips.get(slot.id)
    if clip is not None and clip.state == "stale":
        st.caption(f":orange[:material/update: The clip is stale:] {errors.literal(clip.why)}")
    if slot.lyric.strip():
        st.caption(f"Sung: {errors.literal(slot.lyric[:200])}")
    shot = desk.shot(slot)
    if shot is None:
        st.info("This slot has no shot yet. *Plan the shots* fills it.")
        return
    _texts(desk, shot, ("action",))
    plan_findings.beside(desk, slot.id)
    _terms(desk, shot)
    _people(desk, shot, bool(slot.lyric.strip()))
    _texts(desk, shot, ("light", "negative"))
    _locks(desk, shot)


def _edit(desk: Desk, shot: Shot, label: str, read: Callable[[str], Any]) -> Callable[..., None]:
    """A callback that stores what a widget holds in one field of the shot."""

    def store(key: str, field: str) -> None:
        value = read(st.session_state[key])
        desk.edit_plan(label, lambda plan: edits.set_shots(plan, {shot.slot_id}, **{field: value}))

    return store


def _keyed(desk: Desk, shot: Shot, field: str, value: Any) -> str:
    """The widget's key, its state set to what is stored, so that undo shows."""
    key = f"shot_{desk.project.id}_{shot.slot_id}_{field}"
    st.session_state[key] = value
    return key


def _texts(desk: Desk, shot: Shot, fields: tuple[str, ...]) -> None:
    for field in fields:
        key = _keyed(desk, shot, field, getattr(shot, field)[:MOST_LETTERS])
        st.text_area(
            _named(shot, field),
            key=key,
            max_chars=MOST_LETTERS,
            height=96 if field == "action" else 68,
            on_change=_edit(desk, shot, f"{LOCKABLE[field]} of a shot", str.strip),
            args=(key, field),
        )


def _terms(desk: Desk, shot: Shot) -> None:
    columns = st.columns(2)
    for place, (field, label) in enumerate(TERMS.items()):
        options = get_args(Shot.model_fields[field].annotation)
        key = _keyed(desk, shot, field, getattr(shot, field))
        columns[place % 2].selectbox(
            _named(shot, field),
            options,
            key=key,
            format_func=WORDS.__getitem__,
            on_change=_edit(desk, shot, f"{label} of a shot", str),
            args=(key, field),
        )


def _people(desk: Desk, shot: Shot, sung: bool) -> None:
    plan = desk.plan
    if plan is None:
        return
    names = {one.id: one.name for one in plan.characters}
    places = {"": "open"} | {one.id: one.name for one in plan.locations}
    seen = [one for one in shot.character_ids if one in names]
    key = _keyed(desk, shot, "character_ids", seen)
    st.multiselect(
        _named(shot, "character_ids"),
        list(names),
        key=key,
        format_func=lambda one: names[one],
        on_change=_edit(desk, shot, "Who is in a shot", tuple),
        args=(key, "character_ids"),
    )
    left, right = st.columns(2)
    key = _keyed(desk, shot, "location_id", shot.location_id if shot.location_id in places else "")
    left.selectbox(
        _named(shot, "location_id"),
        list(places),
        key=key,
        format_func=lambda one: places[one],
        on_change=_edit(desk, shot, "Place of a shot", str),
        args=(key, "location_id"),
    )
    singers = {"": "nobody"} | {one: names[one] for one in seen}
    key = _keyed(desk, shot, "singer", shot.singer if shot.singer in singers else "")
    right.selectbox(
        _named(shot, "singer"),
        list(singers),
        key=key,
        format_func=lambda one: singers[one],
        disabled=not sung and not shot.singer,
        help=None if sung else "Nobody is heard singing here.",
        on_change=_edit(desk, shot, "Who sings in a shot", str),
        args=(key, "singer"),
    )
    _beginning(desk, shot, left, right)


def _beginning(desk: Desk, shot: Shot, left: Any, right: Any) -> None:
    key = _keyed(desk, shot, "transition", shot.transition)
    left.selectbox(
        _named(shot, "transition"),
        list(BEGINNINGS),
        key=key,
        format_func=BEGINNINGS.__getitem__,
        on_change=_edit(desk, shot, "How a shot begins", Transition),
        args=(key, "transition"),
    )
    key = _keyed(desk, shot, "motif", shot.motif)
    right.toggle(
        _named(shot, "motif"),
        key=key,
        help="The image that returns in every chorus.",
        on_change=_edit(desk, shot, "Motif of a shot", bool),
        args=(key, "motif"),
    )


def _locks(desk: Desk, shot: Shot) -> None:
    """Which fields a replan leaves as they are."""
    options = ["*", *LOCKABLE]
    key = _keyed(desk, shot, "locked", [one for one in shot.locked if one in options])

    def store() -> None:
        fields = st.session_state[key]

        def relock(plan: Any) -> Any:
            free = edits.unlock(plan, {shot.slot_id})
            return edits.lock(free, {shot.slot_id}, *fields) if fields else free

        desk.edit_plan("Locks of a shot", relock)

    st.multiselect(
        "Locked when planned again",
        options,
        key=key,
        format_func=lambda one: "Whole shot" if one == "*" else LOCKABLE[one],
        placeholder="Nothing",
        on_change=store,
    )


def _named(shot: Shot, field: str) -> str:
    """A label, with a lock where replanning leaves the field alone."""
    locked = field in shot.locked or "*" in shot.locked
    return f"{LOCKABLE[field]} :material/lock:" if locked else LOCKABLE[field]
