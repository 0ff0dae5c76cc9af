from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from counterflow.extract.llm.merge import merged
from counterflow.model.claim import Claim, Evidence, Quantity


def claim(start: int, amount: int = 4, *, sure: float = 0.8, **more: object) -> Claim:
    sum_of = Quantity(Decimal(amount), Decimal(amount), "USD", "money", None, "exact", f"${amount}", start, start + 2)
    roles = {"investor": ("Eastmarch",), "investee": ("Dovecote",)}
    made = Claim(
        type="investment",
        roles=roles,
        roles_as_written=roles,
        status="signed",
        evidence=(Evidence("sentence", start, start + 20, "x" * 20),),
        text_sha256="0" * 64,
        doc_id="wire.txt",
        amount=sum_of,
        confidence=sure,
    )
    return replace(made, **more)


def by_model(start: int, amount: int = 4, **more: object) -> Claim:
    return claim(start, amount, sure=0.75, extractor="llm/thistle-7b", **more)


def test_agreement_by_hand():
    """Rules at 0.8 leave a doubt of 0.2; the model agrees on the first claim, so 0.1 is left: 0.9."""
    rules = [claim(0), claim(100, 7)]
    both = merged(rules, [by_model(10), by_model(200, 9)])
    assert [(c.confidence, c.flags, c.extractor) for c in both.claims] == [
        (0.9, ("agreed",), "rules/0.1"),
        (0.8, (), "rules/0.1"),
        (0.75, (), "llm/thistle-7b"),
    ]
    assert both.claims[0].claim_id == rules[0].claim_id
    assert both.counts == {"agreed": 1, "status_differs": 0, "only_rules": 1, "only_llm": 1}


def test_a_different_status_is_one_claim_that_says_so():
    both = merged([claim(0)], [by_model(0, status="rumoured")])
    assert [(c.status, c.confidence, c.flags) for c in both.claims] == [("signed", 0.8, ("status_differs",))]
    assert both.counts == {"agreed": 0, "status_differs": 1, "only_rules": 0, "only_llm": 0}


def test_what_is_not_the_same_stays_apart():
    """Another sum, place, polarity, party or type."""
    roles = {"investor": ("Fennimore",), "investee": ("Dovecote",)}
    others = [by_model(0, 5), by_model(20), by_model(0, polarity="negative"), by_model(0, roles=roles)]
    others.append(by_model(0, type="stake"))
    assert merged([claim(0)], others).counts["only_llm"] == 5


CLAIMS = st.lists(
    st.builds(claim, st.integers(0, 60), st.integers(1, 3), status=st.sampled_from(["signed", "planned"]))
)


@given(CLAIMS, CLAIMS)
def test_every_claim_of_the_rules_stays_and_none_is_less_sure(rules: list[Claim], model: list[Claim]):
    both = merged(rules, model)
    kept = [c for c in both.claims if c not in model or c in rules]
    assert {c.claim_id for c in rules} <= {c.claim_id for c in kept}
    counts = both.counts
    assert counts["agreed"] + counts["status_differs"] + counts["only_rules"] == len(rules)
    assert len(both.claims) == len(rules) + counts["only_llm"]
    assert all(c.confidence >= 0.8 for c in both.claims)
    starts = [c.evidence[0].start for c in both.claims]
    assert starts == sorted(starts)
