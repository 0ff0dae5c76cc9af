"""Floor 6: the command line. Each command parses, asks the desk, and shows the answer."""
