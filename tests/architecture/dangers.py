"""What no file of telesec may do: run text as code, unpack objects, choose crypto nobody reviewed."""

import ast
import re
from collections.abc import Iterator

from rules import imports

CALLS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load",
    "yaml.full_load", "pickle.load", "pickle.loads", "marshal.load", "marshal.loads", "shelve.open",
    "random.random", "random.choice", "random.randint", "random.randbytes", "tempfile.mktemp",
    "hashlib.md5", "hashlib.sha1", "ssl._create_unverified_context", "uuid.uuid1",
}  # fmt: skip
MODULES = (
    "pickle",
    "marshal",
    "shelve",
    "dill",
    "telnetlib",
    "ftplib",
    "xmlrpc",
    "imp",
    "Crypto",
    "nacl",
    "jwt",
)
CRYPTO = {
    "cryptography.exceptions.InvalidKey",
    "cryptography.exceptions.InvalidTag",
    "cryptography.hazmat.primitives.ciphers.aead.AESGCM",
    "cryptography.hazmat.primitives.kdf.argon2.Argon2id",
    "cryptography.hazmat.primitives.hashes.SHA1",  # authenticator apps know no other (RFC 6238)
    "cryptography.hazmat.primitives.twofactor.totp.TOTP",
}


def dotted(node: ast.AST) -> str:
    """Return ``a.b.c`` of a name or an attribute, or an empty string."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def dangerous_calls(name: str, text: str) -> list[str]:
    """Refuse calls that run text as code, unpack objects, guess badly or start a shell."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            called = dotted(node.func)
            if called in CALLS:
                found.append(f"{name}:{node.lineno}: {called}")
            found += [f"{name}:{node.lineno}: {word}" for word in _words(node)]
    return found


def _words(call: ast.Call) -> Iterator[str]:
    """Yield keyword arguments that switch a protection off."""
    for keyword in call.keywords:
        value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
        if keyword.arg in {"shell", "debug"} and value is True:
            yield f"{keyword.arg}=True"
        if keyword.arg in {"verify", "check_hostname", "autoescape"} and value is False:
            yield f"{keyword.arg}=False"


def dangerous_modules(name: str, text: str) -> list[str]:
    """Refuse modules that unpack objects, speak in clear, or bring crypto nobody reviewed."""
    return [
        f"{name}:{line}: {module}"
        for module, line in imports(ast.parse(text))
        if module.split(".")[0] in MODULES
    ]


def unreviewed_crypto(name: str, text: str) -> list[str]:
    """Refuse a primitive that is not on the list: a new one needs a decision record."""
    return [
        f"{name}:{line}: {module}"
        for module, line in imports(ast.parse(text))
        if module.startswith("cryptography") and module not in CRYPTO
    ]


def unescaped(name: str, text: str) -> list[str]:
    """Refuse inline script or style; and ``|safe`` or autoescape off without ``{# safe: why #}`` there."""
    found = []
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        before = lines[number - 2] if number > 1 else ""
        if re.search(r"\|\s*safe\b|autoescape\s+false", line) and "{# safe:" not in line + before:
            found.append(f"{name}:{number}: {line.strip()[:60]}")
        if re.search(r"""\son[a-z]+=["']|javascript:|<style\b|\sstyle=["']""", line):
            found.append(f"{name}:{number}: {line.strip()[:60]}")
    return found


def cuts_a_paste(name: str, text: str) -> list[str]:
    """Refuse ``maxlength``: the browser would cut a paste in silence; the server refuses it at its field."""
    return [f"{name}:{number}" for number, line in enumerate(text.splitlines(), 1) if "maxlength" in line]


def marked_up(name: str, text: str) -> list[str]:
    """Refuse ``Markup`` in Python: what people type must stay escaped."""
    return [
        f"{name}:{line}: {module}" for module, line in imports(ast.parse(text)) if module.endswith(".Markup")
    ]
