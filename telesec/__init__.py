"""telesec: the desk of a remote medical secretary."""

__version__ = "0.1.0"
