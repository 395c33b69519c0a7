"""The processes of an installation: web, worker, and the supervisor that keeps both alive."""
