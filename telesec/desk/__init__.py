"""The secretary's, the practitioner's and the supervisor's pages: composes reads of all rooms, owns no facts."""
