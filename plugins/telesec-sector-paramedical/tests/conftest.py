"""Fixtures come from telesec's own pytest plug-in; nothing to import."""
