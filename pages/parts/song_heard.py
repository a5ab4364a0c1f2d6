"""What was heard, with corrections in one click; each is a decision that the rest follows."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import song_corrections, song_fixes
from pages.parts.media import Fact, facts
from pages.parts.song_fixes import Fix
from pipeline.cuts.correcting import (
    Correction,
    as_heard,
    at_tempo,
    by_bars,
    by_half_a_beat,
    by_seconds,
    with_fields,
)

if TYPE_CHECKING:
    from pipeline.model import AudioAnalysis
    from pipeline.project import GridChoice, Project
    from pipeline.studio import ProjectView, Studio

HEARD = "as heard"
METRES = (HEARD, 3, 4, 5, 6, 7)
NUDGE_S = 0.01
# An alternative is offered where it was heard this much at least; double and half always are.
HEARD_ENOUGH = 0.3
RATIOS = {
    Fraction(1, 2): "÷ 2",
    Fraction(2): "× 2",
    Fraction(2, 3): "× ⅔",
    Fraction(3, 2): "× 1½",
}
LABELS = {
    Fraction(1, 2): "Halve the tempo",
    Fraction(2): "Double the tempo",
    Fraction(2, 3): "Two thirds of the tempo",
    Fraction(3, 2): "One and a half times the tempo",
}
SAME_TEMPO = 0.04
GRID_FIXES = (
    Fix("Half a beat", "Shift by half a beat", by_half_a_beat),
    Fix("− 10 ms", "Beats 10 ms earlier", by_seconds(-NUDGE_S)),
    Fix("+ 10 ms", "Beats 10 ms later", by_seconds(NUDGE_S)),
)
WAY_BACK = Fix("As heard", "Back to what was heard", as_heard)
BAR_FIXES = (
    Fix("Bar − 1", "Bars a beat earlier", by_bars(-1)),
    Fix("Bar + 1", "Bars a beat later", by_bars(1)),
)
# A click counts also where its button went before the click was heard of.
KNOWN = {LABELS[ratio]: at_tempo(ratio) for ratio in RATIOS} | {
    fix.label: fix.correction for fix in (*GRID_FIXES, *BAR_FIXES, WAY_BACK)
}


def draw(studio: Studio, view: ProjectView, analysis: AudioAnalysis) -> None:
    """Tempo, bars, sections and mood, each with what can be done about it."""
    Heard(studio, view, analysis).draw()


@dataclass(frozen=True)
class Heard:
    """What was heard of one project, as a fragment: a click is noted, the page stays."""

    studio: Studio
    view: ProjectView
    analysis: AudioAnalysis

    def draw(self) -> None:
        st.fragment(self._body, key="heard")()

    def _body(self) -> None:
        waiting = song_corrections.line_of(self.view.project.id).waiting
        with st.container(key="heard-anew" if waiting else "heard-cards"):
            tempo, bars, mood = st.columns(3, gap="medium")
            with tempo, st.container(border=True, height="stretch"):
                self._tempo()
            with bars, st.container(border=True, height="stretch"):
                self._bars()
            with mood, st.container(border=True, height="stretch"):
                _mood(self.analysis)
        song_corrections.watch(self.view.project.id)

    def _tempo(self) -> None:
        bpm = self.analysis.tempo_bpm
        st.metric("Tempo", f"{bpm:.1f} BPM" if bpm else "No beats")
        st.caption(self._aside(_sureness(self.analysis)))
        if not bpm:
            return
        tempos = [
            Fix(name, LABELS[ratio], at_tempo(ratio), f"{bpm * float(ratio):.1f} BPM")
            for ratio, name in offered(self.analysis).items()
        ]
        self._fixes("tempo", tempos)
        corrected = corrections_in(self.view.project.grid)
        self._fixes("grid", [*GRID_FIXES, *([WAY_BACK] if corrected else [])])
        if corrected:
            st.caption(f"Corrected: {', '.join(corrected)}.")

    def _bars(self) -> None:
        heard, project = self.analysis, self.view.project
        st.metric("Metre", f"{heard.metre} beats a bar" if heard.downbeats_s else "No bars")
        sure = f"{heard.downbeat_confidence:.0%} sure · " if heard.downbeats_s else ""
        st.caption(self._aside(f"{sure}{_counted(len(heard.sections), 'section')}"))
        if heard.downbeats_s:
            self._fixes("bars", BAR_FIXES)
            self._metre(project)
        key = f"density_{project.id}_{project.revision}"
        st.slider(
            "Sections: fewer or more",
            0.0,
            1.0,
            project.grid.section_density,
            0.1,
            format="percent",
            key=key,
            on_change=lambda: self._ask(
                "Fewer or more sections", with_fields(section_density=st.session_state[key])
            ),
        )

    def _metre(self, project: Project) -> None:
        key = f"metre_{project.id}_{project.revision}"
        st.segmented_control(
            "Beats in a bar",
            METRES,
            default=project.grid.metre or HEARD,
            required=True,
            key=key,
            on_change=lambda: self._ask(
                "Set the metre", with_fields(metre=_metre(st.session_state[key]))
            ),
        )

    def _aside(self, words: str) -> str:
        waiting = song_corrections.line_of(self.view.project.id).waiting
        return "Listening anew…" if waiting else words

    def _fixes(self, name: str, fixes: Sequence[Fix]) -> None:
        desk = song_fixes.Desk(self.view.project.id, KNOWN, self._ask)
        song_fixes.draw(desk, name, fixes)

    def _ask(self, label: str, correction: Correction) -> None:
        song_corrections.ask(self.studio, self.view, label, correction)


def offered(analysis: AudioAnalysis) -> dict[Fraction, str]:
    """Other tempos to choose from, by their ratio to the present one.

    Half and double always; two thirds and three halves where the analysis heard them.
    """
    bpm = analysis.tempo_bpm or 1.0
    heard = [one.bpm / bpm for one in analysis.tempo_alternatives if one.confidence >= HEARD_ENOUGH]
    return {
        ratio: name
        for ratio, name in RATIOS.items()
        if ratio in (Fraction(1, 2), Fraction(2))
        or any(abs(other / float(ratio) - 1) < SAME_TEMPO for other in heard)
    }


def corrections_in(grid: GridChoice) -> list[str]:
    """A person's corrections of the grid in words; none where all is as heard."""
    shift = Fraction(grid.tempo_factor).limit_denominator(64)
    words = [f"tempo × {shift}"] if shift != 1 else []
    if grid.half_beat:
        words.append("half a beat later")
    words += [_shift_seen_from(octave) for octave in grid.half_beat_octaves]
    if grid.nudge_s:
        words.append(f"{grid.nudge_s * 1000:+.0f} ms")
    if grid.bar_shift:
        words.append(f"bars {grid.bar_shift:+d}")
    if grid.metre:
        words.append(f"{grid.metre} in a bar")
    return words


def _shift_seen_from(octave: int) -> str:
    """A shift by half a beat that was made at a tempo so many octaves from the present one."""
    if octave > 0:
        return f"1/{2 ** (octave + 1)} of a beat later"
    return f"half a beat later again at tempo ÷ {2**-octave}"


def _sureness(analysis: AudioAnalysis) -> str:
    if not analysis.beats_s:
        return "The cuts follow the energy instead."
    kinds = {"fitted": "steady grid", "free": "beats follow the playing", "none": "no grid"}
    swing = f" · swing {analysis.swing:.0%}" if analysis.swing > 0.1 else ""
    return f"{analysis.tempo_confidence:.0%} sure · {kinds[analysis.grid]}{swing}"


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _metre(choice: object) -> int | None:
    return choice if isinstance(choice, int) else None


def _mood(analysis: AudioAnalysis) -> None:
    mood = analysis.mood
    st.metric("Mood", mood.label)
    st.caption(f"{mood.confidence:.0%} sure")
    facts([Fact(line) for line in mood.evidence[:6]])


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
