"""What the vendors' clients may log: never whole requests or headers, whatever level is set."""

from __future__ import annotations

import logging

CLIENTS = ("openai", "httpcore", "httpcore2", "httpx", "httpx2")


def quiet() -> None:
    """Leave out the clients' own DEBUG lines: they hold prompts, and headers with what is in them.

    A server may echo a key in a header of its answer.
    """
    for name in CLIENTS:
        logging.getLogger(name).setLevel(logging.INFO)
