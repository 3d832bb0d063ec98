"""The files of this checkout, as the tests of this folder read them."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]

_FOLDERS: Final = ("app", "resolvers", "loaders", "migrations", "tests", ".ci")
_BUILT_BY_OTHERS: Final = (
    ROOT / "app" / "http" / "graphiql" / "assets",
    ROOT / "tests" / "fixtures",
)
_BINARY: Final = {".pyc", ".png", ".woff", ".woff2", ".ttf", ".gz"}


def text_files() -> Iterator[Path]:
    """Every text file that is ours: no third-party asset, no recorded input, nothing generated."""
    yield from (
        path
        for path in sorted(ROOT.iterdir())
        if path.is_file() and path.name != ".git" and not path.name.startswith(".rsc")
    )
    for folder in _FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            foreign = "node_modules" in path.parts or any(path.is_relative_to(it) for it in _BUILT_BY_OTHERS)
            if path.is_file() and path.suffix not in _BINARY and not foreign:
                yield path


def python_files() -> list[Path]:
    """Our Python files."""
    return [path for path in text_files() if path.suffix == ".py"]


def name_of(path: Path) -> str:
    """The path as a reader of the repository writes it."""
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length in lines of each function in a Python file, its docstring and decorators included."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield node.name, (node.end_lineno or first) - first + 1
