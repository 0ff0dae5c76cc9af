"""Small rooms: what grows past these lengths is split by noun."""

from __future__ import annotations

import ast

from house.tree import modules

MODULE_LINES, FUNCTION_LINES, PARAMETERS = 400, 50, 6


def test_no_module_is_longer_than_four_hundred_lines():
    lengths = {path: len(text.splitlines()) for path, text, _ in modules()}
    assert lengths
    assert not {path: lines for path, lines in lengths.items() if lines > MODULE_LINES}


def test_no_function_is_longer_than_fifty_lines():
    assert not [f"{where} has {_lines(node)} lines" for where, node in _functions() if _lines(node) > FUNCTION_LINES]


def test_no_function_takes_more_than_six_arguments_by_position():
    assert not [f"{where} takes {_taken(node)}" for where, node in _functions() if _taken(node) > PARAMETERS]


def _functions() -> list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    found = [
        (f"{path}:{node.lineno} {node.name}", node)
        for path, _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert found
    return found


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _taken(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return len([name for name in names if name not in {"self", "cls"}])
