"""Computing where results are shared: inputs are fetched before, outputs are shared after.

remote ──> local blobs ──> child (drafts) ──> blobs, then manifest on the remote ──> index here
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from cache import Miss, SharedStore, Store
from cache.store import blobs_in
from pipeline.bench import storage_errors
from pipeline.jobs.compute import Pool, PoolSettings
from pipeline.jobs.protocol import Reporter
from pipeline.model import Frozen
from pipeline.settings import Settings
from pipeline.stage import key_of
from pipeline.stages.registry import stage_named

DRAFTS = "pipeline.bench:open_drafts"


def pool_of(settings: Settings, store: Store) -> Pool:
    """Processes that compute for a studio with this store."""
    if isinstance(store, SharedStore):
        return SharedPool(settings, store)
    return Pool(settings.home, settings.workers)


class SharedPool(Pool):
    """A :class:`Pool` whose results are those of all machines before it returns.

    Args:
        settings: The studio's home, and how many children compute.
        store: What is shared.
    """

    def __init__(self, settings: Settings, store: SharedStore) -> None:
        home = str(settings.home.resolve())
        super().__init__(settings.home, settings.workers, PoolSettings(home, bench=DRAFTS))
        self._store = store

    def run_stage(self, stage_name: str, inputs: Frozen, report: Reporter) -> dict[str, Any]:
        """A stage's output as JSON data, which every machine finds afterwards.

        Raises:
            StudioError: As the pool does; also when the second tier cannot be reached.
        """
        with storage_errors():
            self._fetch(inputs)
        output = super().run_stage(stage_name, inputs, report)
        with storage_errors():
            return self._store.record(key_of(stage_named(stage_name), inputs), output)

    def _fetch(self, inputs: Frozen) -> None:
        """Bring the inputs' files here; what is lost is told by the stage that needs it."""
        for blob in blobs_in(inputs.model_dump(mode="json")):
            with suppress(Miss):
                self._store.blobs.path(blob)
