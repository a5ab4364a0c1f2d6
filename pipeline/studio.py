"""The studio: the only composer, and the whole surface that pages, command line and notebooks use.

It opens a home, keeps projects, starts work in the engine and says what is known. It computes
nothing in the caller's thread but a song's intake.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pipeline import housekeeping
from pipeline.bench import StoreBench, as_stored, open_store
from pipeline.buying import Buying
from pipeline.database import Database
from pipeline.derivation import Derivation
from pipeline.errors import BadInput, StudioError
from pipeline.illustrating import Illustrating
from pipeline.intake import take_in
from pipeline.jobs.engine import Engine, EngineOptions, default_width
from pipeline.keys import KeyRing
from pipeline.library import Library
from pipeline.library_files import FileLibrary
from pipeline.library_sql import SqlLibrary
from pipeline.limits import limits_of
from pipeline.model import Blob, Song
from pipeline.money.books import Entry
from pipeline.money.catalogue import Catalogue
from pipeline.money.catalogue import load as load_catalogue
from pipeline.money.ledger import Ledger, Totals
from pipeline.money.quotes import Quote, quote_film
from pipeline.notes import Notes, SqlNotes
from pipeline.outcome import raise_unless_done
from pipeline.project import Project, changed, new_project_id
from pipeline.settings import Settings, read_settings
from pipeline.sharing import pool_of
from pipeline.shop import Shop
from pipeline.stills import StillBook
from pipeline.takes import TakeBook, in_use
from pipeline.viewing import Viewer
from pipeline.views import ProjectCard, ProjectView
from pipeline.work import StudioWork

if TYPE_CHECKING:
    from pipeline.jobs.state import RunState

DEMO_KEY = "demo-song/1"

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


class Studio:
    """One open home. Threads may share it; several processes may open the same home.

    Args:
        settings: Where the studio lives and what it allows.
        work_here: Launch the engine's workers in this process; None: unless there are others.
    """

    def __init__(self, settings: Settings, *, work_here: bool | None = None) -> None:
        self.settings = settings
        self.store = open_store(settings)
        self.database = Database(settings.ledger_url)
        self.library, self.notes = self._decisions()
        self.keys = KeyRing(from_environment=not settings.hosted)
        self.pool = pool_of(settings, self.store)
        self.work = StudioWork(self)
        options = EngineOptions(
            width={**default_width(), "compute": settings.workers}, database=self.database
        )
        self.engine = Engine(settings.home, settings.database_url, self.work, options)
        if work_here or (work_here is None and settings.database_url is None):
            self.engine.launch()

    @cached_property
    def ledger(self) -> Ledger:
        """Reservations and charges."""
        self._make_tables()
        return Ledger(self.database)

    @cached_property
    def takes(self) -> TakeBook:
        """Every generation of every shot."""
        self._make_tables()
        return TakeBook(self.database)

    @cached_property
    def catalogue(self) -> Catalogue:
        """What can be bought."""
        return load_catalogue()

    @cached_property
    def shop(self) -> Shop:
        """Where clips are bought."""
        self._make_tables()
        return Shop(self)

    @cached_property
    def stills(self) -> StillBook:
        """Every bought reference picture."""
        self._make_tables()
        return StillBook(self.database)

    @cached_property
    def illustrating(self) -> Illustrating:
        """How reference pictures are bought."""
        return Illustrating(self)

    @cached_property
    def buying(self) -> Buying:
        """Which takes are to be bought, and how one is."""
        return Buying(self, self.shop)

    @cached_property
    def viewer(self) -> Viewer:
        return Viewer(self)

    def _decisions(self) -> tuple[Library, Notes]:
        """In the home; where app and workers are apart, in the database that they share."""
        if self.settings.database_url is None:
            return FileLibrary(self.settings.projects), self.store.index
        tables = self._make_tables
        return SqlLibrary(self.database, tables), SqlNotes(self.database, tables)

    def _make_tables(self) -> None:
        """Have the engine make all tables: under its lock, as two studios may start at once."""
        _ = self.engine.progress

    def create(self, source: Path | BinaryIO, filename: str = "", owner: str = "") -> Project:
        """A new project from a song; see :func:`pipeline.intake.take_in` for what is refused."""
        name = filename or (source.name if isinstance(source, Path) else "song")
        return self.add(self.take_in(source, name), owner)

    def create_demo(self, owner: str = "") -> Project:
        """A new project from the demo song, which is made by code."""
        return self.add(self.demo_song(), owner)

    def take_in(self, source: Path | BinaryIO, filename: str) -> Song:
        """Copy a song into the store, checked and measured."""
        bench = StoreBench(self.store)
        try:
            return take_in(source, filename, bench, self.settings)
        finally:
            bench.close()

    def demo_song(self) -> Song:
        """The demo song, taken in; made by code the first time."""
        from pipeline.demo.song import write_demo_song

        try:
            return Song.model_validate(self.store.lookup(DEMO_KEY))
        except LookupError:
            path = self.store.blobs.scratch(".mp3")
        try:
            title = write_demo_song(path).title
            song = self.take_in(path, f"{title}.mp3")
        finally:
            path.unlink(missing_ok=True)
        self.store.record(DEMO_KEY, song.model_dump(mode="json"))
        return song

    def draft(self, song: Song, owner: str = "") -> Project:
        """A project around a song that was taken in, not kept yet."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return Project(
            id=new_project_id(), owner=owner, title=song.title, created_at=now, song=song
        )

    def add(self, song: Song, owner: str = "") -> Project:
        """A new project around a song that was taken in."""
        return self.library.add(self.draft(song, owner))

    def project(self, project_id: str, owner: str = "") -> Project:
        """A project's decisions. On a share the unguessable id is the right of access.

        Raises:
            BadInput: No such project, or its file is damaged.
            NewerSchema: A newer studio wrote it.
        """
        del owner
        return self.library.load(project_id)

    def projects(self, owner: str = "") -> tuple[ProjectCard, ...]:
        """Cards of the projects that an owner may list, the last changed first."""
        return self.viewer.cards(owner)

    def unreadable(self) -> tuple[StudioError, ...]:
        """Why projects are missing from the list: damaged, or written by a newer studio."""
        return self.viewer.unreadable()

    def all_projects(self) -> tuple[Project, ...]:
        """Every project that can be read, the last changed first."""
        return self.viewer.readable()

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

    def rename(self, project_id: str, title: str) -> Project:
        """Give a project another title."""
        shown = title.strip()[:120]
        if not shown:
            raise BadInput("A project needs a title.", "Type at least one letter.")
        return self.library.change(
            project_id, None, "Rename", lambda project: changed(project, title=shown)
        )

    def delete(self, project_id: str) -> None:
        """Cancel what runs and delete the decisions; paid clips stay in the store."""
        self.cancel(project_id)
        self.library.remove(project_id)

    def derivation(self, project: Project) -> Derivation:
        """What the store knows of a project."""
        used = in_use(project, self.takes.of_project(project.id))
        clips = {
            slot: take.clip
            for slot, take in used.items()
            if take.clip and self.store.blobs.holds(as_stored(take.clip.blob))
        }
        stills = self.stills.of_project(project.id) if project.image_model else {}
        limits = limits_of(project, self.catalogue)
        return Derivation(project, self.store, limits, clips, stills)

    def bought(self, project_id: str) -> frozenset[str]:
        """Ids of the slots that have a take that shows what the plan says now."""
        project = self.library.load(project_id)
        used = frozenset(in_use(project, self.takes.of_project(project_id)))
        return used - frozenset(self.buying.wanting(self.derivation(project)))

    def paid_digests(self) -> frozenset[str]:
        """Digests of everything that was paid for."""
        clips = frozenset(blob.digest for blob in self.takes.blobs())
        return clips | self.stills.digests()

    def view(self, project_id: str) -> ProjectView:
        """Everything a page shows of a project; nothing is computed for it."""
        return self.viewer.view(project_id)

    def path(self, blob: Blob) -> Path:
        """Where a blob lies. Raises ``LookupError`` when it is gone or damaged."""
        return self.store.blobs.path(as_stored(blob))

    def totals(self, project_id: str) -> Totals:
        """The project's meter, equal to the ledger to the micro-dollar."""
        return self.ledger.totals(project_id)

    def ledger_entries(self, project_id: str) -> tuple[Entry, ...]:
        return self.ledger.entries(project_id)

    def quote(self, project_id: str, slot_ids: tuple[str, ...] = ()) -> Quote:
        """What is left to buy for a film, or for some of its slots."""
        project = self.library.load(project_id)
        bought = self.bought(project_id)
        slots = self.derivation(project).slots
        wanted = [slot for slot in slots if slot.id in slot_ids or not slot_ids]
        missing = [slot for slot in wanted if slot_ids or slot.id not in bought]
        today = datetime.now(UTC).date()
        return quote_film(self.catalogue, project, tuple(missing), today=today)

    def settle_order(self, take_id: str, *, paid: bool) -> None:
        """End a take whose fate the studio cannot tell: a person looked it up at the vendor."""
        self.buying.settle(take_id, paid=paid)

    def set_budget(self, project_id: str, limit_usd_micro: int) -> None:
        """Set the project's limit: an act of a person, with an entry of its own."""
        self.ledger.set_limit("project", project_id, limit_usd_micro, "person")

    def start(self, project_id: str, goal: str, slot_ids: tuple[str, ...] = ()) -> str:
        """Start work towards a goal, or find the same work already under way.

        Args:
            project_id: The project.
            goal: "analysis", "plan", "references", "clips" or "film"; each includes the earlier.
            slot_ids: Only these slots, where the goal is "clips"; all that is missing when empty.

        Returns:
            The run's id.
        """
        self.library.load(project_id)
        return self.engine.start(project_id, goal, tuple(slot_ids))

    def run(self, project_id: str) -> RunState | None:
        """How the project's newest run stands."""
        return self.engine.current(project_id)

    def run_state(self, run_id: str) -> RunState:
        return self.engine.state(run_id)

    def cancel(self, project_id: str) -> None:
        """Stop what runs for a project; what is finished is kept."""
        state = self.engine.current(project_id)
        if state is not None and state.active:
            self.engine.cancel(state.run_id)

    def make(self, project_id: str, goal: str, slot_ids: tuple[str, ...] = ()) -> RunState:
        """Work towards a goal and wait for it: for notebooks and scripts.

        Raises:
            StudioError: It failed, was held or cancelled; the first reason, in words.
        """
        state = self.engine.wait(self.start(project_id, goal, slot_ids))
        raise_unless_done(state)
        return state

    def keep_upload(self, project_id: str, file: BinaryIO, name: str) -> Blob:
        """Store a person's reference picture, decoded and bounded first.

        Raises:
            BadInput: It is no picture that can be used.
        """
        from pipeline.pictures import take_in_picture

        self.library.load(project_id)
        del name
        return take_in_picture(file, StoreBench(self.store))

    def export_zip(self, project_id: str) -> Path:
        """The project with all it needs as one zip, to be imported anywhere."""
        from pipeline.portable import export_zip

        return export_zip(self, project_id)

    def import_zip(self, file: BinaryIO, owner: str = "") -> Project:
        """A project from such a zip, under a new id.

        Raises:
            BadInput: It is no such zip, or not a safe one.
        """
        from pipeline.portable import import_zip

        return import_zip(self, file, owner)

    def export(self, project_id: str, format_name: str) -> Path:
        """A timeline, captions or the clips as files; see :mod:`pipeline.export`."""
        from pipeline.delivery import export

        return export(self, project_id, format_name)

    def doctor(self) -> tuple[Any, ...]:
        """What works on this machine, and what a missing part costs."""
        from pipeline.doctor import examine

        return examine(self)

    def storage(self) -> tuple[tuple[str, int], ...]:
        """What is kept, in words and bytes."""
        return housekeeping.storage(self)

    def collect_garbage(self) -> int:
        """Free what can be made again and nothing needs; returns the bytes freed."""
        self.viewer.forget()
        return housekeeping.collect_garbage(self)

    def close(self) -> None:
        """Stop working here and let go of all files."""
        self.engine.close()
        if "shop" in vars(self):
            self.shop.close()
        self.pool.close()
        self.store.close()
        self.database.close()
