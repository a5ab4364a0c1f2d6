"""The boundary editor: a canvas on which cuts are dragged over the waveform.

Two components, because a component's script and data travel together in one message that is
sent again whenever any of it changes. The *ground* holds the whole script, the peaks and what
was heard: it changes with the analysis and is sent once. The *editor* holds only the cuts and
limits, with a script of a few lines, and is what an edit sends again.

The browser sends batches of operations; :mod:`pipeline.cuts` judges them.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from pipeline.cuts.identity import cut_id
from pipeline.cuts.limits import SlotLimits
from pipeline.model import AudioAnalysis, Cut, Lyrics
from pipeline.timebase import to_microseconds

KEY = "cuts"
SOUND_KEY = "song-audio"
SCRIPTS = ("geometry", "paint", "sound", "input", "editor", "shell")
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Ground:
    """What no edit changes, packed for the browser, and the digest that names it.

    ``beat_at`` finds a beat's index by its time in microseconds.
    """

    packed: bytes
    id: str
    beat_at: dict[int, int]


@dataclass(frozen=True)
class Answer:
    """What became of the last batch: its sequence, and a sentence where one is due."""

    sequence: int = 0
    words: str = ""
    refused: bool = False


@dataclass(frozen=True)
class EditorState:
    """Everything that an edit can change.

    ``prices`` is a table of (longest length in seconds, what is bought, its price in dollars);
    ``undo`` and ``redo`` are labels, empty when there is no step; ``own`` says whether the cuts are
    the person's, not the analysis's.
    """

    project_id: str
    revision: int
    cuts: tuple[Cut, ...]
    end_s: float
    limits: SlotLimits
    fps: int
    prices: tuple[tuple[float, str, str], ...] = ()
    undo: str = ""
    redo: str = ""
    own: bool = False
    answer: Answer = Answer()


def pack_ground(analysis: AudioAnalysis, lyrics: Lyrics, peaks: bytes) -> Ground:
    """Beats, bars, sections, words and peaks in one block of bytes.

    Args:
        analysis: As corrected by the person.
        lyrics: Words in song time.
        peaks: int8 pairs (minimum, maximum), ``analysis.peaks_per_s`` a second.
    """
    beats = analysis.beats_s
    gaps = sorted(later - earlier for earlier, later in itertools.pairwise(beats))
    heard: dict[str, Any] = {
        "duration": analysis.duration_s,
        "peaks_per_s": analysis.peaks_per_s,
        "beat": gaps[len(gaps) // 2] if gaps else 0.5,
        "beats": _tidy(beats),
        "bars": _tidy(analysis.downbeats_s),
        "sections": [(*_tidy((one.start_s, one.end_s)), one.label) for one in analysis.sections],
        "words": [(*_tidy((one.start_s, one.end_s)), one.text) for one in lyrics.words],
    }
    plain = json.dumps(heard, separators=(",", ":")).encode()
    heard["id"] = hashlib.sha256(plain + peaks).hexdigest()[:16]
    text = json.dumps(heard, separators=(",", ":"), ensure_ascii=False).encode()
    # Peaks are read in place, so the text before them may end anywhere: they are single bytes.
    beat_at = {to_microseconds(time_s): index for index, time_s in enumerate(beats)}
    return Ground(struct.pack("<I", len(text)) + text + peaks, heard["id"], beat_at)


def pack_state(state: EditorState, ground: Ground) -> dict[str, Any]:
    """The editor's data: about two bytes a cut on a beat, so that an edit stays small."""
    return {
        "ground": ground.id,
        "project": state.project_id,
        "audio": f".st-key-{SOUND_KEY} audio",
        "revision": state.revision,
        "end": state.end_s,
        "fps": state.fps,
        "limits": {"min": state.limits.min_s, "max": state.limits.max_s},
        "prices": [list(row) for row in state.prices],
        "undo": state.undo,
        "redo": state.redo,
        "own": state.own,
        "ack": state.answer.sequence,
        "said": state.answer.words,
        "refused": state.answer.refused,
        "cuts": {
            "at": _places(state.cuts, ground),
            "names": {
                str(index): cut.id
                for index, cut in enumerate(state.cuts)
                if cut.id != cut_id(cut.time_s)
            },
            "locked": [index for index, cut in enumerate(state.cuts) if cut.locked],
        },
    }


def _places(cuts: Sequence[Cut], ground: Ground) -> list[int | list[int]]:
    """For each cut the number of beats since the last one on a beat, or its [microseconds]."""
    places: list[int | list[int]] = []
    last = 0
    for cut in cuts:
        micros = to_microseconds(cut.time_s)
        beat = ground.beat_at.get(micros)
        places.append([micros] if beat is None else beat - last)
        last = last if beat is None else beat
    return places


def boundary_ground(ground: Ground) -> None:
    """Send what no edit changes. Call it outside the fragment that holds the editor."""
    _component("cut_editor_ground", _script())(key=f"{KEY}_ground", data=ground.packed)


def boundary_editor(
    state: EditorState, ground: Ground, on_edit: Callable[[Any], None], key: str = KEY
) -> None:
    """Draw the editor.

    Args:
        state: What to show.
        ground: The same that was given to :func:`boundary_ground`.
        on_edit: Called with the browser's raw batch, before the run that follows an edit; its
            content is hostile until :func:`pipeline.cuts.operations.parse_batch` has read it.
        key: Widget key.
    """

    def changed() -> None:
        raw = st.session_state[key].edit
        if raw is not None:
            on_edit(raw)

    mount = _component("cut_editor", _text("boundary_mount.js"))
    mount(key=key, data=pack_state(state, ground), on_edit_change=changed)


def _component(name: str, script: str) -> Callable[..., Any]:
    return st.components.v2.component(name, js=script)


@cache
def _script() -> str:
    """The whole editor as one module; its page and style travel as string constants."""
    constants = {
        "EDITOR_HTML": _text("boundary_editor.html"),
        "EDITOR_CSS": _text("boundary_editor.css"),
    }
    lines = [f"const {name} = {json.dumps(text)};" for name, text in constants.items()]
    return "\n".join([*lines, *(_text(f"boundary_{part}.js") for part in SCRIPTS)])


@cache
def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _tidy(times_s: Sequence[float]) -> list[float]:
    return [round(time_s, 6) for time_s in times_s]
