from __future__ import annotations

import pytest

from pipeline.cuts.prices import price_classes
from pipeline.money.catalogue import Model, load
from pipeline.money.prices import price, resolution_for
from pipeline.project import ModelChoice, Project, changed, new_project_id

CATALOGUE = load()
PAID = [model for model in CATALOGUE.video() if not model.free]
PROJECT = Project(id=new_project_id(), title="Night Drive", created_at="2026-01-01T00:00:00+00:00")


def test_free_previews_have_no_price_classes() -> None:
    assert price_classes(PROJECT, CATALOGUE) == ()


@pytest.mark.parametrize("model", PAID, ids=lambda model: model.key)
def test_every_paid_model_shows_what_each_length_costs(model: Model) -> None:
    project = changed(PROJECT, model=ModelChoice(model=model.key))
    classes = price_classes(project, CATALOGUE)

    assert classes
    assert [one.longest_s for one in classes] == sorted({one.longest_s for one in classes})
    for one in classes:
        size = resolution_for(model, project.format.height, one.bought_s)
        assert one.usd_micro == price(model, one.bought_s, size)
