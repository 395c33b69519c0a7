"""Twilio: SMS and voice out, webhooks in."""
