"""Floor 2: the one room where a Book becomes dated money. Everything downstream reads its rows and no other."""
