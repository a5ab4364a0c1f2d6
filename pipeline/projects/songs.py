"""Songs on their way in: checked, measured, kept once, and given a project."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pipeline.bench import StoreBench
from pipeline.model import FilmFormat, Song
from pipeline.project import Project, new_project_id
from pipeline.projects.intake import take_in

if TYPE_CHECKING:
    from pipeline.workshop import Workshop

# A share hands a film out from memory, four times over: 480 lines of a song fit into 690 MB.
SHARED_HEIGHT = 480
DEMO_KEY = "demo-song/1"


class Songs:
    """The songs of a studio. One a studio."""

    def __init__(self, studio: Workshop) -> None:
        self._studio = studio

    def take_in(self, source: Path | BinaryIO, filename: str) -> Song:
        """Copy a song into the store; `projects.intake.take_in` says what is refused."""
        bench = StoreBench(self._studio.store)
        try:
            return take_in(source, filename, bench, self._studio.settings)
        finally:
            bench.close()

    def demo(self) -> Song:
        """The demo song, taken in; made by code the first time."""
        from pipeline.demo.song import write_demo_song

        store = self._studio.store
        try:
            return Song.model_validate(store.lookup(DEMO_KEY))
        except LookupError:
            path = store.blobs.scratch(".mp3")
        try:
            title = write_demo_song(path).title
            song = self.take_in(path, f"{title}.mp3")
        finally:
            path.unlink(missing_ok=True)
        store.record(DEMO_KEY, song.model_dump(mode="json"))
        return song

    def draft(self, song: Song, owner: str = "") -> Project:
        """A project around a song that was taken in, not kept yet."""
        return Project(
            id=new_project_id(),
            owner=owner,
            title=song.title,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            song=song,
            format=FilmFormat(height=SHARED_HEIGHT)
            if self._studio.settings.hosted
            else FilmFormat(),
        )
