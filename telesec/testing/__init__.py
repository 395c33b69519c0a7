"""The shipped test kit: real PostgreSQL, a clock that moves, the cast, and servers to talk to."""
