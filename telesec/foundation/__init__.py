"""What every room stands on: database, clock, errors, access, jobs. Knows no room."""
