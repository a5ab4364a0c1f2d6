"""The limits of a project: what they are, and raising them as an act of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors
from pipeline.money.usd import as_decimal, at_most, parse_budget

if TYPE_CHECKING:
    from pipeline.studio import Studio

TYPED = "budget_typed"
TYPED_CLIP = "clip_limit_typed"
TYPED_DAY = "day_limit_typed"
LONGEST = 24


def draw(studio: Studio, project_id: str) -> None:
    """The project's limit with the way to change it; a clip's and a day's beside it."""
    totals = studio.totals(project_id)
    shown = f"{as_decimal(totals.limit_usd_micro):.2f}"
    st.subheader("Limit", anchor=False)
    st.caption(
        "Nothing is bought beyond it, whatever fails or crashes. Setting it is written down as "
        "an entry of its own."
    )
    left, right = st.columns([1, 2], gap="medium", vertical_alignment="top")
    with left, st.form("limit", border=False):
        st.text_input("This project, in dollars", value=shown, key=TYPED, max_chars=LONGEST)
        st.form_submit_button(
            "Set the limit",
            icon=":material/lock_open:",
            on_click=_set_project,
            args=(studio, project_id),
        )
    with right, st.expander("A clip, a day"), st.form("more_limits", border=False):
        st.text_input("Any one clip, in dollars", key=TYPED_CLIP, max_chars=LONGEST)
        st.text_input("All projects in a day (UTC), in dollars", key=TYPED_DAY, max_chars=LONGEST)
        st.caption("An empty field leaves that limit as it is.")
        st.form_submit_button("Set these limits", on_click=_set_others, args=(studio, project_id))
    if totals.bound_by != "project":
        which = "day's" if totals.bound_by == "day" else "studio's"
        nearer = errors.literal(at_most(totals.left_usd_micro))
        st.caption(f"The {which} limit is nearer than the project's: {nearer} are left of it.")


def _set_project(studio: Studio, project_id: str) -> None:
    with errors.shown(later=True):
        studio.spending.set_limit(project_id, parse_budget(st.session_state[TYPED]))


def _set_others(studio: Studio, project_id: str) -> None:
    with errors.shown(later=True):
        clip, day = (_typed(st.session_state[key]) for key in (TYPED_CLIP, TYPED_DAY))
        if clip is not None:
            studio.ledger.set_limit("clip", f"{project_id}/*", clip, by="person")
        if day is not None:
            studio.ledger.set_limit("day", "*", day, by="person")


def _typed(text: str) -> int | None:
    """Micro-dollars that were typed; None for an empty field."""
    return parse_budget(text) if text.strip() else None
