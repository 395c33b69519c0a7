"""What a doctor's own calendar holds before we come: events written by other clients, in their manner.

Each is a whole resource of a CalDAV collection. Days are given, so that a demo can lay them around today.
"""

from datetime import date, timedelta

_HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Agenda du cabinet//FR\r\n"
_PARIS = (
    "BEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\n"
    "BEGIN:DAYLIGHT\r\nDTSTART:19700329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
    "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nEND:DAYLIGHT\r\n"
    "BEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
    "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def resource(uid: str, *lines: str) -> str:
    """Return a resource with one event of these lines."""
    event = [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20260901T060000Z",
        *lines,
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return _HEAD + _PARIS + "\r\n".join(event)


def weekly_meeting(first: date) -> str:
    """A team meeting at 12:30 each week, one hour; the third one is called off (EXDATE)."""
    return resource(
        "reunion@lilas",
        f"DTSTART;TZID=Europe/Paris:{first:%Y%m%d}T123000",
        "DURATION:PT1H",
        f"RRULE:FREQ=WEEKLY;BYDAY={_WEEKDAYS[first.weekday()]}",
        f"EXDATE;TZID=Europe/Paris:{first + timedelta(days=14):%Y%m%d}T123000",
        "SUMMARY:Réunion d'équipe",
    )


def leave(first: date, days: int) -> str:
    """Whole days away; busy, as whole-day events are unless they say otherwise."""
    return resource(
        "conges@lilas",
        f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
        f"DTEND;VALUE=DATE:{first + timedelta(days=days):%Y%m%d}",
        "SUMMARY:Congés",
    )


def reminder(day: date) -> str:
    """A whole-day note that leaves its owner free (TRANSP:TRANSPARENT)."""
    return resource(
        "vaccins@lilas",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        "TRANSP:TRANSPARENT",
        "SUMMARY:Commander les vaccins",
    )


def home_visits(first: date) -> str:
    """Visits each working day from 14:00 to 15:30, the second day later than usual (RECURRENCE-ID)."""
    second = first + timedelta(days=1)
    changed = [
        "BEGIN:VEVENT",
        "UID:visites@lilas",
        "DTSTAMP:20260901T060000Z",
        f"RECURRENCE-ID;TZID=Europe/Paris:{second:%Y%m%d}T140000",
        f"DTSTART;TZID=Europe/Paris:{second:%Y%m%d}T160000",
        f"DTEND;TZID=Europe/Paris:{second:%Y%m%d}T173000",
        "SUMMARY:Visites à domicile",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    usual = resource(
        "visites@lilas",
        f"DTSTART;TZID=Europe/Paris:{first:%Y%m%d}T140000",
        f"DTEND;TZID=Europe/Paris:{first:%Y%m%d}T153000",
        "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "SUMMARY:Visites à domicile",
    )
    return usual.replace("END:VCALENDAR", "\r\n".join(changed))


def night_on_call(saturday: date) -> str:
    """On call each night from 20:00 to 08:00, five nights from a Thursday on, so over a clock change."""
    return resource(
        "garde@lilas",
        f"DTSTART;TZID=Europe/Paris:{saturday - timedelta(days=2):%Y%m%d}T200000",
        "DURATION:PT12H",
        "RRULE:FREQ=DAILY;COUNT=5",
        "SUMMARY:Garde de nuit",
    )
