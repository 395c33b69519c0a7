"""``telesec demo``: two practices with real calendars, people, simulated phones, web and worker."""
