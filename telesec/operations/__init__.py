"""What an operator does to an installation: examine it, back it up, restore it, upgrade it."""
