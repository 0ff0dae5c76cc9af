"""Floor 5: answers made visible: tables, drawings, the report."""
