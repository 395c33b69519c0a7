"""The one way in which foreign iCalendar or XML is not understood."""


class BrokenCalendar(Exception):
    """What came cannot be understood, so nobody may conclude that a time is free.

    Carries no text: what could not be read may be about a patient. The gateway turns it into
    ``Unavailable``.
    """
