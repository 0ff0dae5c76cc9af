"""Floor 0: the nouns. Standard library only; every other room speaks in these types."""
