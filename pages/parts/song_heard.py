"""What was heard, with corrections in one click; each is a decision that the rest follows."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import song_decisions
from pages.parts.media import Fact, facts
from pipeline.project import GridChoice, Project, changed

if TYPE_CHECKING:
    from pipeline.model import AudioAnalysis
    from pipeline.studio import ProjectView, Studio

HEARD = "as heard"
METRES = (HEARD, 3, 4, 5, 6, 7)
NUDGE_S = 0.01


def draw(studio: Studio, view: ProjectView, analysis: AudioAnalysis) -> None:
    """Tempo, bars, sections and mood, each with what can be done about it."""
    tempo, bars, mood = st.columns(3, gap="medium")
    with tempo, st.container(border=True, height="stretch"):
        _tempo(studio, view, analysis)
    with bars, st.container(border=True, height="stretch"):
        _bars(studio, view, analysis)
    with mood, st.container(border=True, height="stretch"):
        _mood(analysis)


def _tempo(studio: Studio, view: ProjectView, analysis: AudioAnalysis) -> None:
    grid = view.project.grid
    shown = f"{analysis.tempo_bpm:.1f} BPM" if analysis.tempo_bpm else "No beats"
    st.metric("Tempo", shown)
    st.caption(_sureness(analysis))
    with st.container(horizontal=True, gap="small"):
        _fix(studio, view, "× 2", "Double the tempo", tempo_factor=min(4.0, grid.tempo_factor * 2))
        _fix(studio, view, "÷ 2", "Halve the tempo", tempo_factor=grid.tempo_factor / 2)
        _fix(studio, view, "Half a beat", "Shift by half a beat", half_beat=not grid.half_beat)
        _fix(studio, view, "− 10 ms", "Beats 10 ms earlier", nudge_s=grid.nudge_s - NUDGE_S)
        _fix(studio, view, "+ 10 ms", "Beats 10 ms later", nudge_s=grid.nudge_s + NUDGE_S)
    others = [one for one in analysis.tempo_alternatives if one.confidence >= 0.05][:3]
    if others:
        words = ", ".join(f"{one.bpm:.1f} ({one.confidence:.0%})" for one in others)
        st.caption(f"It could also be {words}.")


def _sureness(analysis: AudioAnalysis) -> str:
    if not analysis.beats_s:
        return "The cuts follow the energy instead."
    kinds = {"fitted": "steady grid", "free": "beats follow the playing", "none": "no grid"}
    swing = f" · swing {analysis.swing:.0%}" if analysis.swing > 0.1 else ""
    return f"{analysis.tempo_confidence:.0%} sure · {kinds[analysis.grid]}{swing}"


def _bars(studio: Studio, view: ProjectView, analysis: AudioAnalysis) -> None:
    grid = view.project.grid
    st.metric("Metre", f"{analysis.metre} beats a bar" if analysis.downbeats_s else "No bars")
    st.caption(f"{analysis.downbeat_confidence:.0%} sure · {len(analysis.sections)} sections")
    with st.container(horizontal=True, gap="small"):
        _fix(studio, view, "Bar − 1", "Bars a beat earlier", bar_shift=_turn(grid.bar_shift - 1))
        _fix(studio, view, "Bar + 1", "Bars a beat later", bar_shift=_turn(grid.bar_shift + 1))
    key = f"metre_{view.project.id}_{view.project.revision}"
    st.segmented_control(
        "Beats in a bar",
        METRES,
        default=grid.metre or HEARD,
        required=True,
        key=key,
        on_change=lambda: _correct(
            studio, view, "Set the metre", metre=_metre(st.session_state[key])
        ),
    )
    density = f"density_{view.project.id}_{view.project.revision}"
    st.slider(
        "Sections: fewer or more",
        0.0,
        1.0,
        grid.section_density,
        0.1,
        format="percent",
        key=density,
        on_change=lambda: _correct(
            studio, view, "Fewer or more sections", section_density=st.session_state[density]
        ),
    )


def _metre(choice: object) -> int | None:
    return choice if isinstance(choice, int) else None


def _turn(shift: int) -> int:
    return shift if -15 <= shift <= 15 else 0


def _mood(analysis: AudioAnalysis) -> None:
    mood = analysis.mood
    st.metric("Mood", mood.label)
    st.caption(f"{mood.confidence:.0%} sure")
    facts([Fact(line) for line in mood.evidence[:6]])


def _fix(studio: Studio, view: ProjectView, words: str, label: str, **fields: object) -> None:
    st.button(
        words,
        key=f"fix_{label}",
        help=label,
        on_click=lambda: _correct(studio, view, label, **fields),
    )


def _correct(studio: Studio, view: ProjectView, label: str, **fields: object) -> None:
    def edit(project: Project) -> Project:
        grid = GridChoice.model_validate({**dict(project.grid), **fields})
        return changed(project, grid=grid)

    song_decisions.decide(
        studio, view, label, edit, lambda stored: studio.start(stored.id, "analysis")
    )


def plots(studio: Studio, view: ProjectView, analysis: AudioAnalysis) -> None:
    """The figures, drawn only when someone opens them."""
    opened = st.expander("Plots", icon=":material/monitoring:", on_change="rerun", key="plots")
    if not opened.open:
        return
    import numpy as np

    from pipeline import figures

    with opened:
        left, right = st.columns(2, gap="medium")
        left.subheader("Tempo and confidence")
        left.plotly_chart(figures.tempo(analysis), key="plot_tempo")
        right.subheader("Energy and sections")
        right.plotly_chart(figures.energy(analysis), key="plot_energy")
        left.subheader("Pace of cuts")
        left.plotly_chart(figures.pace(view.slots, analysis.sections), key="plot_pace")
        right.subheader("Lengths of slots")
        right.plotly_chart(figures.lengths(view.slots, view.limits), key="plot_lengths")
        if analysis.similarity is not None:
            st.subheader("What resembles what")
            path = studio.path(analysis.similarity)
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as kept:
                picture = kept["similarity"]
            drawn = figures.similarity(picture, (0.0, analysis.duration_s), analysis.sections)
            st.plotly_chart(drawn, key="plot_similarity")
