"""Project files on disk: load, change, undo, list.

    <home>/projects/<id>/project.json       decisions, revision, labels of undo and redo
    <home>/projects/<id>/history/<n>.json   decisions as they were at revision n

Every write is whole or absent (temporary name, fsync, rename) and under a lock, so two tabs and
two processes cannot destroy each other's work.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout
from pydantic import Field, ValidationError

from pipeline.bench import storage_errors
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


class ProjectFile(Frozen):
    """What ``project.json`` holds."""

    schema_number: int = SCHEMA
    project: Project
    history: History = Field(default_factory=History)


class Library:
    """All projects of one home.

    Args:
        folder: The folder of projects; made when missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageFailed(
                f"The studio's folder cannot be made: {error.strerror}.",
                "Choose another folder with STUDIO_HOME or --home, or mend its permissions.",
            ) from error

    def ids(self) -> tuple[str, ...]:
        """Ids of all projects, the last changed first."""
        found = [path for path in self.folder.glob("*/project.json") if path.is_file()]
        found.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        return tuple(path.parent.name for path in found)

    def add(self, project: Project) -> Project:
        """Write a new project."""
        self._folder(project.id).mkdir(mode=0o700, exist_ok=True)
        self._write(ProjectFile(project=project))
        return project

    def load(self, project_id: str) -> Project:
        """The project as it stands.

        Raises:
            BadInput: There is no such project, or its file is damaged.
            NewerSchema: A newer studio wrote it; the file is left untouched.
        """
        return self._read(project_id).project

    def history(self, project_id: str) -> History:
        return self._read(project_id).history

    def changed_at(self, project_id: str) -> float:
        """Seconds since the epoch of the last change."""
        return (self._folder(project_id) / "project.json").stat().st_mtime

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
        with self._locked(project_id):
            file = self._read(project_id)
            if revision is not None and revision != file.project.revision:
                raise StaleEdit(
                    "The project was changed in another tab meanwhile; this edit was not taken.",
                    "The view shows the present state now: make the edit again.",
                )
            edited = edit(file.project)
            if edited == file.project:
                return file.project
            self._keep(file.project)
            step = Step(revision=file.project.revision, label=label[:120])
            undo = (*file.history.undo, step)[-HISTORY_LENGTH:]
            return self._advance(file, edited, History(undo=undo))

    def undo(self, project_id: str) -> Project:
        """Step back once; without a step back the project stays as it is."""
        return self._travel(project_id, back=True)

    def redo(self, project_id: str) -> Project:
        """Step forward again after an undo."""
        return self._travel(project_id, back=False)

    def remove(self, project_id: str) -> None:
        """Delete the project's decisions and history; the store is not touched."""
        with self._locked(project_id):
            shutil.rmtree(self._folder(project_id))

    def _travel(self, project_id: str, *, back: bool) -> Project:
        with self._locked(project_id):
            file = self._read(project_id)
            undo, redo = file.history.undo, file.history.redo
            source = undo if back else redo
            if not source:
                return file.project
            target = source[-1]
            self._keep(file.project)
            here = Step(revision=file.project.revision, label=target.label)
            history = (
                History(undo=undo[:-1], redo=(*redo, here))
                if back
                else History(undo=(*undo, here), redo=redo[:-1])
            )
            return self._advance(file, self._kept(project_id, target.revision), history)

    def _advance(self, file: ProjectFile, project: Project, history: History) -> Project:
        raised = project.model_copy(update={"revision": file.project.revision + 1})
        self._write(ProjectFile(project=raised, history=history))
        self._forget_unreachable(project.id, history)
        return raised

    def _keep(self, project: Project) -> None:
        folder = self._folder(project.id) / "history"
        with storage_errors():
            folder.mkdir(mode=0o700, exist_ok=True)
        _write_whole(folder / f"{project.revision}.json", project.model_dump_json())

    def _kept(self, project_id: str, revision: int) -> Project:
        path = self._folder(project_id) / "history" / f"{revision}.json"
        return _parse(path, lambda data: Project.model_validate(migrated(data)))

    def _forget_unreachable(self, project_id: str, history: History) -> None:
        kept = {f"{step.revision}.json" for step in (*history.undo, *history.redo)}
        for path in (self._folder(project_id) / "history").glob("*.json"):
            if path.name not in kept:
                path.unlink(missing_ok=True)

    def _read(self, project_id: str) -> ProjectFile:
        return _parse(self._folder(project_id) / "project.json", _project_file)

    def _write(self, file: ProjectFile) -> None:
        path = self._folder(file.project.id) / "project.json"
        _write_whole(path, file.model_dump_json(indent=1))

    def _folder(self, project_id: str) -> Path:
        if not ID_PATTERN.fullmatch(project_id):
            raise BadInput("There is no such project.", "Open one from the list of projects.")
        return self.folder / project_id

    @contextmanager
    def _locked(self, project_id: str) -> Iterator[None]:
        folder = self._folder(project_id)
        if not folder.is_dir():
            raise BadInput("There is no such project.", "Open one from the list of projects.")
        lock = FileLock(self.folder / f".{project_id}.lock", timeout=LOCK_TIMEOUT_S)
        try:
            with lock:
                yield
        except Timeout as error:
            raise StorageFailed(
                "Another studio holds this project.", "Close it there, then try again."
            ) from error


def _project_file(data: dict[str, Any]) -> ProjectFile:
    return ProjectFile.model_validate({**data, "project": migrated(data["project"])})


def _parse(path: Path, build: Callable[[dict[str, Any]], Parsed]) -> Parsed:
    """Read and validate a JSON file, with sentences for everything that can be wrong with it."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        _refuse_newer(data)
        return build(data)
    except FileNotFoundError as error:
        raise BadInput(
            "There is no such project.", "Open one from the list of projects."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        where = f" ({error.errors()[0]['loc']})" if isinstance(error, ValidationError) else ""
        raise BadInput(
            f"The project file is damaged{where}: {path.name}.",
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


def _write_whole(path: Path, text: str) -> None:
    """Replace a file so that a reader sees the old or the new one, never a part."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StorageFailed(
            f"The project could not be saved: {error.strerror}.",
            "Free some space or mend the folder's permissions; the last saved state is intact.",
        ) from error
