"""The room that remembers, and the one room that speaks SQL: append-only events, and tables rebuilt from them."""

from counterflow.store.events import Event, Head
from counterflow.store.store import Added, Store, StoredClaim

__all__ = ["Added", "Event", "Head", "Store", "StoredClaim"]
