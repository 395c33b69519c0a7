"""``python -m telesec``."""

from telesec.cli import main

main()
