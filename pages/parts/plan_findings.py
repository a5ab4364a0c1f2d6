"""What the linter says: each finding with its reason, a way to its shots, and its fix."""

from __future__ import annotations

import streamlit as st

from pages.parts import errors
from pages.parts.plan_desk import CHOSEN, Desk
from pages.parts.plan_table import KEY as TABLE
from pipeline.planning.lint import Finding, apply_fix

FIRST_SHOWN = 4


def draw(desk: Desk) -> None:
    """Draw the findings, hard ones first; the rest behind a fold."""
    found = desk.view.findings
    if desk.plan is None:
        return
    if not found:
        st.caption(":material/check_circle: Nothing to mend: the rules of a shot list hold.")
        return
    hard = sum(finding.level == "hard" for finding in found)
    advice = len(found) - hard
    parts = [f"{hard} {'stops' if hard == 1 else 'stop'} buying"] if hard else []
    parts += [f"{advice} to consider"] if advice else []
    st.caption(" · ".join(parts))
    for number, finding in enumerate(found[:FIRST_SHOWN]):
        _line(desk, finding, number)
    rest = found[FIRST_SHOWN:]
    if rest:
        with st.expander(f"{len(rest)} more"):
            for number, finding in enumerate(rest, FIRST_SHOWN):
                _line(desk, finding, number)


def _line(desk: Desk, finding: Finding, number: int) -> None:
    hard = finding.level == "hard"
    with st.container(
        key=f"finding_{number}", horizontal=True, vertical_alignment="center", gap="small"
    ):
        colour, icon = ("red", "error") if hard else ("orange", "info")
        st.markdown(f":{colour}[:material/{icon}:] {errors.literal(finding.message)}")
        if finding.slot_ids:
            several = len(finding.slot_ids) > 1
            st.button(
                f"Show {len(finding.slot_ids)}" if several else "Show",
                key=f"show_{number}",
                type="tertiary",
                help="Goes through its shots, one a click." if several else None,
                on_click=_point_at,
                args=(_next(finding),),
            )
        if finding.fix is not None:
            st.button(
                errors.literal(finding.fix.label),
                key=f"fix_{number}",
                on_click=_mend,
                args=(desk, finding),
            )


def beside(desk: Desk, slot_id: str) -> None:
    """What the linter says of one shot, on its card, right under the words."""
    for finding in desk.view.findings:
        if slot_id in finding.slot_ids:
            colour = "red" if finding.level == "hard" else "orange"
            st.caption(f":{colour}[{errors.literal(finding.message)}]")


def _next(finding: Finding) -> str:
    """The shot after the one that is open, in turn; the first where none of them is."""
    shown = st.session_state.get(CHOSEN)
    place = finding.slot_ids.index(shown) + 1 if shown in finding.slot_ids else 0
    return finding.slot_ids[place % len(finding.slot_ids)]


def _point_at(slot_id: str) -> None:
    st.session_state[CHOSEN] = slot_id
    st.session_state.pop(TABLE, None)


def _mend(desk: Desk, finding: Finding) -> None:
    fix = finding.fix
    if fix is not None:
        desk.edit_plan(fix.label, lambda plan: apply_fix(plan, fix))
