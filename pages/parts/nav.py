"""The pages of the studio, and the guard that every page needs on a cold deep link.

A fresh server whose first visitor opens ``/song?project=...`` lets Streamlit discover ``pages/``
by itself and skips ``studio_app.py``; the guard then builds the navigation and runs again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import streamlit as st
from streamlit.navigation.page import StreamlitPage

BUILT = "_nav"
PROJECT = "project"
FOLDER = Path(__file__).resolve().parents[1]
ICON = Path(__file__).with_name("icon.svg")


@dataclass(frozen=True)
class Entry:
    """A page: its file in ``pages/`` and address, its words, whether it shows one project."""

    name: str
    title: str
    icon: str
    of_project: bool = True
    step: bool = False


ENTRIES = (
    Entry("home", "Projects", ":material/grid_view:", of_project=False),
    Entry("song", "Song", ":material/graphic_eq:", step=True),
    Entry("plan", "Plan", ":material/view_list:", step=True),
    Entry("cast", "Cast", ":material/groups:", step=True),
    Entry("clips", "Clips", ":material/movie:", step=True),
    Entry("film", "Film", ":material/theaters:", step=True),
    Entry("costs", "Costs", ":material/receipt_long:"),
    Entry("settings", "Settings", ":material/tune:", of_project=False),
)


def entries() -> tuple[Entry, ...]:
    """The pages whose files exist."""
    return tuple(entry for entry in ENTRIES if (FOLDER / f"{entry.name}.py").is_file())


def path_of(name: str) -> str:
    """A page's path as Streamlit's own navigation names it."""
    return f"pages/{name}.py"


def build() -> StreamlitPage:
    """Register all pages; steps are reached through the header, the rest through the bar."""
    pages = [
        st.Page(
            path_of(entry.name),
            title=entry.title,
            icon=entry.icon,
            url_path=None if entry.name == "home" else entry.name,
            default=entry.name == "home",
            visibility="visible" if _listed(entry) else "hidden",
        )
        for entry in entries()
    ]
    return st.navigation(pages, position="top")


def _listed(entry: Entry) -> bool:
    """Steps stand in the header with their state; a hidden page still has its address."""
    return not entry.of_project or (not entry.step and bool(project_id()))


def configure() -> None:
    """Title, icon and width of every page.

    A named icon would be fetched from a font host for the browser's tab; a file is served by us.
    """
    st.set_page_config(page_title="Music video studio", page_icon=str(ICON), layout="wide")


def guard() -> None:
    """First line of every page: make sure that ``studio_app.py`` has run in this session."""
    if not st.session_state.get(BUILT):
        configure()
        build()
        st.session_state[BUILT] = True
        st.rerun()


def project_id() -> str:
    """The open project: the address wins, then what this session had open."""
    asked = st.query_params.get(PROJECT, "")
    return str(asked or st.session_state.get(PROJECT, ""))


def remember(project: str) -> None:
    """Keep the project in the address and the session: links of the menu drop the address."""
    st.session_state[PROJECT] = project
    if st.query_params.get(PROJECT) != project:
        st.query_params[PROJECT] = project


def forget() -> None:
    """No project is open any more, after it was deleted."""
    st.session_state.pop(PROJECT, None)
    st.query_params.clear()


def go(name: str, project: str = "") -> NoReturn:
    """Leave for another page, carrying the project along."""
    st.switch_page(path_of(name), query_params={PROJECT: project} if project else None)
