import re

from tests.source_tree import ROOT, drawn_group, modules

DRAWING = ROOT / "docs" / "architecture.md"
ARROW = re.compile(r"^\s+(\w+) --> (\w+)$", re.MULTILINE)


def arrows_in_the_code() -> set[tuple[str, str]]:
    """Which group of modules imports which; the ground, on which all stand, is left out."""
    found = set()
    for module in modules():
        here = drawn_group(module.name)
        for name in module.imports():
            there = drawn_group(name)
            if there and there not in (here, "ground") and here != "ground":
                found.add((here, there))
    return found


def test_the_drawing_of_the_architecture_shows_the_imports_as_they_are() -> None:
    drawn = set(ARROW.findall(DRAWING.read_text(encoding="utf-8")))
    real = arrows_in_the_code()

    missing = "\n".join(f"    {a} --> {b}" for a, b in sorted(real - drawn))
    assert not real - drawn, f"draw these arrows in docs/architecture.md:\n{missing}"
    assert not drawn - real, f"these arrows are no longer true: {sorted(drawn - real)}"


def test_the_ground_stands_on_nothing_above_it() -> None:
    above = {
        module.name: name
        for module in modules()
        if drawn_group(module.name) == "ground"
        for name in module.imports()
        if drawn_group(name) not in ("", "ground")
    }
    assert not above, f"the ground must not know who stands on it: {above}"
