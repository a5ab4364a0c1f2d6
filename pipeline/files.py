"""Files that people bring and take home, and the room that all of them take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pipeline import delivery, housekeeping
from pipeline.bench import StoreBench
from pipeline.model import Blob
from pipeline.project import Project
from pipeline.projects import portable
from pipeline.projects.pictures import take_in_picture

if TYPE_CHECKING:
    from pipeline.workshop import Workshop


class Files:
    """What comes in and goes out. One a studio.

    Args:
        studio: The open studio.
        freed: Called when results may have vanished, so that nobody shows them any more.
    """

    def __init__(self, studio: Workshop, freed: Callable[[], None]) -> None:
        self._studio = studio
        self._freed = freed

    def keep_picture(self, project_id: str, file: BinaryIO) -> Blob:
        """Store a person's reference picture, decoded and bounded first.

        Raises:
            BadInput: It is no picture that can be used.
        """
        self._studio.library.load(project_id)
        return take_in_picture(file, StoreBench(self._studio.store))

    def export(self, project_id: str, format_name: str) -> Path:
        """A timeline, captions or the clips as files; see :mod:`pipeline.export`."""
        return delivery.export(self._studio, project_id, format_name)

    def export_zip(self, project_id: str) -> Path:
        """The project with all it needs as one zip, to be imported anywhere."""
        return portable.export_zip(self._studio, project_id)

    def import_zip(self, file: BinaryIO, owner: str = "") -> Project:
        """A project from such a zip, under a new id.

        Raises:
            BadInput: It is no such zip, or not a safe one.
        """
        return portable.import_zip(self._studio, file, owner)

    def storage(self) -> tuple[tuple[str, int], ...]:
        """What is kept, in words and bytes."""
        return housekeeping.storage(self._studio)

    def collect_garbage(self) -> int:
        """Free what can be made again and nothing needs; returns the bytes freed."""
        self._freed()
        return housekeeping.collect_garbage(self._studio)
