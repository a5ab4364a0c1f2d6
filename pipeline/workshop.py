"""What the studio is made of: wired once, and given to each of its parts.

:class:`pipeline.studio.Studio`, the surface for pages, command line and notebooks, is built on it.
"""

from __future__ import annotations

import time
from functools import cached_property
from pathlib import Path

from pipeline.bench import as_stored, open_store
from pipeline.buying.clips import Buying
from pipeline.buying.frames import most_sent
from pipeline.buying.illustrating import Illustrating
from pipeline.buying.shop import Shop
from pipeline.buying.stills import StillBook
from pipeline.buying.takes import TakeBook, in_use
from pipeline.database import Database
from pipeline.derivation import Derivation
from pipeline.jobs.engine import Engine, EngineOptions, default_width
from pipeline.keys import KeyRing
from pipeline.limits import limits_of
from pipeline.model import Blob
from pipeline.money.catalogue import Catalogue
from pipeline.money.catalogue import load as load_catalogue
from pipeline.money.ledger import Ledger, Totals
from pipeline.notes import Notes, SqlNotes
from pipeline.picturing import Gallery
from pipeline.project import Project
from pipeline.projects.library import Library
from pipeline.projects.library_files import FileLibrary
from pipeline.projects.library_sql import SqlLibrary
from pipeline.settings import Settings
from pipeline.sharing import pool_of
from pipeline.work import StudioWork


class Workshop:
    """One open home with all its tools. Threads may share it, and processes may share the home.

    Args:
        settings: Where the studio lives and what it allows.
        work_here: Launch the engine's workers in this process; None: unless there are others.
    """

    def __init__(self, settings: Settings, *, work_here: bool | None = None) -> None:
        self.settings = settings
        self.opened_at_s = time.time()
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
    def stills(self) -> StillBook:
        """Every bought reference picture."""
        self._make_tables()
        return StillBook(self.database)

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
    def illustrating(self) -> Illustrating:
        """How reference pictures are bought."""
        return Illustrating(self)

    @cached_property
    def buying(self) -> Buying:
        """Which takes are to be bought, and how one is."""
        return Buying(self, self.shop)

    def derivation(self, project: Project) -> Derivation:
        """What the store knows of a project."""
        used = in_use(project, self.takes.of_project(project.id))
        clips = {
            slot: take.clip
            for slot, take in used.items()
            if take.clip and self.store.blobs.holds(as_stored(take.clip.blob))
        }
        limits = limits_of(project, self.catalogue)
        return Derivation(project, self.store, limits, clips, self._gallery(project))

    def _gallery(self, project: Project) -> Gallery:
        model = self.catalogue.models.get(project.image_model)
        if model is None:
            return Gallery()
        return Gallery(self.stills.of_project(project.id), most_sent(model))

    def path(self, blob: Blob) -> Path:
        """Where a blob lies. Raises ``LookupError`` when it is gone or damaged."""
        return self.store.blobs.path(as_stored(blob))

    def totals(self, project_id: str) -> Totals:
        """The project's meter, equal to the ledger to the micro-dollar."""
        return self.ledger.totals(project_id)

    def paid_digests(self) -> frozenset[str]:
        """Digests of everything that was paid for."""
        clips = frozenset(blob.digest for blob in self.takes.blobs())
        return clips | self.stills.digests()

    def close(self) -> None:
        """Stop working here and let go of all files."""
        self.engine.close()
        if "shop" in vars(self):
            self.shop.close()
        self.pool.close()
        self.store.close()
        self.database.close()

    def _decisions(self) -> tuple[Library, Notes]:
        """In the home; where app and workers are apart, in the database that they share."""
        if self.settings.database_url is None:
            return FileLibrary(self.settings.projects), self.store.index
        tables = self._make_tables
        return SqlLibrary(self.database, tables), SqlNotes(self.database, tables)

    def _make_tables(self) -> None:
        """Have the engine make all tables: under its lock, as two studios may start at once."""
        _ = self.engine.progress
