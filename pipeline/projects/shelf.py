"""The projects side by side: listing and naming them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.errors import BadInput, StudioError
from pipeline.model import Song
from pipeline.project import Project, changed

if TYPE_CHECKING:
    from pipeline.workshop import Workshop

TITLE_LENGTH = 120


class Shelf:
    """All projects of a studio. One a studio."""

    def __init__(self, studio: Workshop) -> None:
        self._studio = studio

    def readable(self) -> tuple[Project, ...]:
        """Every project that can be read, the last changed first; a damaged one hides no other."""
        return tuple(one for one in self._loaded() if isinstance(one, Project))

    def unreadable(self) -> tuple[StudioError, ...]:
        """Why the others are missing: damaged, or written by a newer studio."""
        return tuple(one for one in self._loaded() if isinstance(one, StudioError))

    def last_of(self, song: Song) -> Project | None:
        """The project around a song that was changed last.

        Raises:
            NewerSchema: A newer studio wrote it; it is left untouched.
            BadInput: It is damaged.
        """
        for project_id in self._studio.library.ids():
            try:
                project = self._studio.library.load(project_id)
            except StudioError:
                if song.blob.digest in self._text(project_id):
                    raise
                continue
            if project.song is not None and project.song.blob == song.blob:
                return project
        return None

    def _text(self, project_id: str) -> str:
        """Everything that is stored of a project, as it lies there."""
        texts = self._studio.library.texts()
        return "".join(text for one, text in texts if one == project_id)

    def rename(self, project_id: str, title: str) -> Project:
        """Give a project another title."""
        shown = title.strip()[:TITLE_LENGTH]
        if not shown:
            raise BadInput("A project needs a title.", "Type at least one letter.")
        return self._studio.library.change(
            project_id, None, "Rename", lambda project: changed(project, title=shown)
        )

    def _loaded(self) -> Iterator[Project | StudioError]:
        for project_id in self._studio.library.ids():
            try:
                yield self._studio.library.load(project_id)
            except StudioError as fault:
                yield fault
