"""A process that only works: ``python -m pipeline worker --queue clips``."""

from __future__ import annotations

import signal
import threading
from types import FrameType

from pipeline.errors import BadInput
from pipeline.jobs.engine import Engine
from pipeline.jobs.protocol import QUEUES

HEARTBEAT_S = 1.0


def run_worker(engine: Engine, queues: tuple[str, ...] = ()) -> None:
    """Take work from queues (none named: all) until the process is asked to end.

    On SIGTERM or SIGINT running units stop at their next report; other workers finish them.

    Raises:
        BadInput: There is no queue of that name.
    """
    unknown = [name for name in queues if name not in QUEUES]
    if unknown:
        raise BadInput(f"There is no queue {unknown[0]!r}.", f"Choose from {', '.join(QUEUES)}.")
    asked_to_end = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        asked_to_end.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        engine.launch(queues or None)
        # A bounded wait, as some systems deliver signals only between waits.
        while not asked_to_end.wait(HEARTBEAT_S):
            pass
    finally:
        engine.close()
        for number, handler in before.items():
            signal.signal(number, handler)
