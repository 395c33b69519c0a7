"""Practices: our tenants, their practitioners, lines, hours, absences, greetings and instructions."""
