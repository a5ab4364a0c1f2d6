"""Projects and their way back: load, change, undo, list; wherever they lie.

    Library ──holds──> Drawer: one project, which nobody else changes meanwhile
       ├── library_files.py   a folder of the home
       └── library_sql.py     the shared database, where app and workers are apart

Every change is whole or absent, so two tabs, two processes and two machines cannot destroy each
other's work.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from pydantic import Field, ValidationError

from pipeline.errors import BadInput, NewerSchema, StaleEdit, StorageFailed
from pipeline.model import Frozen
from pipeline.project import SCHEMA, Project
from pipeline.schema import migrated

HISTORY_LENGTH = 200
LOCK_TIMEOUT_S = 10.0
Parsed = TypeVar("Parsed")
ID_PATTERN = re.compile(r"[A-Za-z0-9_-]{16,64}")


class Step(Frozen):
    """One entry of the undo or redo stack: the revision it leads back to, and its label."""

    revision: int
    label: str


class History(Frozen):
    """Labels of what can be undone and redone, the next one last."""

    undo: tuple[Step, ...] = ()
    redo: tuple[Step, ...] = ()

    @property
    def revisions(self) -> frozenset[int]:
        """Everything that can be gone back or forward to."""
        return frozenset(step.revision for step in (*self.undo, *self.redo))


class ProjectFile(Frozen):
    """What is stored of a project as it stands."""

    schema_number: int = SCHEMA
    project: Project
    history: History = Field(default_factory=History)


class Drawer(Protocol):
    """One project while it is held."""

    def read(self) -> ProjectFile:
        """The project as it stands."""

    def kept(self, revision: int) -> Project:
        """The project as it was at a revision of its history."""

    def replace(self, before: Project, after: ProjectFile) -> None:
        """Keep what stood, write what stands now, and forget revisions that nothing leads to."""

    def put_away(self) -> None:
        """Move the project with its history to the trash."""


class Trashed(Frozen):
    """A project in the trash; ``at_s`` is seconds since the epoch."""

    id: str
    at_s: float


class Library(ABC):
    """All projects of one studio."""

    @abstractmethod
    def ids(self) -> tuple[str, ...]:
        """Ids of all projects, the last changed first."""

    @abstractmethod
    def add(self, project: Project) -> Project:
        """Write a new project."""

    @abstractmethod
    def changed_at(self, project_id: str) -> float:
        """Seconds since the epoch of the last change."""

    @abstractmethod
    def texts(self) -> Iterator[tuple[str, str]]:
        """Project id and JSON text of every document, present and past, also in the trash."""

    @abstractmethod
    def size_bytes(self) -> int:
        """What the decisions and their history take, to within their signs beyond ASCII."""

    @abstractmethod
    def trashed(self) -> tuple[Trashed, ...]:
        """What lies in the trash, the last thrown away first. Nothing goes from it by time."""

    @abstractmethod
    def restore(self, project_id: str) -> Project:
        """Bring a project back from the trash, as it was."""

    @abstractmethod
    def remove(self, project_id: str) -> None:
        """Delete a project that is in the trash, with its history, for good."""

    @abstractmethod
    def _read_trashed(self, project_id: str) -> ProjectFile: ...

    @abstractmethod
    def _read(self, project_id: str) -> ProjectFile: ...

    @abstractmethod
    def _held(self, project_id: str) -> AbstractContextManager[Drawer]: ...

    def load(self, project_id: str) -> Project:
        """The project as it stands.

        Raises:
            BadInput: There is no such project, or what is stored is damaged.
            NewerSchema: A newer studio wrote it; it is left untouched.
        """
        return self._read(checked(project_id)).project

    def history(self, project_id: str) -> History:
        return self._read(checked(project_id)).history

    def change(
        self, project_id: str, revision: int | None, label: str, edit: Callable[[Project], Project]
    ) -> Project:
        """Apply an edit and remember the way back.

        Args:
            project_id: The project.
            revision: The revision that the edit was made on; None for the studio's own settling
                of a stage's result, which applies to whatever stands.
            label: What the edit does, for the undo list.
            edit: Pure function from project to project.

        Raises:
            StaleEdit: Another tab or process changed the project meanwhile; nothing was changed.
        """
        with self._held(checked(project_id)) as drawer:
            file = drawer.read()
            if revision is not None and revision != file.project.revision:
                raise StaleEdit(
                    "The project was changed in another tab meanwhile; this edit was not taken.",
                    "The view shows the present state now: make the edit again.",
                )
            edited = edit(file.project)
            if edited == file.project:
                return file.project
            step = Step(revision=file.project.revision, label=label[:120])
            undo = (*file.history.undo, step)[-HISTORY_LENGTH:]
            return _advanced(drawer, file, edited, History(undo=undo))

    def undo(self, project_id: str) -> Project:
        """Step back once; without a step back the project stays as it is."""
        return self._travel(project_id, back=True)

    def redo(self, project_id: str) -> Project:
        """Step forward again after an undo."""
        return self._travel(project_id, back=False)

    def put_away(self, project_id: str) -> None:
        """Move a project to the trash, decisions and history; the store is not touched."""
        with self._held(checked(project_id)) as drawer:
            drawer.put_away()

    def load_trashed(self, project_id: str) -> Project:
        """A project as it lies in the trash; raises as :meth:`load` does."""
        return self._read_trashed(checked(project_id)).project

    def _travel(self, project_id: str, *, back: bool) -> Project:
        with self._held(checked(project_id)) as drawer:
            file = drawer.read()
            undo, redo = file.history.undo, file.history.redo
            source = undo if back else redo
            if not source:
                return file.project
            target = source[-1]
            here = Step(revision=file.project.revision, label=target.label)
            history = (
                History(undo=undo[:-1], redo=(*redo, here))
                if back
                else History(undo=(*undo, here), redo=redo[:-1])
            )
            return _advanced(drawer, file, drawer.kept(target.revision), history)


def _advanced(drawer: Drawer, file: ProjectFile, project: Project, history: History) -> Project:
    raised = project.model_copy(update={"revision": file.project.revision + 1})
    drawer.replace(file.project, ProjectFile(project=raised, history=history))
    return raised


def checked(project_id: str) -> str:
    """An id that is safe to be part of a path.

    Raises:
        BadInput: It is no id of a project.
    """
    if not ID_PATTERN.fullmatch(project_id):
        raise no_such_project()
    return project_id


def no_such_project() -> BadInput:
    return BadInput(
        "There is no such project.",
        "Open one from the list (`projects` on the command line), or look in the trash.",
    )


def held_elsewhere() -> StorageFailed:
    return StorageFailed("Another studio holds this project.", "Close it there, then try again.")


def file_of(text: str | bytes, name: str) -> ProjectFile:
    """What a project's stored text says; ``name`` is what a person knows the text by."""
    return _parsed(
        text,
        name,
        lambda data: ProjectFile.model_validate({**data, "project": migrated(data["project"])}),
    )


def decisions_of(text: str | bytes, name: str) -> Project:
    """The project of a stored revision."""
    return _parsed(text, name, lambda data: Project.model_validate(migrated(data)))


def _parsed(text: str | bytes, name: str, build: Callable[[dict[str, Any]], Parsed]) -> Parsed:
    """Validate stored text, with sentences for everything that can be wrong with it."""
    try:
        data = json.loads(text)
        _refuse_newer(data)
        return build(data)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        where = f" ({error.errors()[0]['loc']})" if isinstance(error, ValidationError) else ""
        raise BadInput(
            f"The project file is damaged{where}: {name}.",
            "Import an exported copy, or mend the file by hand; nothing was changed.",
        ) from error


def _refuse_newer(data: dict[str, Any]) -> None:
    number = data.get("schema_number", 0)
    if isinstance(number, int) and number > SCHEMA:
        raise NewerSchema(
            f"This project was written by a newer studio (schema {number}, this one reads"
            f" {SCHEMA}).",
            "Update the studio; the file was left untouched.",
        )
