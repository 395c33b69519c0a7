"""How examples are drawn everywhere: no test fails because a machine was busy."""

from hypothesis import settings

settings.register_profile("telesec", deadline=None)
settings.load_profile("telesec")
