"""A share for many visitors: whose projects are listed, whose keys are used, what is lost."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from pipeline.studio import Studio

OWNER = "_owner"
KEYS = "_keys"
LENT = "_lent_to"


def owner(studio: Studio) -> str:
    """Whose projects this session lists: everyone's at home, this visitor's on a share."""
    if not studio.settings.hosted:
        return ""
    if OWNER not in st.session_state:
        st.session_state[OWNER] = secrets.token_urlsafe(24)
    return str(st.session_state[OWNER])


def session_keys() -> dict[str, str]:
    """Keys typed by this visitor, by environment name; they live in this session alone."""
    return dict(st.session_state.get(KEYS, {}))


def keep_key(name: str, value: str) -> None:
    """Hold a visitor's key for this session."""
    st.session_state[KEYS] = {**session_keys(), name: value.strip()}


def forget_key(studio: Studio, name: str) -> None:
    """Drop a visitor's key here and from all work it was lent to."""
    left = {kept: value for kept, value in session_keys().items() if kept != name}
    st.session_state[KEYS] = left
    for project_id in st.session_state.get(LENT, ()):
        studio.keys.lend(project_id, left)


def lend_keys(studio: Studio, project_id: str) -> None:
    """Let the work on an open project use this visitor's keys, from the process's memory."""
    if studio.settings.hosted and session_keys():
        studio.keys.lend(project_id, session_keys())
        st.session_state[LENT] = {*st.session_state.get(LENT, ()), project_id}


def notice(studio: Studio) -> None:
    """What a visitor of a share needs to know before working there."""
    if not studio.settings.hosted:
        return
    whose = "your own keys, for this visit only" if session_keys() else "no paid service"
    st.info(
        f"This studio is shared and uses {whose}. Your projects are listed for this visit only, "
        "and everything is lost when the host sleeps: take films and projects home as files.",
        icon=":material/cloud:",
    )
