"""Floor 1: bytes become Documents: files, folders, pages and feeds."""
