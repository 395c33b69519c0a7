"""Walks the URL map: every route with its mark, and an address filled with the ids of a practice."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from telesec.foundation.access import Permission
from telesec.foundation.ids import new_id
from telesec.web.access import mark_of

MACHINES = ("/api/", "/hooks/")


@dataclass(frozen=True)
class Route:
    """One method of one rule; ``mark`` is a permission, or the reason why it is public."""

    method: str
    rule: Rule
    mark: object

    @property
    def name(self) -> str:
        """The route as a person names it."""
        return f"{self.method} {self.rule}"

    @property
    def for_machines(self) -> bool:
        """Whether it answers with problem documents and not with pages."""
        return str(self.rule).startswith(MACHINES)

    @property
    def of_api(self) -> bool:
        """Whether it is asked with a token."""
        return str(self.rule).startswith("/api/")

    def address(self, home, practice_id=None) -> str:
        """Return the address with the ids of one practice's things; perhaps below another practice."""
        place = str(self.rule).split("/")
        ids = {
            "practice_id": practice_id or home.practice_id,
            "id": {"calls": home.call_id, "messages": home.message_id, "triage-sessions": home.triage_id}.get(
                place[3] if len(place) > 3 else ""
            ),
            "call_id": home.call_id,
            "callback_id": home.callback_id,
            "conflict_id": home.conflict_id,
            "appointment_id": home.appointment_id,
            "alert_id": home.alert_id,
            "message_id": home.message_id,
            "absence_id": home.absence_id,
            "contact_id": home.contact_id,
            "entry_id": home.entry_id,
            "instruction_id": home.instruction_id,
            "notice_id": home.notice_id,
            "person_id": new_id(),
            "import_id": new_id(),
            "schedule_id": home.house.schedule_id,
            "session_id": new_id(),
            "delivery_id": new_id(),
            "name": "queue",
            "carrier": "fake",
            "code": "universal-screen",
            "token": "x",
            "mark": "x",
            "number": 1,
        }
        _, path = self.rule.build({name: ids[name] for name in self.rule.arguments}) or ("", "")
        return path


def routes(app: Flask) -> Iterator[Route]:
    """Yield every route but static files."""
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if str(rule).startswith("/static/"):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Route(method, rule, mark_of(app, rule.endpoint))


def allowed(route: Route, actor) -> bool:
    """Return whether a role should come in, by the matrix of permissions and nothing else."""
    places = (None, *actor.practice_ids)
    return not isinstance(route.mark, Permission) or any(
        route.mark in actor.permissions_for(place) for place in places
    )
