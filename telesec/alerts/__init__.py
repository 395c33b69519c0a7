"""Urgent alerts: policies, steps, deliveries, acknowledgements. A policy never ends in silence."""
