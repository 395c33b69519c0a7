"""When Python looks for garbage in cycles: not while something is built that lives as long as the process.

A whole collection walks every object there is: in a web process a fifth of a second, in the middle of some
request, however little that request left behind. What is built at the start is therefore set aside once.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def not_collecting() -> Iterator[None]:
    """Leave garbage lie meanwhile, and never look again at what is there at the end."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
