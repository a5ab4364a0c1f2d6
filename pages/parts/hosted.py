"""A share for many visitors: whose projects are listed, whose keys are used, what is lost."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from pipeline.studio import Studio

OWNER = "_owner"
KEYS = "_keys"


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
    """Hold a visitor's key for this session, or forget it when the value is empty."""
    kept = session_keys()
    kept.pop(name, None)
    st.session_state[KEYS] = {**kept, name: value.strip()} if value.strip() else kept


def lend_keys(studio: Studio, project_id: str) -> None:
    """Let the work on an open project use this visitor's keys, from the process's memory."""
    if studio.settings.hosted and session_keys():
        studio.keys.lend(project_id, session_keys())


def notice(studio: Studio) -> None:
    """One line that a visitor of a share needs to know before working there."""
    if not studio.settings.hosted:
        return
    whose = "your own keys, for this visit only" if session_keys() else "no paid service"
    st.caption(
        f"Shared studio: it uses {whose}. Projects are listed for this visit; keep a project's "
        "address to come back to it, and to yourself: it is the key to the project. All is lost "
        "when the host sleeps: take the film home, or the project as a zip."
    )
