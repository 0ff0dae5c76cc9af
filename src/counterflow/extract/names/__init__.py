"""Names: who a text speaks of. Known names, names made known by the text itself, and what stands for a name."""

from counterflow.extract.names.finding import mentions
from counterflow.extract.names.gazetteer import Gazetteer, Mention

__all__ = ["Gazetteer", "Mention", "mentions"]
