"""One of many processes that hammer a budget: ``python hammer.py URL PROJECT SEED ROUNDS``."""

from __future__ import annotations

import random
import sys

from pipeline.database import Database
from pipeline.errors import BudgetRefused
from pipeline.money.ledger import Ledger, Scope


def hammer(url: str, project: str, seed: int, rounds: int) -> None:
    dice = random.Random(seed)
    database = Database(url)
    ledger = Ledger(database)
    for turn in range(rounds):
        key, worst = f"{project}-{seed}-{turn}", dice.randint(1, 900_000)
        scope = Scope(
            project_id=project, stage=dice.choice(("generate", "reference")), unit=f"s{turn % 5}"
        )
        try:
            ledger.reserve(key, scope, worst)
        except BudgetRefused:
            continue
        outcome = dice.random()
        if outcome < 0.7:
            ledger.settle(key, dice.randint(0, worst))
        elif outcome < 0.9:
            ledger.release(key, "the provider refused it")
    database.close()


if __name__ == "__main__":
    hammer(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
