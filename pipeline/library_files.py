"""Projects as files of the home.

    <home>/projects/<id>/project.json       decisions, revision, labels of undo and redo
    <home>/projects/<id>/history/<n>.json   decisions as they were at revision n

Every write is whole or absent (temporary name, fsync, rename) and under a lock.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.bench import storage_errors
from pipeline.errors import BadInput, StorageFailed
from pipeline.library import (
    LOCK_TIMEOUT_S,
    Drawer,
    Library,
    ProjectFile,
    checked,
    decisions_of,
    file_of,
    no_such_project,
)
from pipeline.project import Project

PRESENT = "project.json"


class FileLibrary(Library):
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
        found = [path for path in self.folder.glob(f"*/{PRESENT}") if path.is_file()]
        found.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        return tuple(path.parent.name for path in found)

    def add(self, project: Project) -> Project:
        folder = self.folder / checked(project.id)
        with storage_errors():
            folder.mkdir(mode=0o700, exist_ok=True)
        _write_whole(folder / PRESENT, ProjectFile(project=project).model_dump_json(indent=1))
        return project

    def changed_at(self, project_id: str) -> float:
        return (self.folder / checked(project_id) / PRESENT).stat().st_mtime

    def texts(self) -> Iterator[tuple[str, str]]:
        for path in self.folder.glob("*/**/*.json"):
            project_id = path.relative_to(self.folder).parts[0]
            try:
                yield project_id, path.read_text(encoding="utf-8")
            except FileNotFoundError:
                continue
            except (OSError, ValueError) as error:
                raise BadInput(
                    f"A file of project {project_id} cannot be read.",
                    "Mend or delete that project first.",
                ) from error

    def size_bytes(self) -> int:
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def _read(self, project_id: str) -> ProjectFile:
        return FileDrawer(self.folder / project_id).read()

    @contextmanager
    def _held(self, project_id: str) -> Iterator[Drawer]:
        folder = self.folder / project_id
        if not folder.is_dir():
            raise no_such_project()
        lock = FileLock(self.folder / f".{project_id}.lock", timeout=LOCK_TIMEOUT_S)
        try:
            with lock:
                yield FileDrawer(folder)
        except Timeout as error:
            raise StorageFailed(
                "Another studio holds this project.", "Close it there, then try again."
            ) from error


class FileDrawer:
    """Implements :class:`pipeline.library.Drawer` over a project's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> ProjectFile:
        return file_of(_text(self._folder / PRESENT), PRESENT)

    def kept(self, revision: int) -> Project:
        path = self._past / f"{revision}.json"
        return decisions_of(_text(path), path.name)

    def replace(self, before: Project, after: ProjectFile) -> None:
        with storage_errors():
            self._past.mkdir(mode=0o700, exist_ok=True)
        _write_whole(self._past / f"{before.revision}.json", before.model_dump_json())
        _write_whole(self._folder / PRESENT, after.model_dump_json(indent=1))
        reachable = {f"{revision}.json" for revision in after.history.revisions}
        for path in self._past.glob("*.json"):
            if path.name not in reachable:
                path.unlink(missing_ok=True)

    def remove(self) -> None:
        shutil.rmtree(self._folder)

    @property
    def _past(self) -> Path:
        return self._folder / "history"


def _text(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise no_such_project() from error


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
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise StorageFailed(
            f"The project could not be saved: {error.strerror}.",
            "Free some space or mend the folder's permissions; the last saved state is intact.",
        ) from error
