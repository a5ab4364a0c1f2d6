"""How the song page changes decisions: on the revision that this tab shows, and only real changes.

Edits of cuts redraw the editor alone, so the rest of the page was drawn on an older revision.
Streamlit may also call a widget's callback again with the value that it already had.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors
from pages.parts.boundary_editor import Answer
from pipeline.errors import StaleEdit
from pipeline.project import Project

if TYPE_CHECKING:
    from pipeline.studio import ProjectView, Studio


def saw(project: Project) -> None:
    """Remember the revision that this tab shows now."""
    st.session_state[_key(project.id)] = project.revision


def seen(view: ProjectView) -> int:
    """The revision that this tab shows: at least the one that the page was drawn on."""
    return max(view.project.revision, int(st.session_state.get(_key(view.project.id), 0)))


def refuse_stale(studio: Studio, view: ProjectView) -> None:
    """Refuse a decision that is made on a revision which this tab does not show.

    Raises:
        StaleEdit: The project has changed elsewhere.
    """
    if studio.project(view.project.id).revision > seen(view):
        raise StaleEdit(
            "The project was changed elsewhere meanwhile; this was not done.",
            "The page shows the present state now: choose again.",
        )


def answer_of(project_id: str) -> Answer:
    """What the editor was told last."""
    found = st.session_state.get(_answer_key(project_id))
    return found if isinstance(found, Answer) else Answer()


def answer(project_id: str, told: Answer) -> None:
    """Have the editor told what became of its last batch."""
    st.session_state[_answer_key(project_id)] = told


def tell(project_id: str, words: str) -> None:
    """Have one sentence about the cuts said under the waveform."""
    if words:
        answer(project_id, Answer(answer_of(project_id).sequence + 1, words))


def decide(
    studio: Studio,
    view: ProjectView,
    label: str,
    edit: Callable[[Project], Project],
    then: Callable[[Project], object],
) -> None:
    """Store a decision and go on from it; a refusal is shown on the next run.

    Args:
        studio: The studio.
        view: What the page shows.
        label: What the edit does, for the undo list.
        edit: Pure function from project to project.
        then: Called with the stored project, unless nothing changed.
    """
    with errors.shown(later=True):
        before = studio.project(view.project.id)
        if edit(before) == before:
            return
        project = studio.change(view.project.id, seen(view), label, edit)
        saw(project)
        then(project)


def listen(studio: Studio, project_id: str) -> None:
    """Start the analysis, or find it already under way."""
    with errors.shown(later=True):
        studio.start(project_id, "analysis")


def listen_once(studio: Studio, project_id: str) -> None:
    """Listening is free, so nobody has to ask for it; a refusal or failure is not repeated.

    A song that was heard before is heard anew where nothing is left of it, or where the studio
    has learned to hear better since.
    """
    asked, run = f"_asked_to_listen_{project_id}", studio.run(project_id)
    if (run is None or run.state == "done") and not st.session_state.get(asked):
        st.session_state[asked] = True
        listen(studio, project_id)
        st.rerun()


def _answer_key(project_id: str) -> str:
    return f"_cuts_answer_{project_id}"


def _key(project_id: str) -> str:
    return f"_revision_{project_id}"
