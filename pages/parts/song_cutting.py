"""The cutting bench of the song page: editor, pace and the table, one truth for all three.

Edits are operations on a revision. The pure reducer judges them, the studio stores them, and a
stale one is refused while the view catches up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts import errors, song_decisions, song_table
from pages.parts.boundary_editor import (
    Answer,
    EditorState,
    Ground,
    boundary_editor,
)
from pages.parts.states import usd
from pipeline.cuts.edits import CutContext, apply_all
from pipeline.cuts.operations import EditBatch, Redo, Revert, Undo, label_of, parse_batch
from pipeline.cuts.prices import price_classes
from pipeline.cuts.settle import found_cuts, recut
from pipeline.errors import StaleEdit, StudioError
from pipeline.project import Project, changed

if TYPE_CHECKING:
    from pipeline.cuts.operations import CutOperation
    from pipeline.model import Cut
    from pipeline.studio import ProjectView, Studio

FREE_FIELDS = {"cuts", "revision"}


class Bench:
    """One project's cuts at hand, for as long as nothing but the cuts changes."""

    def __init__(self, studio: Studio, view: ProjectView, ground: Ground) -> None:
        self.studio = studio
        self.view = view
        self.ground = ground

    def draw(self) -> None:
        """The fragment's body."""
        project = self.studio.project(self.view.project.id)
        if _but_cuts(project) != _but_cuts(self.view.project):
            st.rerun()
        song_decisions.saw(project)
        cuts = self._cuts(project)
        boundary_editor(self._state(project, cuts), self.ground, self.take)
        table = song_table.Table(project.id, project.revision, cuts, self.end_s, self.view.slots)
        song_table.draw(table, self.take)

    def take(self, raw: Any) -> None:
        """Carry out what the browser or the table sent; never raises for a refusal."""
        batch: EditBatch | None = None
        try:
            batch = parse_batch(raw)
            words = self.carry_out(batch)
            answer = Answer(batch.sequence, words)
        except StudioError as refusal:
            last = song_decisions.answer_of(self.view.project.id).sequence
            answer = Answer(batch.sequence if batch else last, str(refusal), True)
        song_decisions.answer(self.view.project.id, answer)
        if self.view.plan is not None:
            # The header tells which steps an edit made stale; the rest of the page stands still.
            # Before there is a plan no step hangs on the cuts, and one run answers faster than two.
            st.rerun(["cutting", "header"])

    def carry_out(self, batch: EditBatch) -> str:
        """Store what a batch does; a sentence for the person where one is due.

        Raises:
            StaleEdit: The batch was made on an older revision.
            RefusedEdit: It would break a rule. Nothing was changed in either case.
        """
        project_id, first = self.view.project.id, batch.operations[0]
        if isinstance(first, Undo | Redo):
            return self._travel(project_id, batch.revision, isinstance(first, Undo))
        label = label_of(batch.operations)
        operations = [one for one in batch.operations if not isinstance(one, Undo | Redo)]
        try:
            self.studio.change(
                project_id, batch.revision, label, lambda now: self._edited(now, operations)
            )
        except StaleEdit as error:
            raise _stale() from error
        return "The cuts are the analysis's own again." if isinstance(first, Revert) else ""

    def _travel(self, project_id: str, revision: int, back: bool) -> str:
        if self.studio.project(project_id).revision != revision:
            raise _stale()
        history = self.studio.library.history(project_id)
        steps = history.undo if back else history.redo
        if not steps:
            return "Nothing to undo." if back else "Nothing to redo."
        (self.studio.undo if back else self.studio.redo)(project_id)
        return f"{'Undone' if back else 'Done again'}: {steps[-1].label}."

    def _edited(self, project: Project, operations: list[CutOperation]) -> Project:
        cuts = self._cuts(project)
        return changed(project, cuts=apply_all(operations, cuts, self.context(cuts)))

    def _cuts(self, project: Project) -> tuple[Cut, ...]:
        if project.cuts is not None:
            return project.cuts
        plan = found_cuts(self.studio, project)
        return plan.cuts if plan else ()

    @property
    def end_s(self) -> float:
        return self.view.slots[-1].end_s

    def context(self, cuts: tuple[Cut, ...]) -> CutContext:
        """What edits of these cuts are judged by."""
        analysis, song = self.view.analysis, self.view.project.song
        return CutContext(
            start_s=cuts[0].time_s,
            end_s=self.end_s,
            limits=self.view.limits,
            fps=self.view.project.format.fps,
            beats_s=analysis.beats_s if analysis else (),
            bars_s=analysis.downbeats_s if analysis else (),
            sections_s=tuple(one.start_s for one in analysis.sections) if analysis else (),
            lyrics_s=tuple(sorted(word.start_s for word in self.view.lyrics.words)),
            song_s=song.duration_s if song else 0.0,
        )

    def _state(self, project: Project, cuts: tuple[Cut, ...]) -> EditorState:
        history = self.studio.library.history(project.id)
        classes = price_classes(project, self.studio.catalogue)
        return EditorState(
            project_id=project.id,
            revision=project.revision,
            cuts=cuts,
            end_s=self.end_s,
            limits=self.view.limits,
            fps=project.format.fps,
            prices=tuple(
                (one.longest_s, f"buys {one.bought_s:g} s", usd(one.usd_micro)) for one in classes
            ),
            undo=history.undo[-1].label if history.undo else "",
            redo=history.redo[-1].label if history.redo else "",
            own=project.cuts is not None,
            answer=song_decisions.answer_of(project.id),
        )


def _stale() -> StaleEdit:
    return StaleEdit(
        "The project was changed elsewhere meanwhile.",
        "The view shows the present state now: make the edit again.",
    )


def _but_cuts(project: Project) -> dict[str, Any]:
    """Everything else that the page shows: when it changes, the whole page is drawn anew."""
    return {name: value for name, value in project if name not in FREE_FIELDS}


def pace(studio: Studio, view: ProjectView) -> None:
    """How fast the film is cut, and which part of the song it covers; locked cuts stay."""
    project = view.project
    slow, part = st.columns(2, gap="large")
    key = f"pace_{project.id}_{project.revision}"
    slow.slider(
        "Pace of cuts",
        0.0,
        1.0,
        project.pace,
        0.05,
        format="percent",
        key=key,
        help="Finds the cuts anew, faster where the song is loud. What you set or locked stays.",
        on_change=lambda: _recut(studio, view, "Change the pace", pace=st.session_state[key]),
    )
    length = project.song.duration_s if project.song else 1.0
    end = round(min(project.excerpt.end_s or length, length), 2)
    span_key = f"excerpt_{project.id}_{project.revision}"
    part.slider(
        "Part of the song, in seconds",
        0.0,
        round(length, 2),
        (round(project.excerpt.start_s, 2), end),
        0.05,
        key=span_key,
        help="The film covers this part. Cuts are found anew around what you set or locked.",
        on_change=lambda: _excerpt(studio, view, st.session_state[span_key]),
    )


def _excerpt(studio: Studio, view: ProjectView, span: tuple[float, float]) -> None:
    start, end = span
    song = view.project.song
    whole = song is not None and end >= round(song.duration_s, 2) - 0.01
    if end - start < 1:
        _say("Choose at least one second of the song.")
        return
    chosen = {"start_s": start, "end_s": None if whole else end}
    _recut(studio, view, "Change the part of the song", excerpt=chosen)


def _recut(studio: Studio, view: ProjectView, label: str, **fields: object) -> None:
    """Store a decision with its cuts, found anew around what a person did by hand."""
    with errors.shown(later=True):
        song_decisions.refuse_stale(studio, view)
        before = studio.project(view.project.id)
        if changed(before, **fields) == before:
            return
        settled = recut(studio, before, **fields)
        cuts = settled.project.cuts
        stored = studio.change(
            before.id, before.revision, label, lambda now: changed(now, cuts=cuts, **fields)
        )
        song_decisions.saw(stored)
        song_decisions.tell(before.id, settled.words)


def _say(words: str) -> None:
    st.toast(words, icon=":material/info:")
