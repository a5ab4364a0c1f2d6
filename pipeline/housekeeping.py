"""What the studio keeps on disk, and freeing what can be made again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cache.store import blobs_in
from pipeline.errors import BadInput

if TYPE_CHECKING:
    from pipeline.studio import Studio

DAY_S = 24 * 3600.0


def storage(studio: Studio) -> tuple[tuple[str, int], ...]:
    """Words and bytes: all results, the part that can be freed, the projects' decisions."""
    measured = studio.store.size(kept(studio))
    return (
        ("Songs, clips and results", measured.total_bytes),
        ("Of these, can be freed now", measured.free_able_bytes),
        ("Decisions and their history", studio.library.size_bytes()),
    )


def collect_garbage(studio: Studio) -> int:
    """Free results that nothing needs and that can be made again; returns the bytes freed.

    What was paid for, uploaded or chosen stays, and so does everything of the last day.
    """
    return studio.store.sweep(kept(studio), grace_s=DAY_S)


def kept(studio: Studio) -> set[str]:
    """Digests that only a person's act may remove: of decisions, their history, and takes."""
    digests = set(studio.paid_digests())
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
