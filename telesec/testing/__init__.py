"""The shipped test kit: the clock, the cast, fakes with fault knobs, contract tests."""
