"""Speed, side by side in one run: ``make bench``. Each figure states its goal and whether it held."""
