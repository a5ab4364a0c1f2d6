"""Tables of descriptions: one a line, so that a new case is a new line."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def table(name: str, columns: int) -> list[tuple[str, ...]]:
    """The rows of a text file whose columns stand between bars."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [
        tuple(part.strip() for part in line.split("|", columns - 1))
        for line in lines
        if line.strip() and not line.startswith("#")
    ]


COLUMNS = {
    "complete.txt": ("complete_kind", "complete_text"),
    "faults.txt": ("fault_code", "fault_grade", "fault_text"),
}


def pytest_generate_tests(metafunc):  # type: ignore[no-untyped-def]
    """A test that asks for columns of a table runs once for each of its rows."""
    for name, columns in COLUMNS.items():
        asked = [column for column in columns if column in metafunc.fixturenames]
        if asked:
            places = [columns.index(column) for column in asked]
            rows = [tuple(row[at] for at in places) for row in table(name, len(columns))]
            metafunc.parametrize(asked, rows)
