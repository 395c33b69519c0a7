"""People who log in: two factors, sessions in the database, tokens, memberships. They build the Actor."""
