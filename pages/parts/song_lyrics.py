"""Lyrics: pasted or uploaded, and how well each line's time is known."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts import errors, progress, song_decisions, starting
from pipeline import hearing
from pipeline.errors import OutOfBounds
from pipeline.money.usd import dollars
from pipeline.project import Brief, Project, changed
from pipeline.timebase import clock

if TYPE_CHECKING:
    from pipeline.model import Lyrics
    from pipeline.studio import ProjectView, Studio

KINDS = {".lrc": "lrc", ".srt": "srt", ".vtt": "vtt", ".txt": "text"}
LONGEST_TEXT = 10_000
LARGEST_FILE_MB = 1


def draw(studio: Studio, view: ProjectView) -> None:
    """The words on the left, their alignment on the right."""
    left, right = st.columns(2, gap="medium")
    with left:
        _paste(studio, view)
    with right:
        _alignment(view.lyrics)
        _listening(studio, view)


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
            kind = KINDS.get(PurePath(file.name).suffix.lower(), "text")
            _keep(studio, view, file.getvalue().decode("utf-8-sig", "replace"), kind)


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
    fields = {"lyrics": text, "lyrics_format": kind or guessed(text)}

    def edit(project: Project) -> Project:
        brief = Brief.model_validate({**dict(project.brief), **fields})
        return changed(project, brief=brief)

    song_decisions.decide(
        studio, view, "Change the lyrics", edit, lambda now: studio.start(now.id, "analysis")
    )


def guessed(text: str) -> str:
    """The format of pasted words, by what their lines look like."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if lines and lines[0].startswith("WEBVTT"):
        return "vtt"
    if any("-->" in line for line in lines[:6]):
        return "srt"
    timed = sum(line.startswith("[") and line[1:2].isdigit() for line in lines)
    return "lrc" if lines and timed * 2 > len(lines) else "text"


def _alignment(lyrics: Lyrics) -> None:
    for warning in lyrics.warnings:
        st.warning(errors.literal(warning), icon=":material/info:")
    rows = lines_of(lyrics)
    if not rows:
        st.caption("No words yet. An instrumental needs none.")
        return
    st.dataframe(
        rows,
        hide_index=True,
        width="stretch",
        height=330,
        column_config={
            "at": st.column_config.TextColumn("At", width="small"),
            "line": st.column_config.TextColumn("Line", width="large"),
            "quality": st.column_config.ProgressColumn(
                "Time known", min_value=0.0, max_value=1.0, format="percent", width="small"
            ),
        },
        alt="Lines of the lyrics with the time of each and how well it is known",
    )
    st.caption(errors.literal(f"Times from: {lyrics.source}."))


def _listening(studio: Studio, view: ProjectView) -> None:
    """The offer to have the words heard and timed, while there are none and nobody asked yet."""
    project = view.project
    if view.lyrics.words or project.song is None:
        return
    if studio.derivation(project).transcript is not None:
        return
    if not studio.keys.sources(project.id)["OPENAI_API_KEY"]:
        st.caption("With an OpenAI key, the words that are sung can be heard and timed for you.")
        return
    with errors.shown():
        price = dollars(hearing.price_usd_micro(studio, project))
        st.button(
            f"Time the words with OpenAI · up to {price}",
            key="time_words",
            icon=":material/hearing:",
            disabled=progress.active(studio.run(project.id)),
            on_click=_have_heard,
            args=(studio, project.id),
        )


def _have_heard(studio: Studio, project_id: str) -> None:
    starting.start(studio, project_id, "lyrics")


def lines_of(lyrics: Lyrics) -> list[dict[str, Any]]:
    """One row a line: when it begins, and the mean quality of its words' times."""
    rows: dict[int, list[Any]] = {}
    for word in lyrics.words:
        rows.setdefault(word.line, []).append(word)
    return [
        {
            "at": clock(words[0].start_s),
            "line": " ".join(word.text for word in words),
            "quality": sum(word.quality for word in words) / len(words),
        }
        for _, words in sorted(rows.items())
    ]
