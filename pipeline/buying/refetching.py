"""Paid files that were no use when they were fetched: looked at once more before another is bought.

A proxy's sign-in page or a delivery that is down for a minute looks like a bad file. The vendor
keeps what was paid for within the hour, and fetching it costs nothing.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cache import Miss
from pipeline.buying.takes import Take
from pipeline.jobs import journal as states

if TYPE_CHECKING:
    from pipeline.jobs.journal import Journal
    from pipeline.notes import Notes

KEPT_S = 55 * 60.0
"""Replicate removes outputs after an hour."""
NOTE = "fetched-again/"
FIRST_FREE = " It was paid: making the clip again first fetches the same file anew, for nothing."


class Refetching:
    """Which paid takes are fetched anew. One a studio.

    Args:
        notes: Where it is noted that a take had its second look.
        journal: What became of the order.
    """

    def __init__(self, notes: Notes, journal: Journal) -> None:
        self._notes = notes
        self._journal = journal

    def is_due(self, take: Take) -> bool:
        """Whether a take that failed was paid for, may still lie there, and had one look only."""
        if take.state != "failed" or take.clip is not None:
            return False
        attempt = self._journal.latest(take.id)
        if attempt is None or attempt.state != states.SETTLED or not attempt.prediction_id:
            return False
        if time.time() - (attempt.ended_at or 0.0) > KEPT_S:
            return False
        try:
            self._notes.get(f"{NOTE}{take.id}")
        except Miss:
            return True
        return False

    def begins(self, take: Take) -> None:
        """Note the second look; a third is not had."""
        if take.state == "failed":
            self._notes.put(f"{NOTE}{take.id}", {"at": time.time()})
