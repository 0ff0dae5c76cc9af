"""Every claim type in one-sentence stories (cases/stories_types.json), each in several voices, and what gives none.

A story is a text and its claims, each as `type role Name, amount: words`; `none` in its name marks a sentence that
only looks like its type. Terms are told in cases/stories_terms.json, each value with the words that say it.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterflow.extract.names.gazetteer import Gazetteer
from counterflow.extract.rules import read
from counterflow.model.claim import ROLES, TERM_KEYS, Claim, statuses_of
from counterflow.model.source import Document, Segment
from extract.telling import NAMES, told

CASES = Path(__file__).parents[1] / "cases"
STORIES: list[dict[str, Any]] = json.loads((CASES / "stories_types.json").read_text(encoding="utf-8"))
TERMED: list[dict[str, Any]] = json.loads((CASES / "stories_terms.json").read_text(encoding="utf-8"))
FACTS = ("status", "polarity", "amount_scope", "valuation_basis", "metric", "product")
KNOWN: Gazetteer = NAMES.with_entities([{"name": "Ministry of Energy", "kind": "government"}])
# Told in stories.json.
FIRST = {"investment", "valuation", "funding_round", "stake", "capacity_commitment", "financial_metric"}


def claims_of(text: str) -> list[Claim]:
    """The claims of a text that is body from end to end."""
    return read(Document("story", text, segments=(Segment("body", 0, len(text)),)), KNOWN).claims


@pytest.mark.parametrize("case", STORIES, ids=lambda case: case["shows"])
def test_every_story_is_told_whole(case: dict[str, Any]) -> None:
    """No claim is missing and none is added."""
    assert sorted(told(c, *FACTS) for c in claims_of(case["text"])) == sorted(case["claims"])


@pytest.mark.parametrize("kind", sorted(set(ROLES) - FIRST))
def test_every_type_has_six_stories_and_one_that_gives_none(kind: str) -> None:
    named = [case["shows"] for case in STORIES if case["shows"].startswith(f"{kind}: ")]
    empty = [case for case in STORIES if case["shows"].startswith(f"{kind}: none")]
    assert len(named) - len(empty) >= 6
    assert empty
    assert not any(line.startswith(f"{kind} ") for case in empty for line in case["claims"])


@pytest.mark.parametrize("case", TERMED, ids=lambda case: case["shows"])
def test_terms_are_told_with_their_words(case: dict[str, Any]) -> None:
    """By claim in the order of the text: each key with its value and the words that say it."""
    claims = sorted(claims_of(case["text"]), key=lambda c: c.amount.start if c.amount else 0)
    assert [{k: [[t.value, t.text] for t in ts] for k, ts in c.terms.items()} for c in claims] == case["terms"]


def test_every_term_is_told() -> None:
    told_keys = {key for case in TERMED for terms in case["terms"] for key in terms}
    assert told_keys == set(TERM_KEYS) - {"package"}


def test_what_is_exchanged_is_one_package() -> None:
    """Both claims of an "in exchange for" carry the smaller of their two ids."""
    claims = claims_of("Fennimore will invest $4 billion in Dovecote in exchange for a 10% stake.")
    assert {c.type for c in claims} == {"investment", "stake"}
    assert {t.value for c in claims for t in c.terms["package"]} == {min(c.claim_id for c in claims)}


# ---------------------------------------------------------------- pitfalls
def test_debts_are_dealt_out_in_order() -> None:
    """Two lenders, two amounts, "respectively": two debts. Nobody can lend to himself, so "it" stays open here."""
    claims = claims_of("Eastmarch and Fennimore lent it $310 million and $125 million, respectively.")
    assert [told(c, "status") for c in claims] == [
        "debt lender Eastmarch, $310 million: completed",
        "debt lender Fennimore, $125 million: completed",
    ]


def test_money_now_and_money_once_something_runs_are_two_tranches() -> None:
    """2 now is bound, 3 more waits for the hall; nothing is added up to 5."""
    now, later = claims_of("Greyhollow pays $2 billion now and $3 billion more once the first hall runs.")
    assert (now.amount_scope, now.status, dict(now.terms)) == ("tranche", "signed", {})
    assert (later.amount_scope, later.status) == ("tranche", "hypothetical")
    (trigger,) = later.terms["trigger"]
    assert trigger.value == {"kind": "milestone", "what": "once the first hall runs"}


def test_the_second_of_two_tranches_alone_has_the_condition() -> None:
    now, later = claims_of("Eastmarch will invest $15 billion in Dovecote now and $35 billion once it is listed.")
    assert [c.amount and c.amount.text for c in (now, later)] == ["$15 billion", "$35 billion"]
    assert "condition" not in now.terms
    assert [t.text for t in later.terms["condition"]] == ["once it is listed"]


def test_a_price_by_share_and_in_all_is_one_deal() -> None:
    """18 a share and 2.4 billion in all: two amounts of one takeover, the first linked to the second."""
    share, whole = claims_of("Dovecote was bought by Eastmarch at $18 a share, about $2.4 billion in all.")
    assert share.roles == whole.roles == {"acquirer": ("Eastmarch",), "target": ("Dovecote",)}
    assert share.amount is not None
    assert share.amount.per == "share"
    assert share.same_as == whole.claim_id


def test_a_denied_purchase_keeps_who_denies_it() -> None:
    (claim,) = claims_of("There are no talks about a purchase of Dovecote, Greyhollow insists.")
    assert (claim.type, claim.status, claim.polarity) == ("acquisition", "denied", "negative")
    assert claim.roles == {"target": ("Dovecote",)}
    assert claim.attribution.origin == "Greyhollow"


def test_what_a_paper_does_not_mention_is_no_adoption() -> None:
    assert claims_of("The paper does not mention Dovecote's use of Eastmarch chips.") == []


def test_a_mention_without_its_price_adds_no_claim() -> None:
    """The takeover is priced in one sentence and named in the next: one claim with both mentions."""
    text = "Eastmarch has acquired Dovecote for $2.4 billion. Eastmarch acquired Dovecote after long talks."
    (claim,) = claims_of(text)
    assert [text[e.start : e.end] for e in claim.evidence] == [e.text for e in claim.evidence]
    assert len(claim.evidence) == 2


# ---------------------------------------------------------------- laws
texts = st.lists(st.sampled_from([c["text"] for c in [*STORIES, *TERMED]]), min_size=1, max_size=4).map(" ".join)


@settings(max_examples=50)
@given(texts)
def test_every_claim_is_well_formed(text: str) -> None:
    """Its roles are its type's, its status is on the ladder, and all it quotes stands in the text."""
    for claim in claims_of(text):
        core, further = ROLES[claim.type]
        assert set(claim.roles) <= {*core, *further}
        assert claim.status in statuses_of(claim.type)
        quotes = [*claim.evidence, *(t for ts in claim.terms.values() for t in ts)]
        assert all(text[q.start : q.end] == q.text for q in quotes)
        assert set(claim.terms) <= set(TERM_KEYS)


@settings(max_examples=50)
@given(st.sampled_from([*STORIES, *TERMED]))
def test_terms_change_nothing_else(case: dict[str, Any]) -> None:
    """A text read twice gives the same ids; no two claims of a text share one."""
    ids = Counter(c.claim_id for c in claims_of(case["text"]))
    assert set(ids.values()) <= {1}
    assert list(ids) == [c.claim_id for c in claims_of(case["text"])]
