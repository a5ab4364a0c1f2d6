"""What the studio keeps on disk, and freeing what can be made again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from cache.store import blobs_in
from pipeline.errors import BadInput, StorageFailed

if TYPE_CHECKING:
    from pipeline.workshop import Workshop

DAY_S = 24 * 3600.0
# Kept free, so that what happened can still be written down when the rest is full.
RESERVE_BYTES = 48_000_000


def check_space(home: Path) -> None:
    """Refuse to compute on a disk that is as good as full.

    Raises:
        StorageFailed: Less than the reserve is free.
    """
    free = shutil.disk_usage(home).free
    if free < RESERVE_BYTES:
        raise StorageFailed(
            f"The disk is full: {free / 1e6:.0f} MB are left, and the studio keeps"
            f" {RESERVE_BYTES / 1e6:.0f} MB free.",
            "Free some space (Settings shows what the studio can free) and start again;"
            " what is finished is kept.",
        )


def storage(studio: Workshop) -> tuple[tuple[str, int], ...]:
    """Words and bytes: all results, the part that can be freed, the projects' decisions."""
    measured = studio.store.size(kept(studio))
    return (
        ("Songs, clips and results", measured.total_bytes),
        ("Of these, can be freed now", measured.free_able_bytes),
        ("Decisions and their history", studio.library.size_bytes()),
    )


def collect_garbage(studio: Workshop) -> int:
    """Free results that nothing needs and that can be made again; returns the bytes freed.

    What was paid for, uploaded or chosen stays, and so does everything of the last day.
    """
    return studio.store.sweep(kept(studio), grace_s=DAY_S)


def kept(studio: Workshop) -> set[str]:
    """Digests that only a person's act may remove: of decisions, their history, and takes."""
    digests = {*studio.paid_digests(), *studio.takes.order_digests()}
    for project_id, text in studio.library.texts():
        digests |= _digests(project_id, text)
    return digests


def _digests(project_id: str, text: str) -> set[str]:
    try:
        return {blob.digest for blob in blobs_in(json.loads(text))}
    except ValueError as error:
        raise BadInput(
            f"A file of project {project_id} cannot be read, so nothing was freed.",
            "Mend or delete that project first.",
        ) from error
