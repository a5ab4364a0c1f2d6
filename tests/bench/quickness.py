"""How quick the pure parts are: ``python tests/bench/quickness.py``.

Processor time of judging descriptions, and of the slowest hostile text of ten thousand letters.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pipeline.cast import judge

COMPLETE = Path(__file__).parents[1] / "pipeline" / "cast" / "complete.txt"
HOSTILE = ("a" * 10, "red, ", "((((", "or ", "like A ", "{", "not ", "- ")
LETTERS = 10_000


def cpu_s(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    lines = COMPLETE.read_text(encoding="utf-8").splitlines()
    texts = [line for line in lines if line and not line.startswith("#")]
    judge(texts[0])
    seconds = cpu_s(lambda: [judge(text) for text in texts])
    print(f"validator: {len(texts) / seconds:.0f} descriptions a second")
    worst = max(cpu_s(lambda one=one: judge(one * (LETTERS // len(one)))) for one in HOSTILE)
    print(f"validator: {worst:.2f} s at most for a hostile text of {LETTERS} letters")


if __name__ == "__main__":
    main()
