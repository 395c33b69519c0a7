"""Day one of a practice: a checklist derived from the facts, and imports that can be taken back."""
