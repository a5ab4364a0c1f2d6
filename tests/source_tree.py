"""Reads the product's own source: modules, imports, functions. Shared by tests of the structure."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("pages", "pipeline", "cache")


@dataclass(frozen=True)
class Module:
    """A source file: its path from the root, dotted name, lines and syntax tree."""

    path: Path
    name: str
    lines: int
    tree: ast.Module

    def imports(self) -> Iterator[str]:
        """Dotted names of everything it imports, at any depth."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def functions(self) -> Iterator[tuple[str, int, ast.AST]]:
        """Name, length of the body in lines and node of every function.

        The signature is not counted: a command's options are its arguments.
        """
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name, (node.end_lineno or 0) - node.body[0].lineno + 2, node


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the product, the entry script included."""
    paths = [ROOT / "studio_app.py"]
    for package in PACKAGES:
        paths += sorted((ROOT / package).rglob("*.py"))
    return tuple(_read(path) for path in paths if path.exists())


def _read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    relative = path.relative_to(ROOT)
    name = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
    return Module(relative, name, len(text.splitlines()), ast.parse(text))


GROUND = ("errors", "model", "timebase", "project", "stage", "schema", "database")


def drawn_group(name: str) -> str:
    """The box of the architecture drawing that a dotted name lies in; "" for foreign code."""
    parts = name.split(".")
    if parts[0] in ("pages", "studio_app"):
        return "pages"
    if parts[0] == "cache":
        return "cache"
    if parts[0] != "pipeline" or len(parts) < 2:
        return ""
    if (ROOT / "pipeline" / parts[1]).is_dir():
        return parts[1]
    if parts[1] == "__main__":
        return "cli"
    return "ground" if parts[1] in GROUND else "studio"
