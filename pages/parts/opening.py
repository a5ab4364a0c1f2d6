"""How every page begins: ``studio, view = open_page("song")``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors, header, hosted, nav

if TYPE_CHECKING:
    from pipeline.studio import ProjectView, Studio


@st.cache_resource(show_spinner="Opening the studio")
def the_studio() -> Studio:
    """The one studio of this process, shared by all visitors: it holds no one's key."""
    from pipeline.studio import open_studio

    return open_studio()


def open_studio_page() -> Studio:
    """Open a page that shows no single project (Projects, Settings)."""
    nav.guard()
    with errors.shown(stop=True):
        studio = the_studio()
    header.style()
    errors.draw_kept()
    return studio


def open_page(step: str) -> tuple[Studio, ProjectView]:
    """Open the project that the address names and draw the header.

    Ends the page's run with words and a way out when there is no project or it cannot be read.

    Args:
        step: Name of the page's file, for the header's mark of where one is.
    """
    studio = open_studio_page()
    project = nav.project_id()
    if not project:
        _without_project()
    view = _view(studio, project)
    if view is None:
        nav.forget()
        _way_home()
        st.stop()
    nav.remember(project)
    hosted.lend_keys(studio, project)
    header.draw(studio, view)
    return studio, view


def _view(studio: Studio, project: str) -> ProjectView | None:
    """The project with all that is derived, or None after words about why it cannot be read."""
    with errors.shown():
        return studio.view(project)
    return None


def _without_project() -> None:
    st.subheader("No project is open")
    st.write("A page of the studio shows one project. Open one, or begin with a song.")
    _way_home()
    st.stop()


def _way_home() -> None:
    if st.button("To the projects", icon=":material/grid_view:", type="primary"):
        nav.go("home")
