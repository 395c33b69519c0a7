"""The rules of the house as functions over source text, so that each can be seen refusing.

Each returns the lines that break it, ``path:line: what``; an empty list means the house stands.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "foundation", "web", "vault", "audit", "accounts", "practices", "patients", "callbacks", "alerts",
    "triage", "scheduling", "messages", "calls", "desk", "onboarding",
)  # fmt: skip
LONGEST_FILE = 400
FORBIDDEN_NAMES = ("util", "utils", "common", "helper", "helpers", "misc", "manager", "managers")
PURE_FILES = (
    "rules.py", "levels.py", "engine.py", "reckoning.py", "patient.py", "protocol.py", "words.py",
    "speech.py", "checks.py", "reading.py", "temperature.py", "pressure.py", "nearness.py", "availability.py",
    "intervals.py",
)  # fmt: skip
EDGES = ("routes.py", "api.py", "doors.py", "jobs.py", "commands.py")
STANDARD = {
    "abc", "base64", "bisect", "collections", "dataclasses", "datetime", "enum", "functools", "hashlib",
    "heapq", "hmac", "itertools", "json", "math", "operator", "re", "string", "struct", "typing",
    "unicodedata", "uuid", "zoneinfo", "types",
}  # fmt: skip
FOR_INTEGRATIONS = {
    "telesec.hooks", "telesec.settings", "telesec.foundation.http_client", "telesec.foundation.addresses",
    "telesec.foundation.address_resolver", "telesec.foundation.errors", "telesec.foundation.clock",
    "telesec.foundation.language", "telesec.foundation.ids",
}  # fmt: skip


LATE = ("telesec.foundation.http_client.",)
"""What else an integration's door may load late: it loads the libraries that speak HTTP."""


def sources(*folders: str) -> list[Path]:
    """Return the Python files of some folders, sorted."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield each imported module's full name and line; ``from a import b`` yields ``a`` and ``a.b``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def too_long(name: str, text: str) -> list[str]:
    """Refuse a file over ``LONGEST_FILE`` lines."""
    lines = len(text.splitlines())
    return [f"{name}: {lines} lines"] if lines > LONGEST_FILE else []


def badly_named(name: str) -> list[str]:
    """Refuse drawers: utils, common, helpers, misc, manager."""
    parts = Path(name).with_suffix("").parts
    return [f"{name}: {part}" for part in parts if part in FORBIDDEN_NAMES]


def impure(name: str, text: str) -> list[str]:
    """Refuse I/O, a framework or the clock in a file of pure rules."""
    if Path(name).name not in PURE_FILES:
        return []
    found = []
    for module, line in imports(ast.parse(text)):
        root = module.split(".")[0]
        if root in STANDARD or module.startswith("urllib.parse."):
            continue
        if module.startswith("telesec.") and _is_pure(module):
            continue
        found.append(f"{name}:{line}: {module}")
    return found


def _is_pure(module: str) -> bool:
    pure = {Path(file).stem for file in PURE_FILES} | {
        "language", "errors", "ids", "protocol", "words", "hours", "replies", "likeness", "ports", "facts",
        "modifiers", "answers", "values", "spelling", "errands",
    }  # fmt: skip
    return any(part in pure for part in module.split(".")[2:])


def hidden_imports(name: str, text: str) -> list[str]:
    """Refuse an import inside a function: a cycle in disguise.

    An integration's door may load its own modules late: the libraries they need are large, and whoever has
    no such calendar or carrier does without them.
    """
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found += [
                f"{name}:{inner.lineno}: import inside {node.name}"
                for inner in ast.walk(node)
                if isinstance(inner, ast.Import | ast.ImportFrom) and not _late(name, inner)
            ]
    return found


def _late(name: str, node: ast.Import | ast.ImportFrom) -> bool:
    parts = Path(name).parts[:3]
    mine = parts[:2] == ("telesec", "integrations") and isinstance(node, ast.ImportFrom)
    return mine and f"{node.module}.".startswith((".".join(parts) + ".", *LATE))


def too_curious(name: str, text: str) -> list[str]:
    """Refuse an integration that looks at more than hooks, ports, rules and the outgoing parts."""
    mine = ".".join(Path(name).parts[:3])
    found = []
    for module, line in imports(ast.parse(text)):
        if not module.startswith("telesec."):
            continue
        allowed = module.startswith(mine) or any(
            module == ok or module.startswith(f"{ok}.") for ok in FOR_INTEGRATIONS
        )
        if not allowed and not {"ports", "rules", "hooks"} & set(module.split(".")):
            found.append(f"{name}:{line}: {module}")
    return found


def names_integrations(name: str, text: str) -> list[str]:
    """Refuse a concrete integration named anywhere but in ``bootstrap`` and the integrations themselves."""
    if name == "telesec/bootstrap.py" or name.startswith(("telesec/integrations/", "telesec/testing/")):
        return []
    return [
        f"{name}:{line}: {module}"
        for module, line in imports(ast.parse(text))
        if module.startswith("telesec.integrations")
    ]


def fat_edge(name: str, text: str) -> list[str]:
    """Refuse queries in a route, door, job or command: an edge parses, authorizes, calls one use case."""
    if Path(name).name not in EDGES or not name.startswith("telesec/"):
        return []
    return [
        f"{name}:{node.lineno}: {node.attr}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and node.attr in {"session", "execute", "scalars"}
        and _reads_session(node)
    ]  # fmt: skip


def _reads_session(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in {"uow", "session"}


def unauthorized(name: str, text: str) -> list[str]:
    """Refuse a public service or read that takes a unit of work and does not authorize.

    The first statements may only gather facts; a function may also hand its ``uow`` to another that
    authorizes first (a read shared by two), which a reviewer sees, so one call deep is accepted when the
    callee is of the same module.
    """
    if Path(name).name not in {"service.py", "reads.py"} or not name.startswith("telesec/"):
        return []
    tree = ast.parse(text)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    found = []
    for function in functions.values():
        arguments = [argument.arg for argument in function.args.args]
        if function.name.startswith("_") or arguments[:1] != ["uow"] or _exempt(function):
            continue
        if not _authorizes(function, functions, depth=2):
            found.append(f"{name}:{function.lineno}: {function.name}")
    return found


def _exempt(function: ast.FunctionDef) -> bool:
    """A docstring that says ``No authorization:`` and why is an exemption a reviewer can judge."""
    return "No authorization:" in (ast.get_docstring(function) or "")


def _authorizes(function: ast.FunctionDef, functions: dict[str, ast.FunctionDef], *, depth: int) -> bool:
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if called in {"authorize", "check"} or called.startswith(("authorize_", "_authorize", "require_")):
            return True
        if depth and called in functions and _authorizes(functions[called], functions, depth=depth - 1):
            return True
    return False
