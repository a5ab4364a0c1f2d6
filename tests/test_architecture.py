import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

from tests.source_tree import PACKAGES, ROOT, Module, modules

# Who may know a vendor. Each entry: the vendor's package, the only places that import it.
VENDORS = {
    "streamlit": ("pages", "studio_app"),
    "openai": ("pipeline.providers",),
    "pocketsphinx": ("pipeline.providers",),
    "replicate": ("pipeline.providers",),
    "librosa": ("pipeline.stages.analyze",),
    "plotly": ("pipeline.figures", "pages.parts.boundary_editor"),
    "diskcache": ("cache",),
    "dbos": ("pipeline.jobs",),
    "obstore": ("cache",),
}
NOT_AT_IMPORT = (
    "librosa",
    "cv2",
    "dbos",
    "openai",
    "pocketsphinx",
    "replicate",
    "scipy",
    "plotly",
    "streamlit",
    "obstore",
)
BLOCKS = (ast.For, ast.While, ast.If, ast.With, ast.Try, ast.AsyncFor, ast.AsyncWith, ast.Match)


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_vendor_is_known_only_where_it_belongs(vendor: str) -> None:
    strangers = [
        module.name
        for module in modules()
        if any(name == vendor or name.startswith(f"{vendor}.") for name in module.imports())
        and not module.name.startswith(VENDORS[vendor])
    ]
    assert not strangers, f"{vendor} belongs to {VENDORS[vendor]}; move the code of {strangers}"


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(module.path)
        for module in modules()
        if not ast.get_docstring(module.tree) and module.lines > 3
    ]
    assert not silent, f"give these modules a docstring: {silent}"


def test_modules_fit_in_the_head() -> None:
    long = {str(module.path): module.lines for module in modules() if module.lines > 400}
    pages = {
        str(module.path): module.lines
        for module in modules()
        if module.path.parent == Path("pages") and module.lines > 120
    }
    assert not long, f"split these modules, one idea each: {long}"
    assert not pages, f"move what these pages do into pages/parts or the pipeline: {pages}"


def test_most_modules_stay_under_three_hundred_lines() -> None:
    over = [module for module in modules() if module.lines > 300]
    assert len(over) <= len(modules()) // 20, [str(module.path) for module in over]


def test_functions_are_short() -> None:
    lengths = [
        (length, f"{module.path}:{name}")
        for module in modules()
        for name, length, _node in module.functions()
    ]
    long = [entry for entry in lengths if entry[0] > 40]
    assert not long, f"split these functions: {sorted(long, reverse=True)}"
    assert median(length for length, _name in lengths) < 10


def _depth(node: ast.AST, level: int = 0) -> int:
    inner = level + 1 if isinstance(node, BLOCKS) else level
    below = (
        _depth(child, level if _is_elif(node, child) else inner)
        for child in ast.iter_child_nodes(node)
        if not isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef)
    )
    return max(below, default=inner)


def _is_elif(node: ast.AST, child: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(child, ast.If) and node.orelse == [child]


def test_functions_nest_three_deep_at_most() -> None:
    deep = [
        f"{module.path}:{name}"
        for module in modules()
        for name, _length, node in module.functions()
        if _depth(node) > 3
    ]
    assert not deep, f"flatten these with a helper or an early return: {deep}"


def test_nobody_bends_the_import_path() -> None:
    bent = [
        str(module.path)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "path"
        and isinstance(node.value, ast.Name)
        and node.value.id == "sys"
    ]
    assert not bent


@pytest.mark.parametrize("package", PACKAGES)
def test_our_packages_are_those_of_this_checkout(package: str) -> None:
    spec = importlib.util.find_spec(package)

    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).parent == ROOT / package


def test_opening_the_studio_loads_nothing_heavy() -> None:
    script = "import sys, pipeline.studio; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()

    assert not set(NOT_AT_IMPORT) & set(loaded)


def _broad(module: Module) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))
        )
    ]


def test_a_broad_except_stands_only_where_a_job_or_a_command_ends() -> None:
    ends = ("pipeline/jobs/", "pipeline/cli/output.py")
    broad = {str(module.path): _broad(module) for module in modules() if _broad(module)}

    assert all(path.startswith(ends) for path in broad), f"narrow these: {broad}"
