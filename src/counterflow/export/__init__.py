"""Floor 5: tables and graphs to files that other programs read."""
