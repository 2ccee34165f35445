"""Our own modules, each parsed once for all rules about them."""

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Source(NamedTuple):
    """What the rules look at in a module; its tree itself is not kept, for there are a thousand."""

    name: str
    lines: int
    docstring: str
    functions: list[tuple[str, int, str]]  # name, lines, docstring
    texts: list[str]
    imports: set[str]  # the names of all modules, wherever in it they are imported


@cache
def source(path: Path) -> Source:
    """Read and parse a module."""
    text = path.read_text()
    tree = ast.parse(text)
    functions, texts, imports = [], [], set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                functions.append((node.name, lines, ast.get_docstring(node) or ""))
            case ast.Constant(value=str(said)):
                texts.append(said)
            case ast.Import():
                imports |= {alias.name for alias in node.names}
            case ast.ImportFrom(module=str(module)):
                imports |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
            case _:
                pass
    name = str(path.relative_to(ROOT))
    return Source(name, len(text.splitlines()), ast.get_docstring(tree) or "", functions, texts, imports)
