import ast
import re
from pathlib import Path

import telesec

NOUN_VERB = re.compile(r"[a-z_]+\.[a-z_]+")


def audited_actions():
    for path in sorted(Path(telesec.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "audit"
            ):
                yield path, spelled(node.args[0] if node.args else None)


def spelled(argument):
    """Return the action; a verb put in by an f-string stands as ``x``."""
    if isinstance(argument, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "x" for part in argument.values)
    return getattr(argument, "value", None)


def test_every_audited_action_is_a_noun_and_a_verb():
    wrong = [
        (path.name, action)
        for path, action in audited_actions()
        if not isinstance(action, str) or not NOUN_VERB.fullmatch(action)
    ]

    assert wrong == []
