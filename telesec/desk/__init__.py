"""Pages of secretaries, practitioners and supervisors: composes reads of all rooms, owns no facts."""
