"""The studio: the only composer, and the whole surface that pages, command line and notebooks use.

    create ─> start / make ─> view ─> change ─> start ...       a project, from song to film
    songs · shelf · trash · files · spending                    what else there is to do with it

It computes nothing in the caller's thread but a song's intake.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pipeline.buying.spending import Spending
from pipeline.doctor import Check, examine
from pipeline.files import Files
from pipeline.model import Song
from pipeline.outcome import raise_unless_done
from pipeline.project import Project
from pipeline.projects.shelf import Shelf
from pipeline.projects.songs import Songs
from pipeline.projects.trash import Trash
from pipeline.settings import Settings, read_settings
from pipeline.viewing import Viewer
from pipeline.views import ProjectCard, ProjectView
from pipeline.workshop import Workshop

if TYPE_CHECKING:
    from pipeline.jobs.state import RunState

__all__ = ["ProjectCard", "ProjectView", "Studio", "open_studio"]


def open_studio(settings: Settings | None = None, *, work_here: bool | None = None) -> Studio:
    """Open the studio of a home.

    Args:
        settings: Where and within what limits; read from the environment when None.
        work_here: Run jobs in this process too; without, some other process must. None: only
            where no database is shared with workers.

    Raises:
        StorageFailed: The home cannot be written.
    """
    return Studio(settings or read_settings(), work_here=work_here)


class Studio(Workshop):
    """The life of a project in a dozen calls; the rarer ones are with its parts."""

    @cached_property
    def songs(self) -> Songs:
        """Taking songs in."""
        return Songs(self)

    @cached_property
    def shelf(self) -> Shelf:
        """The projects side by side, and their names."""
        return Shelf(self)

    @cached_property
    def trash(self) -> Trash:
        """Deleting projects, and bringing them back."""
        return Trash(self, self.cancel)

    @cached_property
    def files(self) -> Files:
        """Pictures in, exports out, and the room that all takes."""
        return Files(self, self._viewer.forget)

    @cached_property
    def spending(self) -> Spending:
        """Quotes, entries and limits."""
        return Spending(self)

    @cached_property
    def _viewer(self) -> Viewer:
        return Viewer(self)

    def create(self, source: Path | BinaryIO, filename: str = "", owner: str = "") -> Project:
        """A new project from a song; `projects.intake.take_in` says what is refused."""
        name = filename or (source.name if isinstance(source, Path) else "song")
        return self.add(self.songs.take_in(source, name), owner)

    def create_demo(self, owner: str = "") -> Project:
        """A new project from the demo song, which is made by code."""
        return self.add(self.songs.demo(), owner)

    def add(self, song: Song, owner: str = "") -> Project:
        """A new project around a song that was taken in."""
        return self.library.add(self.songs.draft(song, owner))

    def projects(self, owner: str = "") -> tuple[ProjectCard, ...]:
        """Cards of the projects that an owner may list, the last changed first."""
        mine = (project for project in self.shelf.readable() if project.owner == owner)
        return tuple(self._viewer.card(project) for project in mine)

    def project(self, project_id: str) -> Project:
        """A project's decisions. On a share the unguessable id is the right of access.

        Raises:
            BadInput: No such project, or its file is damaged.
            NewerSchema: A newer studio wrote it.
        """
        return self.library.load(project_id)

    def view(self, project_id: str) -> ProjectView:
        """Everything a page shows of a project; nothing is computed for it."""
        return self._viewer.view(project_id)

    def change(
        self, project_id: str, revision: int, label: str, edit: Callable[[Project], Project]
    ) -> Project:
        """Apply an edit that was made on a revision; it can be undone.

        Raises:
            StaleEdit: The project has changed meanwhile; nothing was done.
            RefusedEdit: The edit itself refused; nothing was done.
        """
        return self.library.change(project_id, revision, label, edit)

    def undo(self, project_id: str) -> Project:
        return self.library.undo(project_id)

    def redo(self, project_id: str) -> Project:
        return self.library.redo(project_id)

    def start(
        self,
        project_id: str,
        goal: str,
        slot_ids: tuple[str, ...] = (),
        *,
        pause_after: str | None = None,
    ) -> str:
        """Start work towards a goal, or find the same work already under way.

        Args:
            project_id: The project.
            goal: "analysis", "plan", "references", "clips" or "film"; each includes the earlier.
            slot_ids: Only these slots, where the goal is "clips"; all that is missing when empty.
            pause_after: A stage of the goal, such as "plan", after which the run waits for
                :meth:`go_on`.

        Returns:
            The run's id.

        Raises:
            BadInput: There is no such goal, or it has no such stage.
        """
        self.library.load(project_id)
        return self.engine.start(project_id, goal, tuple(slot_ids), pause_after=pause_after)

    def draw(
        self, project_id: str, revision: int, subject_ids: tuple[str, ...], *, anew: bool = False
    ) -> str:
        """Have named pictures drawn: of characters, of places, or start frames of shots.

        Args:
            project_id: The project.
            revision: That its price was shown for.
            subject_ids: Ids of the plan, or :func:`pipeline.project.frame_of` shots.
            anew: Other pictures than those that are there.

        Returns:
            The run's id.

        Raises:
            CredentialsRefused, BudgetRefused: It cannot be paid for; nothing was changed.
            StaleEdit: The project has changed meanwhile; nothing was started.
        """
        before = self.library.load(project_id)
        after = self.illustrating.asked(before, subject_ids, anew=anew)
        self.spending.check(project_id, subject_ids, goal="references", project=after)
        if after.references != before.references:
            label = (
                "Draw a picture" if len(subject_ids) == 1 else f"Draw {len(subject_ids)} pictures"
            )
            self.change(
                project_id,
                revision,
                label,
                lambda now: self.illustrating.asked(now, subject_ids, anew=anew),
            )
        return self.start(project_id, "references", subject_ids)

    def pause_after(self, project_id: str, stage: str | None) -> None:
        """Let a project's active run stop when a stage has ended; None: let it go on.

        Raises:
            BadInput: The run has no such stage.
        """
        state = self.engine.current(project_id)
        if state is not None and state.active:
            self.engine.pause_after(state.run_id, stage)

    def go_on(self, project_id: str) -> str | None:
        """Go on where a project's newest run was paused: the id of the run that does."""
        state = self.engine.current(project_id)
        waits = state is not None and (state.active or state.state == "paused")
        return self.engine.go_on(state.run_id) if state is not None and waits else None

    def make(self, project_id: str, goal: str, slot_ids: tuple[str, ...] = ()) -> RunState:
        """Work towards a goal and wait for it: for notebooks and scripts.

        Raises:
            StudioError: It failed, was held or cancelled; the first reason, in words.
        """
        state = self.engine.wait(self.start(project_id, goal, slot_ids))
        raise_unless_done(state)
        return state

    def run(self, project_id: str) -> RunState | None:
        """How the project's newest run stands."""
        return self.engine.current(project_id)

    def run_state(self, run_id: str) -> RunState:
        """How any run stands; what was made before this studio was opened counts as found."""
        return self.engine.state(run_id, since_s=self.opened_at_s)

    def cancel(self, project_id: str) -> None:
        """Stop all that runs for a project; what is finished is kept."""
        for run_id in self.engine.active_of(project_id):
            self.engine.cancel(run_id)

    def doctor(self) -> tuple[Check, ...]:
        """What works on this machine, and what a missing part costs."""
        return examine(self)
