"""Corrections asked for on the song page: one after the other, while the old view stands.

    click ──> Line.ask ──(a thread of this visit)──> pipeline.cuts.correcting
    the page looks every tenth of a second meanwhile, and is drawn anew once there is an answer

No click is lost: Streamlit melts two clicks on one button into one while a script is busy, so the
script is never busy for longer than it takes to note a click.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors, progress, song_decisions
from pipeline.cuts.correcting import Correction, correct
from pipeline.cuts.settle import Settled

if TYPE_CHECKING:
    from pipeline.studio import ProjectView, Studio

LOOK_EVERY_S = 0.12


class Line:
    """What one visitor asked for, in order; the answers wait until the page takes them."""

    def __init__(self) -> None:
        self._hand = ThreadPoolExecutor(1, "corrections")
        self._asked: list[Future[Settled]] = []

    def ask(self, studio: Studio, project_id: str, label: str, correction: Correction) -> None:
        """Have a correction carried out after those before it."""
        self._asked.append(self._hand.submit(correct, studio, project_id, label, correction))

    @property
    def waiting(self) -> bool:
        """Whether there are answers to come or to take."""
        return bool(self._asked)

    @property
    def answered(self) -> bool:
        return any(one.done() for one in self._asked)

    def taken(self) -> list[Future[Settled]]:
        """The answers that are there, taken off the line."""
        done = [one for one in self._asked if one.done()]
        self._asked = [one for one in self._asked if one not in done]
        return done


def line_of(project_id: str) -> Line:
    """This visit's line for a project."""
    found = st.session_state.setdefault(f"_corrections_{project_id}", Line())
    assert isinstance(found, Line)
    return found


def ask(studio: Studio, view: ProjectView, label: str, correction: Correction) -> None:
    """Note a click: the decision is made on what this tab shows, and on the clicks before it."""
    line = line_of(view.project.id)
    with errors.shown(later=True):
        if not line.waiting:
            song_decisions.refuse_stale(studio, view)
        line.ask(studio, view.project.id, label, correction)


def heed(studio: Studio, view: ProjectView) -> None:
    """Take what was answered since the page was drawn last, and tell it."""
    words = ""
    for answer in line_of(view.project.id).taken():
        with errors.shown():
            settled = answer.result()
            words = settled.words
            song_decisions.saw(settled.project)
            song_decisions.tell(view.project.id, words)
            _go_on(studio, settled)
    if words:
        # The buttons may stand far below the waveform, under which the same is said to stay.
        st.toast(errors.literal(words), icon=":material/content_cut:")
    if song_decisions.seen(view) > view.project.revision:
        st.rerun()


def _go_on(studio: Studio, settled: Settled) -> None:
    """Where nothing was kept of the song any more, a run listens to it from the start."""
    project = settled.project
    if studio.derivation(project).analysis is None and not progress.active(studio.run(project.id)):
        studio.start(project.id, "analysis")


def watch(project_id: str) -> None:
    """Say that the song is heard anew, and draw the page once it is."""
    if line_of(project_id).waiting:
        st.fragment(_look, run_every=LOOK_EVERY_S)(project_id)


def _look(project_id: str) -> None:
    line = line_of(project_id)
    if line.answered or not line.waiting:
        st.rerun()
