"""Starting work from a click, wherever on the page the button stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors

if TYPE_CHECKING:
    from pipeline.studio import Studio


def start(studio: Studio, project_id: str, goal: str, slot_ids: tuple[str, ...] = ()) -> None:
    """Start a run in a button's callback; a refusal stands at the top of the page.

    The whole page is drawn anew: a button inside a fragment would redraw that fragment alone,
    and the header would not learn that there is something to watch.
    """
    with errors.shown(later=True):
        studio.start(project_id, goal, slot_ids)
    st.rerun()
