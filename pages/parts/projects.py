"""What the list of projects is made of: ways to begin, and a card for each project."""

from __future__ import annotations

import time
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import discarding, errors, nav
from pages.parts.media import no_poster
from pages.parts.states import ago, length, mark, usd

if TYPE_CHECKING:
    from pipeline.project import Project
    from pipeline.studio import ProjectCard, Studio

BEGUN = "_begun"
ROUND = "_upload_round"
ACTIONS = ("Rename", "Delete")
TITLE_LENGTH = 120
STEPS = (
    ("Song", "Its beats, bars and sections are heard, and a cut is proposed on each change."),
    ("Plan", "Every stretch between two cuts gets a shot: who, where, how near, which move."),
    ("Cast", "Characters are described once and look the same in every shot."),
    ("Clips", "Each shot becomes a moving picture: a free preview here, or a video model's."),
    ("Film", "The clips are cut to the frame, with the song, ready to watch and take home."),
)


def begin_with_song(studio: Studio, owner: str) -> None:
    """A place to drop a song; a good one becomes a project that is being listened to."""
    limit = studio.settings.max_upload_mb
    upload = st.file_uploader(
        "Drop a song here",
        key=f"song_{_round()}",
        max_upload_size=limit,
        help="mp3, m4a, flac, wav, ogg, opus and most others, "
        f"up to {length(studio.settings.max_song_s)} and {limit} MB.",
    )
    if upload is None:
        return
    with st.spinner("Reading the song"), errors.shown(later=True):
        # Browsers send a quotation mark in a file's name as its code.
        name = upload.name.replace("%22", '"')
        _began(studio, studio.create(upload, name, owner))
    _empty_the_uploaders()


def begin_with_demo(studio: Studio, owner: str) -> None:
    """The demo song: made by code, its beats known."""
    if st.button(
        "Try the demo song", type="primary", icon=":material/music_note:", width="stretch"
    ):
        with st.spinner("Making the demo song"), errors.shown():
            _began(studio, studio.create_demo(owner))
            st.rerun()


def import_project(studio: Studio, owner: str) -> None:
    """Bring back a project that was exported as a zip."""
    with st.popover("Import a project", icon=":material/upload:", width="stretch"):
        upload = st.file_uploader("A project's ZIP", type="zip", key=f"zip_{_round()}")
        st.caption("From the Film page of any studio, under Downloads. It becomes a new project.")
    if upload is None:
        return
    with st.spinner("Reading the project"), errors.shown(later=True):
        st.session_state[BEGUN] = studio.files.import_zip(upload, owner).id
    _empty_the_uploaders()


def how_it_goes() -> None:
    """What happens to a song, for someone who has none here yet."""
    steps = "".join(f"<li><h3>{title}</h3><p>{words}</p></li>" for title, words in STEPS)
    st.html(
        f'<ol class="way">{steps}</ol><p class="promise">Without any key the whole way works on '
        "this machine, for nothing. Every step can be opened, changed and made again.</p>"
    )


def _began(studio: Studio, project: Project) -> None:
    st.session_state[BEGUN] = project.id
    studio.start(project.id, "analysis")


def _round() -> int:
    return int(st.session_state.get(ROUND, 0))


def _empty_the_uploaders() -> None:
    """A new key drops the file from memory, and a refused one is not read at every click."""
    st.session_state[ROUND] = _round() + 1
    st.rerun()


def card(studio: Studio, shown: ProjectCard) -> None:
    """One project: poster, title, length, steps, spent, when it was last open."""
    with st.container(border=True, key=f"card_{shown.id}"):
        if shown.poster is None:
            st.html(no_poster())
        else:
            st.image(str(shown.poster), width="stretch", alt="")
        st.html(_words(shown))
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            if st.button("Open", key=f"open_{shown.id}", icon=":material/folder_open:"):
                nav.go(_next_step(shown), shown.id)
            chosen = st.menu_button(
                "More",
                ACTIONS,
                key=f"more_{shown.id}",
                icon=":material/more_horiz:",
                type="tertiary",
            )
    if chosen == "Rename":
        _rename(studio, shown)
    elif chosen == "Delete":
        discarding.delete(studio, shown)


def _words(shown: ProjectCard) -> str:
    steps = "".join(
        f'<span class="{_step_class(step.state)}" title="{escape(mark(step.state).word)}">'
        f"{escape(step.title)}</span>"
        for step in shown.steps
    )
    line = f"{length(shown.duration_s)} · {usd(shown.spent_usd_micro)} spent"
    opened = ago(time.time() - shown.opened_at)
    return (
        f'<div class="card"><h3>{escape(shown.title)}</h3><p>{line} · {opened}</p>'
        f'<p class="steps">{steps}</p></div>'
    )


def _step_class(state: str) -> str:
    """``failed`` names a whole block elsewhere in the style sheet."""
    return "failed-step" if state == "failed" else escape(state)


def _next_step(shown: ProjectCard) -> str:
    """The first step that is not done, where work goes on; the film when all are."""
    pages = {entry.name for entry in nav.entries()}
    waiting = [step.name for step in shown.steps if step.state != "done" and step.name in pages]
    return waiting[0] if waiting else "film"


@st.dialog("Rename the project")
def _rename(studio: Studio, shown: ProjectCard) -> None:
    title = st.text_input("Title", shown.title, max_chars=TITLE_LENGTH)
    if st.button("Rename", type="primary", disabled=not title.strip()):
        with errors.shown():
            studio.shelf.rename(shown.id, title.strip())
            st.rerun()
