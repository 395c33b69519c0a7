"""A real FHIR R4 server on loopback, for the contract tests and for the demo's second practice.

It is Medplum's router and in-memory repository under Node, behind a small HTTP wrapper of ours
(``server.mjs``, ``repository.mjs``). It needs ``npm ci --ignore-scripts`` in the checkout. It has one
login and no access rules: never put a patient's data in it.
"""

from telesec.testing.fhir_server.seed import SeededSchedule, SlotPlan, seed_schedule
from telesec.testing.fhir_server.server import Faults, FhirServer

__all__ = ["Faults", "FhirServer", "SeededSchedule", "SlotPlan", "seed_schedule"]
