"""What slots of some length cost, as the small table that the editor shows while dragging."""

from __future__ import annotations

from math import ceil

from pipeline.model import Frozen
from pipeline.money.catalogue import Catalogue
from pipeline.money.prices import price, resolution_for, sells
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
    own, height = project.model.resolution, project.format.height
    sized = (
        (seconds, own or resolution_for(model, height, seconds)) for seconds in sorted(lengths)
    )
    return tuple(
        PriceClass(longest_s=seconds, bought_s=seconds, usd_micro=price(model, seconds, size))
        for seconds, size in sized
        if sells(model, seconds, size)
    )
