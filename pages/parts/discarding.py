"""Deleting a project, bringing it back, and emptying the trash."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors, nav, progress
from pages.parts.states import ago, length, usd
from pipeline.projects.trash import losses

if TYPE_CHECKING:
    from pipeline.projects.trash import Discarded
    from pipeline.studio import ProjectCard, Studio

GONE = "_just_deleted"


def delete(studio: Studio, shown: ProjectCard) -> None:
    """Move a project to the trash at once; only work that would be stopped is asked about."""
    if progress.active(studio.run(shown.id)):
        _ask(studio, shown)
    else:
        _throw(studio, shown)


@st.dialog("Stop the work and delete?")
def _ask(studio: Studio, shown: ProjectCard) -> None:
    st.write(
        f"Work on **{errors.literal(shown.title)}** is under way. Deleting it cancels that work; "
        "a clip that is being bought may still be charged. The project can be restored from the "
        "trash."
    )
    yes, no = st.columns(2)
    if yes.button("Stop and delete", icon=":material/delete:", width="stretch"):
        _throw(studio, shown)
    if no.button("Keep it", type="primary", width="stretch"):
        st.rerun()


def _throw(studio: Studio, shown: ProjectCard) -> None:
    with errors.shown():
        studio.trash.throw(shown.id)
        if nav.project_id() == shown.id:
            nav.forget()
        st.session_state[GONE] = (shown.id, shown.title)
        st.rerun()


def undo(studio: Studio) -> None:
    """What was deleted just now, with the way back."""
    if GONE not in st.session_state:
        return
    project_id, title = st.session_state[GONE]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="deleted"):
        st.markdown(f"**{errors.literal(title)}** is in the trash.", width="stretch")
        st.button(
            "Undo",
            key="undelete",
            icon=":material/undo:",
            on_click=_restore,
            args=(studio, project_id),
        )


def _restore(studio: Studio, project_id: str) -> None:
    st.session_state.pop(GONE, None)
    with errors.shown(later=True):
        studio.trash.restore(project_id)


def trash(studio: Studio, owner: str) -> None:
    """Everything thrown away, a line each; nothing goes from here by time."""
    found = studio.trash.contents(owner)
    if not found:
        return
    with st.expander(f"Trash · {len(found)}", icon=":material/delete:", key="trash"):
        st.caption(
            "A deleted project stays here, with its history and its paid takes, until you empty "
            "the trash."
        )
        for one in found:
            _line(studio, one)
        if st.button("Empty the trash …", icon=":material/delete_forever:", key="empty_trash"):
            _empty(studio, found)


def _line(studio: Studio, one: Discarded) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"trashed_{one.id}"):
        spent, deleted = errors.literal(usd(one.spent_usd_micro)), ago(time.time() - one.at_s)
        st.markdown(
            f"**{errors.literal(one.title)}**  \n"
            f"{length(one.duration_s)} · {spent} spent · deleted {deleted}",
            width="stretch",
        )
        st.button(
            "Restore",
            key=f"restore_{one.id}",
            icon=":material/restore_from_trash:",
            on_click=_restore,
            args=(studio, one.id),
        )


@st.dialog("Empty the trash?")
def _empty(studio: Studio, found: Sequence[Discarded]) -> None:
    st.write(errors.literal(losses(found)))
    yes, no = st.columns(2)
    if yes.button("Delete for good", icon=":material/delete_forever:", width="stretch"):
        with errors.shown():
            studio.trash.empty(tuple(one.id for one in found))
            st.session_state.pop(GONE, None)
            st.rerun()
    if no.button("Keep them", type="primary", width="stretch"):
        st.rerun()
