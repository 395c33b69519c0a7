"""Patients and callers: who is who, shared numbers, search by birth date and by telephone."""
