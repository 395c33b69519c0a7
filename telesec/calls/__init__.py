"""Calls: one conversation each, from the first ring to its outcome. A call is never lost."""
