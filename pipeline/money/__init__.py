"""Money: models and prices, payloads, quotes, and the ledger that guards a budget."""
