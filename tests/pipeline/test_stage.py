from pathlib import Path

import pytest

from cache import Store
from pipeline import stage
from pipeline.bench import StoreBench
from pipeline.model import Blob, Frozen
from pipeline.stage import Stage, Workbench


class Inputs(Frozen):
    text: str
    weight: float = 1.0


class Output(Frozen):
    blob: Blob


class Kitchen:
    """A stage that counts how often it is really run."""

    def __init__(self, version: int = 1) -> None:
        self.runs = 0
        self.stage = Stage("shout", version, Inputs, Output, self._shout)

    def _shout(self, inputs: Inputs, bench: Workbench) -> Output:
        self.runs += 1
        return Output(blob=bench.keep_bytes(inputs.text.upper().encode(), ".txt"))


@pytest.fixture
def store(tmp_path: Path):
    store = Store(tmp_path / "store")
    yield store
    store.close()


def test_a_second_run_of_the_same_inputs_does_no_work(store: Store) -> None:
    kitchen, bench = Kitchen(), StoreBench(store)

    first = stage.run(kitchen.stage, Inputs(text="la"), store, bench)
    second = stage.run(kitchen.stage, Inputs(text="la"), store, bench)

    assert (first.hit, second.hit, kitchen.runs) == (False, True, 1)
    assert second.value == first.value


def test_other_inputs_or_another_version_are_made_anew(store: Store) -> None:
    kitchen, bench = Kitchen(), StoreBench(store)
    stage.run(kitchen.stage, Inputs(text="la"), store, bench)
    stage.run(kitchen.stage, Inputs(text="la", weight=1.5), store, bench)
    newer = Kitchen(version=2)
    stage.run(newer.stage, Inputs(text="la"), store, bench)

    assert (kitchen.runs, newer.runs) == (2, 1)


def test_a_result_whose_file_was_damaged_is_made_again(store: Store) -> None:
    kitchen, bench = Kitchen(), StoreBench(store)
    made = stage.run(kitchen.stage, Inputs(text="la"), store, bench).value
    bench.path(made.blob).write_bytes(b"??")

    again = stage.run(kitchen.stage, Inputs(text="la"), store, bench)

    assert kitchen.runs == 2
    assert bench.path(again.value.blob).read_bytes() == b"LA"


def test_equal_meaning_gives_an_equal_key_whatever_the_spelling(store: Store) -> None:
    kitchen = Kitchen()
    composed, decomposed = "caf\u00e9", "cafe\u0301"

    assert stage.key_of(kitchen.stage, Inputs(text=composed)) == stage.key_of(
        kitchen.stage, Inputs(text=decomposed)
    )
    assert stage.canonical(0.1) == "0.1"
    assert stage.canonical(-0.0) == stage.canonical(0.0) == "0"
    assert stage.canonical(1e-7) == "0.0000001"


def test_looking_never_computes(store: Store) -> None:
    kitchen = Kitchen()

    assert stage.find(kitchen.stage, Inputs(text="la"), store) is None
    assert kitchen.runs == 0
