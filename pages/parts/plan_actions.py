"""Planning and replanning: who plans, what it costs, and the difference before it is taken."""

from __future__ import annotations

from html import escape
from itertools import groupby

import streamlit as st

from pages.parts import errors, progress, starting
from pages.parts.plan_desk import Desk
from pages.parts.states import usd
from pipeline.errors import StudioError
from pipeline.model import ScenePlan, Slot
from pipeline.planning.directing import Board, model_of, quote_usd_micro
from pipeline.planning.importing import Imported, import_plan
from pipeline.planning.pricing import planning_models
from pipeline.planning.proposing import (
    discarded,
    inputs_for,
    offline_proposal,
    proposed,
    taken,
)
from pipeline.planning.replanning import Change, difference
from pipeline.project import changed

PLANNERS = {"offline": "Offline, free", "openai": "Language model"}
SHOWN_CHANGES = 60
SHOWN_FINDINGS = 12
IMPORTED = "plan_imported"
LONGEST_NAME = 80


def draw(desk: Desk, slot: Slot) -> None:
    """The row of buttons; what they propose stands below until it is taken or discarded."""
    with st.container(key="plan_actions", horizontal=True, vertical_alignment="center"):
        _planner(desk)
        _buttons(desk, slot)
    if desk.project.proposal is not None:
        _proposal(desk)


def _planner(desk: Desk) -> None:
    key = f"planner_{desk.project.id}"
    st.session_state[key] = desk.project.planner
    st.segmented_control(
        "Planner",
        list(PLANNERS),
        key=key,
        format_func=PLANNERS.__getitem__,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: desk.edit(
            "Planner", lambda project: changed(project, planner=st.session_state[key])
        ),
    )
    if desk.project.planner == "openai":
        _planner_model(desk)


def _planner_model(desk: Desk) -> None:
    """The usual models, or any other name for a server of one's own."""
    names = planning_models()
    model = model_of(desk.project)
    key = f"planner_model_{desk.project.id}"
    st.session_state[key] = model
    st.selectbox(
        "Model",
        names if model in names else [model, *names],
        key=key,
        width=190,
        label_visibility="collapsed",
        accept_new_options=True,
        on_change=lambda: desk.edit(
            "Planning model",
            lambda project: changed(
                project, planner_model=(st.session_state[key] or "")[:LONGEST_NAME]
            ),
        ),
    )


def _buttons(desk: Desk, slot: Slot) -> None:
    missing = tuple(one.id for one in desk.view.slots if desk.shot(one) is None)
    busy = progress.active(desk.studio.run(desk.project.id))
    if missing:
        st.button(
            f"Plan the shots · {len(missing)}{_price(desk, missing)}",
            key="plan_missing",
            type="primary",
            icon=":material/edit_note:",
            disabled=busy,
            on_click=_start,
            args=(desk,),
        )
    if desk.plan is None:
        return
    part = _part(desk, slot)
    for key, label, slot_ids in (
        ("replan_shot", f"Replan shot {slot.index + 1}", (slot.id,)),
        ("replan_part", f"Replan {errors.literal(slot.section) or 'part'} · {len(part)}", part),
        ("replan_all", "Replan what is not locked", ()),
    ):
        st.button(
            f"{label}{_price(desk, slot_ids)}",
            key=key,
            disabled=busy,
            on_click=_propose,
            args=(desk, slot_ids),
        )
    _import(desk)


def _part(desk: Desk, slot: Slot) -> tuple[str, ...]:
    """Ids of the unbroken run of slots of one section round a slot."""
    for _, run in groupby(desk.view.slots, key=lambda one: one.section):
        ids = tuple(one.id for one in run)
        if slot.id in ids:
            return ids
    return (slot.id,)


def _price(desk: Desk, slot_ids: tuple[str, ...]) -> str:
    """What the button costs at most; nothing offline."""
    if desk.project.planner == "offline":
        return ""
    wanted = inputs_for(desk.inputs, desk.plan, slot_ids, 1)
    try:
        return f" · up to {usd(quote_usd_micro(desk.project, wanted))}"
    except StudioError:
        return " · price unknown"


def _start(desk: Desk) -> None:
    starting.start(desk.studio, desk.project.id, "plan")


def _propose(desk: Desk, slot_ids: tuple[str, ...]) -> None:
    """Offline at once, since it takes milliseconds; with a model as a run."""
    if desk.project.planner == "openai":
        starting.start(desk.studio, desk.project.id, "proposal", slot_ids)
    with errors.shown(later=True):
        take = desk.project.revision + 2
        proposal = offline_proposal(desk.inputs, desk.plan, slot_ids, take)
        desk.edit("A new plan was proposed", lambda project: proposed(project, proposal))


def _proposal(desk: Desk) -> None:
    """The difference, shot by shot, and the two ways on."""
    proposal = desk.project.proposal
    if proposal is None:
        return
    changes = difference(desk.plan, proposal)
    with st.container(border=True, key="proposal"):
        shots = len({change.id for change in changes if change.scope == "shot"})
        st.markdown(f"**Proposed** · {counted(shots, 'shot')} would change")
        _said(proposal)
        st.html(f'<div style="max-height:19rem;overflow:auto">{_listed(desk, changes)}</div>')
        with st.container(horizontal=True):
            st.button(
                "Take it",
                key="proposal_take",
                type="primary",
                disabled=not changes,
                on_click=lambda: desk.edit("Take the new plan", taken),
            )
            st.button(
                "Leave it",
                key="proposal_leave",
                on_click=lambda: desk.edit("Leave the new plan", discarded),
            )


def counted(number: int, word: str) -> str:
    """A number with its noun: 1 shot, 2 shots, no shot."""
    return f"{number or 'no'} {word}{'s' if number > 1 else ''}"


def _said(proposal: ScenePlan) -> None:
    """What was left out or is missing, where the proposal is the file that was just read."""
    found = st.session_state.get(IMPORTED)
    if isinstance(found, Imported) and found.plan == proposal:
        for line in found.findings[:SHOWN_FINDINGS]:
            st.caption(errors.literal(line))


def _listed(desk: Desk, changes: tuple[Change, ...]) -> str:
    numbers = {slot.id: slot.index + 1 for slot in desk.view.slots}
    rows = []
    for (scope, ident), group in groupby(changes, lambda one: (one.scope, one.id)):
        head = f"Shot {numbers.get(ident, '?')}" if scope == "shot" else f"{scope} {ident}".strip()
        words = "<br>".join(escape(change.words) for change in group)
        rows.append(f"<li><b>{escape(head)}</b><br>{words}</li>")
    more = len(rows) - SHOWN_CHANGES
    tail = f"<li>and {more} more</li>" if more > 0 else ""
    return f"<ul>{''.join(rows[:SHOWN_CHANGES])}{tail}</ul>"


def _import(desk: Desk) -> None:
    """A plan from a file, as a proposal like any other."""
    with st.popover("Import or export", icon=":material/swap_vert:"):
        if desk.plan is not None:
            st.download_button(
                "Export this plan",
                desk.plan.model_dump_json(indent=1),
                "plan.json",
                "application/json",
                key="plan_export",
                on_click="ignore",
            )
        file = st.file_uploader("Import a plan", type="json", key="plan_file", max_upload_size=2)
        if file is not None:
            st.button("Read it", key="plan_import", on_click=_read, args=(desk, file.getvalue()))


def _read(desk: Desk, file: bytes) -> None:
    with errors.shown(later=True):
        found = import_plan(file, desk.view.slots)
        desk.edit("Import a plan", lambda project: proposed(project, found.plan))
        st.session_state[IMPORTED] = found


def writing(desk: Desk) -> None:
    """Shots as they are written, while a model plans."""
    shots = Board(desk.studio.notes, desk.project.id).shots()
    if not shots:
        return
    numbers = {slot.id: slot.index + 1 for slot in desk.view.slots}
    st.caption(f"Being written: {len(shots)} of {counted(len(desk.view.slots), 'shot')}")
    st.dataframe(
        [
            {"shot": numbers.get(shot.slot_id), "frame": shot.size, "what is seen": shot.action}
            for shot in shots
        ],
        hide_index=True,
        key="plan_writing",
        height=260,
    )
