"""Stages for children under test: each misbehaves as its name says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from pipeline.errors import ContentRefused
from pipeline.model import Frozen
from pipeline.stage import Stage


class Number(Frozen):
    value: float = 0.0


class Answer(Frozen):
    value: float
    process: int


def answer(value: float) -> Answer:
    return Answer(value=value, process=os.getpid())


def double(inputs: Number, bench) -> Answer:
    bench.progress(0.5, "half")
    return answer(inputs.value * 2)


def noisy(inputs: Number, bench) -> Answer:
    sys.stdout.write('{"result": "a lie"}\n')
    subprocess.run([sys.executable, "-c", 'print(\'{"result": "another"}\')'], check=True)
    sys.stdin.read()
    return answer(inputs.value)


def slow(inputs: Number, bench) -> Answer:
    for step in range(int(inputs.value * 20)):
        bench.progress(step / (inputs.value * 20), "working")
        time.sleep(0.05)
    return answer(inputs.value)


def deaf(inputs: Number, bench) -> Answer:
    time.sleep(inputs.value)
    return answer(inputs.value)


def refused(inputs: Number, bench) -> Answer:
    raise ContentRefused("The picture was refused.", "Change the prompt.")


def broken(inputs: Number, bench) -> Answer:
    raise ZeroDivisionError("no such number")


def killed(inputs: Number, bench) -> Answer:
    os.kill(os.getpid(), signal.SIGKILL)
    return answer(0)


RUNS = (double, noisy, slow, deaf, refused, broken, killed)
STAGES = {run.__name__: Stage(run.__name__, 1, Number, Answer, run) for run in RUNS}


def stage_named(name: str) -> Stage:
    return STAGES[name]
