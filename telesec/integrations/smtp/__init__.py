"""E-mail out, through one SMTP server of the operator's choice."""
