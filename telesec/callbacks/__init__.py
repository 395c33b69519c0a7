"""Callbacks: promised calls, one open card per patient, kept until somebody called back."""
