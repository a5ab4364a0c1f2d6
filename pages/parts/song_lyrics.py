"""Lyrics: pasted or uploaded, how well each line's time is known, and how to know it better."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors, progress, song_decisions, song_lines, starting
from pipeline.buying import hearing
from pipeline.errors import OutOfBounds
from pipeline.lyrics.parse import decoded, guessed_format
from pipeline.money.usd import dollars
from pipeline.project import Brief, Project, changed

if TYPE_CHECKING:
    from pipeline.studio import ProjectView, Studio

KINDS = {".lrc": "lrc", ".srt": "srt", ".vtt": "vtt", ".txt": ""}
LONGEST_TEXT = 100_000
LARGEST_FILE_MB = 1
GET_FINDER = (
    "Words can also be found on this machine, free and offline, for English lyrics: install the"
    " optional part with `pip install pocketsphinx` and start the studio again."
)


def draw(studio: Studio, view: ProjectView) -> None:
    """The words on the left, their alignment on the right."""
    left, right = st.columns(2, gap="medium")
    with left:
        _paste(studio, view)
    with right:
        for warning in view.lyrics.warnings:
            st.warning(errors.literal(warning), icon=":material/info:")
        _timing(studio, view)
        song_lines.draw(studio, view)


def _paste(studio: Studio, view: ProjectView) -> None:
    project = view.project
    key = f"lyrics_{project.id}_{project.revision}"
    with st.form(f"lyrics_form_{project.id}", border=False):
        st.text_area(
            "Lyrics",
            project.brief.lyrics,
            height=260,
            max_chars=LONGEST_TEXT,
            key=key,
            placeholder="Paste the words, a line for each sung line, or the text of an .lrc file.",
        )
        st.file_uploader(
            "Or a file with times",
            type=[kind.removeprefix(".") for kind in KINDS],
            max_upload_size=LARGEST_FILE_MB,
            key=f"{key}_file",
        )
        st.form_submit_button(
            "Use these lyrics",
            icon=":material/lyrics:",
            on_click=lambda: _use(studio, view, key),
        )


def _use(studio: Studio, view: ProjectView, key: str) -> None:
    file = st.session_state.get(f"{key}_file")
    with errors.shown(later=True):
        if file is None:
            _keep(studio, view, str(st.session_state.get(key, "")), "")
        else:
            kind = KINDS.get(PurePath(file.name).suffix.lower(), "")
            _keep(studio, view, decoded(file.getvalue()), kind)


def _keep(studio: Studio, view: ProjectView, text: str, kind: str) -> None:
    """Store the words and have them aligned; a pasted .lrc is known by its brackets.

    Raises:
        OutOfBounds: There are more words than any song has.
    """
    if len(text) > LONGEST_TEXT:
        raise OutOfBounds(
            f"These lyrics have {len(text):,} characters; {LONGEST_TEXT:,} are the most.",
            "Leave out what is not sung.",
        )

    def edit(project: Project) -> Project:
        fields: dict[str, object] = {
            "lyrics": text,
            "lyrics_format": kind or guessed_format(text),
        }
        if text != project.brief.lyrics:
            # Starts set by hand belong to the lines that they were set for.
            fields["line_starts_s"] = {}
        return changed(project, brief=Brief.model_validate({**dict(project.brief), **fields}))

    song_decisions.decide(
        studio, view, "Change the lyrics", edit, lambda now: studio.start(now.id, "analysis")
    )


def _timing(studio: Studio, view: ProjectView) -> None:
    """The ways to better times, while there are lines whose times are not known."""
    project = view.project
    if project.song is None or not song_lines.uncertain(view.lyrics):
        return
    busy = progress.active(studio.run(project.id))
    look = studio.derivation(project)
    if look.locate_inputs.lines and look.located is None:
        _offer_finder(studio, project.id, busy)
    if look.transcript is None:
        _offer_transcription(studio, project, busy)


def _offer_finder(studio: Studio, project_id: str, busy: bool) -> None:
    if not hearing.finder_installed():
        st.caption(GET_FINDER)
        return
    st.button(
        "Find word times on this machine · free, English",
        key="find_words",
        icon=":material/frame_inspect:",
        disabled=busy,
        help="It times the words that you pasted; four minutes of song take about half a minute.",
        on_click=_start,
        args=(studio, project_id, "word-times"),
    )


def _offer_transcription(studio: Studio, project: Project, busy: bool) -> None:
    found = hearing.offer(studio, project)
    if found.usd_micro is None:
        st.caption(errors.literal(found.why_not))
        return
    st.button(
        f"Time the words with OpenAI · up to {dollars(found.usd_micro)}",
        key="time_words",
        icon=":material/hearing:",
        disabled=busy,
        help=f"Heard by {found.model}. Paid once: the words are kept for this song.",
        on_click=_start,
        args=(studio, project.id, "lyrics"),
    )


def _start(studio: Studio, project_id: str, goal: str) -> None:
    starting.start(studio, project_id, goal)
