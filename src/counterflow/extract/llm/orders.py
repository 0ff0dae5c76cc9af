"""Sentences that speak to a machine: they assert nothing, whoever they name."""

from __future__ import annotations

import re
from typing import Final

# A bare "AI" ends many a company's name: it counts only where somebody speaks to it.
_KIND: Final = r"(?:readers?|models?|systems?|assistants?|agents?|tools?|crawlers?|bots?|summari[sz]ers?)"
_MACHINE: Final = (
    rf"(?:(?:ai|automated|machine)\s+{_KIND}|llms?|(?:large\s+)?language\s+models?|chat\s?bots?|crawlers?)"
)
_TOLD: Final = r"(?:record|note|output|report|extract|add|write|state|treat|list|ignore|answer|include)"
_ORDER: Final = re.compile(
    rf"""(?ix)
      \b(?:note|notice|message|instructions?|attention|memo|hint|reminder|request|prompt)\s+(?:to|for)\s+
        (?:all\s+|any\s+|the\s+|every\s+)?(?:{_MACHINE}|ais?\b)
    | \bdear\s+{_MACHINE}
    | (?:{_MACHINE}|\bai)\s+(?:reading|processing|summari[sz]ing|parsing|analy[sz]ing)\s+this\b
    | {_MACHINE}\s+(?:must|should|shall|are\s+to|has\s+to|have\s+to)\s+{_TOLD}\b
    | \bif\s+you\s+are\s+(?:an?\s+|the\s+)?(?:{_MACHINE}|ai\b)
    | \b(?:ignore|disregard|forget)\s+(?:\w+\s+){{0,3}}(?:instructions?|prompts?|rules|directions)\b
    | \b(?:system|hidden|initial)\s+prompts?\b
    | (?:^|[.:!?,;]\s+|\bplease\s+)(?:{_TOLD})\s+(?:(?:a|the|this|one|another|as\s+a)\s+)(?:\w+\s+){{0,2}}claims?\b
    | (?:^|[.:!?]\s+|\bplease\s+)(?:record|output|extract)\s+(?:the\s+(?:claim|fact)\s+)?that\b
    """
)


def is_order(sentence: str) -> bool:
    """Whether a sentence tells a machine what to do."""
    return _ORDER.search(sentence) is not None
