"""Projects that were thrown away: whole until a person empties the trash.

Nothing goes from it by time. Emptying is the one act of the studio that loses paid takes, so it
says before what they are; what they cost stays in the books.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from pipeline.buying.stills import STILLS
from pipeline.buying.takes import TAKES
from pipeline.errors import RefusedEdit, StudioError
from pipeline.money.usd import dollars
from pipeline.project import Project

if TYPE_CHECKING:
    from pipeline.projects.library import Trashed
    from pipeline.workshop import Workshop


@dataclass(frozen=True)
class Discarded:
    """A project in the trash, and what emptying would lose of it.

    ``at_s`` is seconds since the epoch, ``paid_clips`` and ``paid_stills`` count what was bought.
    """

    id: str
    title: str
    at_s: float
    duration_s: float
    spent_usd_micro: int
    paid_clips: int
    paid_stills: int


def losses(found: Sequence[Discarded]) -> str:
    """What emptying would lose, in words: said before it is done."""
    bought = [
        _counted(sum(one.paid_clips for one in found), "paid clip"),
        _counted(sum(one.paid_stills for one in found), "paid reference"),
    ]
    lost = " and ".join(words for words in bought if words)
    spent = dollars(sum(one.spent_usd_micro for one in found))
    whole = f"{_counted(len(found), 'project')} with all decisions and history"
    if not lost:
        return f"{whole} would be lost for good. Nothing in them was paid for."
    return (
        f"{whole} would be lost for good, with {lost}. {spent} was spent on them: that stays in"
        " the books."
    )


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}" if count else ""


class Trash:
    """The trash of a studio. One a studio.

    Args:
        studio: The open studio.
        stop: Cancels what runs for a project.
    """

    def __init__(self, studio: Workshop, stop: Callable[[str], None]) -> None:
        self._studio = studio
        self._stop = stop

    def throw(self, project_id: str) -> None:
        """Cancel what runs for a project and move it here."""
        self._stop(project_id)
        self._studio.library.put_away(project_id)

    def restore(self, project_id: str) -> Project:
        """Bring a project back with its history and takes."""
        return self._studio.library.restore(project_id)

    def contents(self, owner: str = "") -> tuple[Discarded, ...]:
        """What an owner has thrown away, the last first."""
        looked = [(one, self._look(one.id)) for one in self._studio.library.trashed()]
        return tuple(
            self._described(trashed, project)
            for trashed, project in looked
            if (project.owner if project else "") == owner
        )

    def empty(self, project_ids: tuple[str, ...]) -> None:
        """Delete projects of the trash for good; files that nothing else needs can then be freed.

        Raises:
            RefusedEdit: Money is still held for an order of some of them: those were kept, and
                are named; the others are deleted.
            BadInput: One of them is not in the trash.
        """
        kept = self.unsettled(project_ids)
        for project_id in project_ids:
            if project_id not in kept:
                self._delete(project_id)
        if kept:
            raise RefusedEdit(
                f"Money is still held for orders that are not settled; kept: {self._named(kept)}.",
                "Restore it and settle the order on its Costs page; then it can be deleted.",
            )

    def unsettled(self, project_ids: tuple[str, ...]) -> tuple[str, ...]:
        """Those projects for which money is still held: they cannot be deleted for good yet."""
        return tuple(one for one in project_ids if self._studio.totals(one).held_usd_micro)

    def _delete(self, project_id: str) -> None:
        self._studio.library.remove(project_id)
        with self._studio.database.begin() as connection:
            for table in (TAKES, STILLS):
                connection.execute(delete(table).where(table.c.project_id == project_id))

    def _named(self, project_ids: tuple[str, ...]) -> str:
        found = {one: self._look(one) for one in project_ids}
        return ", ".join(f"{one.title} ({name})" if one else name for name, one in found.items())

    def _described(self, trashed: Trashed, project: Project | None) -> Discarded:
        song = project.song if project else None
        return Discarded(
            id=trashed.id,
            title=project.title if project else trashed.id,
            at_s=trashed.at_s,
            duration_s=song.duration_s if song else 0.0,
            spent_usd_micro=self._studio.totals(trashed.id).spent_usd_micro,
            paid_clips=self._paid_clips(trashed.id),
            paid_stills=len(self._studio.stills.of_project(trashed.id)),
        )

    def _paid_clips(self, project_id: str) -> int:
        landed = TAKES.c.clip_json.is_not(None) & (TAKES.c.price_usd_micro > 0)
        query = select(func.count()).where(TAKES.c.project_id == project_id, landed)
        with self._studio.database.read() as connection:
            return int(connection.scalar(query) or 0)

    def _look(self, project_id: str) -> Project | None:
        """None for a damaged project, which can be thrown away too."""
        try:
            return self._studio.library.load_trashed(project_id)
        except StudioError:
            return None
