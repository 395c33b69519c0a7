"""Bad habits of CalDAV servers, as data; each was seen by running the server named.

RFC 4791 section 5.3.4 and RFC 9110 section 13.1 ask for conditional writes that hold. An unknown server is
taken at the standard's word: the lock that prevents double booking is ours, and every write is read back.
"""

from dataclasses import dataclass
from enum import StrEnum


class Support(StrEnum):
    """How far a server does what the standard asks."""

    FULL = "full"
    FRAGILE = "fragile"  # usually, not under contention
    NONE = "none"


@dataclass(frozen=True)
class ServerQuirks:
    """What to expect of one kind of server.

    Args:
        server: Name and version the data was taken from.
        create_only: PUT with ``If-None-Match: *`` leaves an existing resource alone.
        replace_only: PUT with a stale ``If-Match`` is refused.
        delete_only: DELETE with a stale ``If-Match`` is refused.
        uid_unique: A second resource with the same UID is refused.
        refuses_broken: Statuses with which broken iCalendar is refused.
        own_expansion: The server's expansion of recurring events is right over a DST night.
    """

    server: str
    create_only: Support = Support.FULL
    replace_only: Support = Support.FULL
    delete_only: Support = Support.FULL
    uid_unique: Support = Support.FULL
    refuses_broken: tuple[int, ...] = (400, 403, 415)
    own_expansion: Support = Support.FULL


STANDARD = ServerQuirks("RFC 4791")

BY_SERVER = {
    "radicale": ServerQuirks("Radicale 3.9", refuses_broken=(400,), own_expansion=Support.FRAGILE),
    "xandikos": ServerQuirks("Xandikos 0.4", replace_only=Support.FRAGILE, refuses_broken=(412,)),
    "davical": ServerQuirks(
        "DAViCal 1.1.12", replace_only=Support.FRAGILE, uid_unique=Support.NONE, refuses_broken=(412,)
    ),
    "cyrus": ServerQuirks("Cyrus 3.6.1", refuses_broken=(403,)),
    "sogo": ServerQuirks(
        "SOGo 5.8",
        create_only=Support.NONE,
        replace_only=Support.FRAGILE,
        delete_only=Support.NONE,
        refuses_broken=(404,),
        own_expansion=Support.NONE,
    ),
}


def quirks_of(server: str) -> ServerQuirks:
    """Return what is known of a server by its short name, the standard's promises otherwise."""
    return BY_SERVER.get(server.lower(), STANDARD)
