"""The lines of the lyrics as a table: when each begins, how well that is known, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts import errors, song_decisions
from pipeline.lyrics.placing import BETWEEN, GUESSED
from pipeline.lyrics.words import joined
from pipeline.project import Brief, Project, changed
from pipeline.timebase import clock, tidy_s

if TYPE_CHECKING:
    from pipeline.model import Lyrics, Word
    from pipeline.studio import ProjectView, Studio

TALLEST, ROW = 330, 35
"""Pixels of the table and of one of its rows."""
SOURCES = {
    "lrc": "the .lrc text",
    "srt": "the .srt text",
    "vtt": "the .vtt text",
    "transcription": "transcription",
    "alignment": "found here",
    "guess": "a guess",
}


def draw(studio: Studio, view: ProjectView) -> None:
    """The table; a start that is typed in becomes a decision, an emptied one is given back."""
    lyrics, brief = view.lyrics, view.project.brief
    rows = lines_of(lyrics, brief.line_starts_s)
    if not rows:
        st.caption("No words yet. An instrumental needs none.")
        return
    key = f"line_rows_{view.project.id}_{view.project.revision}"
    numbers = list(_by_line(lyrics))
    st.data_editor(
        rows,
        key=key,
        hide_index=True,
        width="stretch",
        height=min(TALLEST, ROW * (len(rows) + 1) + 3),
        disabled=("at", "line", "quality", "by"),
        column_config={
            "at": st.column_config.TextColumn("At", width="small"),
            "start": st.column_config.NumberColumn(
                "Start, s",
                min_value=0.0,
                format="%.2f",
                width="small",
                help="Type a start to set it by hand; guessed lines follow. Empty it to undo that.",
            ),
            "line": st.column_config.TextColumn("Line", width="medium"),
            "quality": st.column_config.ProgressColumn(
                "Time known", min_value=0.0, max_value=1.0, format="percent", width="small"
            ),
            "by": st.column_config.TextColumn("By", width="small"),
        },
        on_change=lambda: _place(studio, view, numbers, st.session_state[key]),
        alt="Lines of the lyrics with the start of each and how well it is known",
    )
    st.caption(errors.literal(summary(lyrics)))


def lines_of(lyrics: Lyrics, by_hand: dict[str, float] | None = None) -> list[dict[str, Any]]:
    """One row a line: when it begins, its words, and the mean quality of their times."""
    return [
        {
            "at": clock(words[0].start_s),
            "start": words[0].start_s,
            "line": joined([word.text for word in words]),
            "quality": round(_quality(words), 2),
            "by": _by(words, lyrics.source, str(line) in (by_hand or {})),
        }
        for line, words in _by_line(lyrics).items()
    ]


def uncertain(lyrics: Lyrics) -> bool:
    """Whether there are lines whose times are guessed, or no words at all."""
    return not lyrics.words or any(word.quality <= BETWEEN for word in lyrics.words)


def summary(lyrics: Lyrics) -> str:
    """How many lines are known, in a sentence."""
    lines = _by_line(lyrics).values()
    known = sum(_quality(words) > BETWEEN for words in lines)
    source = SOURCES.get(lyrics.source, lyrics.source)
    return f"{known} of {len(lines)} lines have a known time. Times from: {source}."


def starts_of(
    edits: dict[str, Any], numbers: list[int], length_s: float
) -> dict[str, float | None]:
    """What was typed in, by line number; None for a start that was emptied."""
    found: dict[str, float | None] = {}
    for row, fields in edits.get("edited_rows", {}).items():
        if "start" in fields:
            value = fields["start"]
            inside = None if value is None else tidy_s(min(float(value), max(0.0, length_s - 0.1)))
            found[str(numbers[int(row)])] = inside
    return found


def _place(studio: Studio, view: ProjectView, numbers: list[int], edits: dict[str, Any]) -> None:
    length_s = view.project.song.duration_s if view.project.song else 0.0
    typed = starts_of(edits, numbers, length_s)

    def edit(project: Project) -> Project:
        merged = {**project.brief.line_starts_s, **typed}
        starts = {line: at_s for line, at_s in merged.items() if at_s is not None}
        brief = Brief.model_validate({**dict(project.brief), "line_starts_s": starts})
        return changed(project, brief=brief)

    song_decisions.decide(
        studio, view, "Set when a line begins", edit, lambda now: studio.start(now.id, "analysis")
    )


def _by_line(lyrics: Lyrics) -> dict[int, list[Word]]:
    rows: dict[int, list[Word]] = {}
    for word in lyrics.words:
        rows.setdefault(word.line, []).append(word)
    return dict(sorted(rows.items()))


def _quality(words: list[Word]) -> float:
    return sum(word.quality for word in words) / len(words)


def _by(words: list[Word], source: str, by_hand: bool) -> str:
    if by_hand:
        return "you"
    if _quality(words) <= GUESSED:
        return SOURCES["guess"]
    return SOURCES.get(source, source)
