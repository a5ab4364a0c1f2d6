"""What a run towards a goal would buy now: the one price for its button, and for going on.

It follows the goal's own stages, so a goal cannot buy what its price leaves out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.buying import hearing
from pipeline.buying.direction import price_of_plan
from pipeline.derivation import Derivation
from pipeline.errors import BadInput
from pipeline.goals import GOALS, pictures_wanted
from pipeline.money.prices import price
from pipeline.planning.directing import quote_usd_micro
from pipeline.planning.proposing import inputs_for
from pipeline.stage import NotYet

if TYPE_CHECKING:
    from pipeline.workshop import Workshop


class Quoting:
    """Prices of runs. One a studio."""

    def __init__(self, studio: Workshop) -> None:
        self._studio = studio
        self._asked = {
            "transcript": self._transcript,
            "writing": lambda look, _selection: price_of_plan(look),
            "proposal": _proposal,
            "pictures": self._pictures,
            "clips": self._clips,
        }

    def of(self, look: Derivation, goal: str, selection: tuple[str, ...] = ()) -> int | None:
        """The most that a run would set aside, in micro-dollars; 0 where all of it is free.

        Args:
            look: The project's present decisions.
            goal: One of :data:`pipeline.goals.GOALS`.
            selection: As the run is given.

        Returns:
            None where it cannot be told yet: the song was not heard, or a model has no price.
        """
        try:
            return sum(
                self._asked[stage](look, selection)
                for stage in GOALS.get(goal, ())
                if stage in self._asked
            )
        except (NotYet, BadInput):
            return None

    def _transcript(self, look: Derivation, _selection: tuple[str, ...]) -> int:
        if look.transcript is not None:
            return 0
        return hearing.price_usd_micro(self._studio, look.project)

    def _pictures(self, look: Derivation, selection: tuple[str, ...]) -> int:
        if not look.project.image_model:
            return 0
        model = self._studio.catalogue.get(look.project.image_model)
        wanted = pictures_wanted(look, selection)
        bought = [one for one in wanted if self._studio.illustrating.ready(look, one)]
        return (len(wanted) - len(bought)) * price(model, 0.0, model.resolutions[0])

    def _clips(self, look: Derivation, selection: tuple[str, ...]) -> int:
        return self._studio.buying.price(look, selection)


def _proposal(look: Derivation, selection: tuple[str, ...]) -> int:
    if look.project.planner != "openai":
        return 0
    wanted = inputs_for(look.plan_inputs, look.plan, selection, take=1)
    return quote_usd_micro(look.project, wanted)
