"""Pages of a practice's day one."""

from flask import Blueprint

from telesec.onboarding import import_routes
from telesec.onboarding.ports import OnboardingDeps


def blueprint(deps: OnboardingDeps) -> Blueprint:
    """Return this room's pages."""
    pages = Blueprint("onboarding", __name__)
    import_routes.install(pages, deps)
    return pages
