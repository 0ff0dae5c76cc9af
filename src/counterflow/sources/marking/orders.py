"""Orders to machines that a page hides in its text; nothing in them is reported."""

from __future__ import annotations

import re
from typing import Final

_MACHINE: Final = r"(?:ai|llms?|a\.i\.|language\ models?|chat\ ?bots?|machine|automated|bots?|crawlers?)"
_READER: Final = (
    r"(?:\s(?:language\ )?(?:reader|model|assistant|agent|system|crawler|tool|bot|scraper|summari[sz]er)s?)"
)
ORDER: Final = re.compile(
    rf"""(?:^|(?<=[.!?:\n"”)])\s)[\W_]{{0,4}}(?:
      (?:note|notice|message|instructions?|attention|important|memo|hint|reminder|info|request|prompt)\s+(?:to|for)\s+
        (?:all\s+|any\s+|the\s+|every\s+)?{_MACHINE}{_READER}{{0,2}}(?:\s*[:,.—–-]|\s+(?:reading|processing|that|who)\b)
    | (?:please\s+)?(?:ignore|disregard|forget)\s+(?:all\s+|any\s+|the\s+|your\s+){{0,2}}
        (?:previous|prior|above|earlier)\s+(?:instructions?|prompts?|rules|directions)
    | if\s+you\s+are\s+(?:an?\s+|the\s+)?{_MACHINE}{_READER}{{0,2}}(?:,|\s+(?:reading|processing|summari[sz]ing|that)\b)
    | (?:dear|attention:?)\s+{_MACHINE}{_READER}\b
    | {_MACHINE}{_READER}{{0,2}}\s(?:reading|processing|summari[sz]ing|parsing|indexing|analy[sz]ing)\s+this\s
        (?:page|article|text|document|site|story|post|message)\b
    | (?:system|assistant)\s+prompt\s*:
    )""",
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
