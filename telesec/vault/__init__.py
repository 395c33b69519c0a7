"""Encryption of records: envelope, key ring, blind index, shredding. A stolen dump gives sizes and times."""
