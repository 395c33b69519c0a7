"""Appointment types, availability, and the one row that occupies a time: the slot claim."""
