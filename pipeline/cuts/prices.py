"""What slots of some length cost, as the small table that the editor shows while dragging."""

from __future__ import annotations

from math import ceil

from pipeline.errors import BadInput
from pipeline.model import Frozen
from pipeline.money.catalogue import Catalogue
from pipeline.money.prices import price, resolution_for
from pipeline.project import Project


class PriceClass(Frozen):
    """Slots up to ``longest_s`` need ``bought_s`` seconds for ``usd_micro`` a take."""

    longest_s: float
    bought_s: float
    usd_micro: int


def price_classes(project: Project, catalogue: Catalogue) -> tuple[PriceClass, ...]:
    """Price classes of the project's own model, shortest first; none where nothing is paid."""
    model = catalogue.get(project.model.model) if project.model.model else None
    if model is None or model.free:
        return ()
    lengths = model.durations_s or tuple(float(one) for one in range(1, ceil(model.longest_s) + 1))
    classes = []
    for seconds in sorted(lengths):
        try:
            size = project.model.resolution or resolution_for(model, project.format.height, seconds)
            classes.append(
                PriceClass(
                    longest_s=seconds, bought_s=seconds, usd_micro=price(model, seconds, size)
                )
            )
        except BadInput:
            # A length on the list that this resolution is not sold in.
            continue
    return tuple(classes)
