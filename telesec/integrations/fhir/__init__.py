"""FHIR R4: a practice's calendar as Schedule, Slot and Appointment (https://hl7.org/fhir/R4/)."""
