"""Messages: encrypted text for a practitioner, from filing to handling."""
