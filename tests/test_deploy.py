"""The deployment guide names everything that the code reads."""

import ast

from tests.source_tree import ROOT, modules

PREFIXES = ("STUDIO_", "OPENAI_", "REPLICATE_")


def test_every_environment_variable_is_explained() -> None:
    named = {
        node.value
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith(PREFIXES)
        and node.value.isupper()
        and node.value.replace("_", "").isalnum()
    }
    guide = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")

    assert len(named) > 8
    assert not [name for name in sorted(named) if f"`{name}`" not in guide]
