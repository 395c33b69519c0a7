"""The trail of who did what to which record: insert, chain, verify. Nothing in it is ever rewritten."""
