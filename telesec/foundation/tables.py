"""Tables that belong to no tenant, by name, each with the reason it may stand open.

Every other table must force row-level security; a test and ``telesec doctor`` refuse one that does not.
"""

from collections.abc import Mapping

GLOBAL_TABLES: Mapping[str, str] = {
    "public.person": "people who log in serve several practices",
    "public.login_session": "found by its token before a tenant is known",
    "public.step_up": "belongs to a session",
    "public.api_token": "found by its token before a tenant is known",
    "public.recovery_code": "belongs to a person",
    "public.enrolment_link": "found by its token before a tenant is known",
    "public.work_break": "somebody on break serves no practice, and may serve several",
    "public.idempotent_request": "belongs to an API token; its answer is sealed",
    "public.rate_limit": "counts attempts by hashed key; unlogged",
    "public.line_route": "a called number names its practice",
    "public.provider_event": "a provider's event id, so that a repeat is known",
    "vault.installation_key": "one key of the installation",
}
