"""Where pages find their templates: one folder per room, plug-ins after; an unknown name is an error."""

from importlib.resources import files
from pathlib import Path

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined


def install(app: Flask) -> None:
    """Let every room's ``templates/<room>/…`` be found by that name."""
    root = Path(str(files("telesec")))
    folders = sorted(root.glob("*/templates"))
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
