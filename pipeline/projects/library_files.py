"""Projects as files of the home.

    <home>/projects/<id>/project.json       decisions, revision, labels of undo and redo
    <home>/projects/<id>/history/<n>.json   decisions as they were at revision n
    <home>/trash/<id>/...                   the same, thrown away

Every write is whole or absent (temporary name, fsync, rename) and under a lock.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.bench import storage_errors
from pipeline.errors import BadInput, StorageFailed
from pipeline.project import Project
from pipeline.projects.library import (
    LOCK_TIMEOUT_S,
    Drawer,
    Library,
    ProjectFile,
    Trashed,
    checked,
    decisions_of,
    file_of,
    held_elsewhere,
    no_such_project,
)

PRESENT = "project.json"


class FileLibrary(Library):
    """All projects of one home.

    Args:
        folder: The folder of projects; made when missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._trash = folder.with_name("trash")
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._trash.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StorageFailed(
                f"The studio's folder cannot be made: {error.strerror}.",
                "Choose another folder with STUDIO_HOME or --home, or mend its permissions.",
            ) from error

    def ids(self) -> tuple[str, ...]:
        times = _times(self.folder.glob(f"*/{PRESENT}"))
        return tuple(path.parent.name for path in sorted(times, key=times.__getitem__)[::-1])

    def add(self, project: Project) -> Project:
        folder = self.folder / checked(project.id)
        with storage_errors():
            folder.mkdir(mode=0o700, exist_ok=True)
        _write_whole(folder / PRESENT, ProjectFile(project=project).model_dump_json(indent=1))
        return project

    def changed_at(self, project_id: str) -> float:
        return (self.folder / checked(project_id) / PRESENT).stat().st_mtime

    def texts(self) -> Iterator[tuple[str, str]]:
        with _moving(self.folder):
            lying = (*self.folder.iterdir(), *self._trash.iterdir())
            names = dict.fromkeys(path.name for path in lying if path.is_dir())
        for name in names:
            for text in self._texts_of(name):
                yield name, text

    def _texts_of(self, project_id: str) -> list[str]:
        """Every document of a project, wherever it was moved to; held, so that none slips by."""
        with self._locked(project_id):
            folders = (self.folder / project_id, self._trash / project_id)
            paths = [path for folder in folders for path in folder.glob("**/*.json")]
            try:
                return [path.read_text(encoding="utf-8") for path in paths]
            except (OSError, ValueError) as error:
                raise BadInput(
                    f"A file of project {project_id} cannot be read.",
                    "Mend or delete that project first.",
                ) from error

    def size_bytes(self) -> int:
        folders = (self.folder, self._trash)
        files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
        return sum(path.stat().st_size for path in files)

    def trashed(self) -> tuple[Trashed, ...]:
        times = _times(path for path in self._trash.iterdir() if path.is_dir())
        found = (Trashed(id=path.name, at_s=at_s) for path, at_s in times.items())
        return tuple(sorted(found, key=lambda one: one.at_s, reverse=True))

    def restore(self, project_id: str) -> Project:
        with self._locked(checked(project_id)), _moving(self.folder), _found():
            (self._trash / project_id).rename(self.folder / project_id)
        return self.load(project_id)

    def remove(self, project_id: str) -> None:
        with self._locked(checked(project_id)), _found():
            shutil.rmtree(self._trash / project_id)

    def _read(self, project_id: str) -> ProjectFile:
        return self._drawer(self.folder, project_id).read()

    def _read_trashed(self, project_id: str) -> ProjectFile:
        return self._drawer(self._trash, project_id).read()

    def _drawer(self, folder: Path, project_id: str) -> FileDrawer:
        return FileDrawer(folder / project_id, self._trash)

    @contextmanager
    def _held(self, project_id: str) -> Iterator[Drawer]:
        if not (self.folder / project_id).is_dir():
            raise no_such_project()
        with self._locked(project_id):
            yield self._drawer(self.folder, project_id)

    @contextmanager
    def _locked(self, project_id: str) -> Iterator[None]:
        with _lock(self.folder / f".{project_id}.lock"):
            yield


class FileDrawer:
    """Implements :class:`pipeline.projects.library.Drawer` over a project's folder.

    Args:
        folder: The project's own folder.
        trash: Where it goes when it is put away.
    """

    def __init__(self, folder: Path, trash: Path) -> None:
        self._folder = folder
        self._trash = trash

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

    def put_away(self) -> None:
        target = self._trash / self._folder.name
        with _moving(self._folder.parent), _found():
            self._folder.rename(target)
            os.utime(target)

    @property
    def _past(self) -> Path:
        return self._folder / "history"


@contextmanager
def _moving(folder: Path) -> Iterator[None]:
    """While projects go to the trash or come back, or while one lists where all of them lie."""
    with _lock(folder / ".moves.lock"):
        yield


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    try:
        with FileLock(path, timeout=LOCK_TIMEOUT_S):
            yield
    except Timeout as error:
        raise held_elsewhere() from error


def _text(path: Path) -> bytes:
    with _found():
        return path.read_bytes()


@contextmanager
def _found() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise no_such_project() from error
    except OSError as error:
        raise StorageFailed(
            f"The project's folder cannot be used: {error.strerror}.",
            "Mend the permissions of the studio's folder; nothing was lost.",
        ) from error


def _times(paths: Iterable[Path]) -> dict[Path, float]:
    """When each was last changed; one that another studio moved away meanwhile is left out."""
    times = {}
    for path in paths:
        with suppress(FileNotFoundError):
            times[path] = path.stat().st_mtime
    return times


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
