"""Likeness joins names only where each is clearly the other's best and nothing tells them apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterflow.extract.names.gazetteer import Gazetteer
from counterflow.reconcile.likeness import ALIKE, MARGIN, Doubt, Match, Named, likenesses
from counterflow.reconcile.parties import key


def named(*names, **rest):
    return [Named(name, (key(name),), **rest) for name in names]


def joined(*names, margin=MARGIN):
    return [match.names for match in likenesses(named(*names), margin)[0]]


def doubted(*names):
    return [doubt.names for doubt in likenesses(named(*names))[1]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Northgate", "Nortgate"),  # 2 x 8 of 17 letters: 94
        ("Northgate Capital", "Northgate Captial"),  # two letters swapped: 2 x 15 of 32, 94
        ("Société Étoile", "Societe Etoile"),
        ("Soft Brook", "Softbrook"),
        ("J. P. Brookman", "JP Brookman"),
        ("Ash & Oak Partners", "Ash and Oak Partners"),
        ("Industrial Bank of Ashmel", "Bank of Ashmel, Industrial"),
        ("Ashmel Data Centers", "Ashmel Data Centres"),
    ],
)
def test_writings_of_one_name_are_joined(one, other):
    assert joined(one, other) == [tuple(sorted((one, other)))]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Northgate Bank", "Northgate Fund"),
        ("Northgate Capital", "Northgate Capital Partners"),
        ("Northgate Semiconductors Fund 2", "Northgate Semiconductors Fund 3"),
        ("Northgate Semiconductors II", "Northgate Semiconductors III"),
        ("Northgate360 Networks", "Northgate350 Networks"),
        ("Northgate Ventures 1 2", "Northgate Ventures 12"),
        ("Eastmarch Electronics SDS", "Eastmarch Electronics SDI"),
        ("US Government of Ashmel", "UK Government of Ashmel"),
    ],
)
def test_other_words_and_numbers_tell_names_apart_for_good(one, other):
    assert likenesses(named(one, other)) == ([], [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ashmel Capital Brook", "Ashmel Capital Brooke"),  # a short word may be another
        ("Ashmel Northgate", "Ashmel Worthgate"),  # a slip seldom hits the first letter
        ("First Ashmel", "Ashmel First"),
        ("Northgate Capital Partners", "Nortgate Captal Partners"),  # two slips
        ("Marvel", "Marvell"),
    ],
)
def test_what_may_be_one_party_is_asked(one, other):
    assert joined(one, other) == []
    assert doubted(one, other) == [tuple(sorted((one, other)))]


def test_two_words_that_others_use_are_two_words():
    """ "Northgate" and "Northgale" stand in other names too, so neither is a slip for the other."""
    assert joined("Northgate Bank", "Northgale Bank") == [("Northgale Bank", "Northgate Bank")]
    assert joined("Northgate Bank", "Northgale Bank", "Northgate Steel", "Northgale Power") == []


def test_the_margin_is_kept_on_both_sides():
    """With a letter left out, 2 x 15 / (16 + 15) = 96.77; with the first one changed, 2 x 15 / (16 + 16) = 93.75.

    96.77 - 93.75 = 3.02: a margin of 3 holds, one of 3.1 does not. Three that are all alike are one name; where two
    of the slips are in two words, none of the three is clearly another's best, for both are 96.77 from the right one.
    """
    right, slip = "Northgate Capital", "Nortgate Capital"
    (match,), _ = likenesses(named(right, slip))
    assert (match.names, round(match.score, 2), match.runner_up) == ((slip, right), 96.77, None)
    (match,), doubts = likenesses(named(right, slip, "Worthgate Capital"))
    assert (round(match.score, 2), round(match.runner_up, 2)) == (96.77, 93.75)
    assert [d.names for d in doubts] == [(right, "Worthgate Capital")]
    assert likenesses(named(right, slip, "Worthgate Capital"), margin=3.1)[0] == []
    assert joined(right, slip, "Northgate Capial") == []
    assert joined(right, slip, "Northgatte Capital") == []  # two slips in one word
    assert joined(right, "Northgates Capital", "Northgatep Capital") == [
        tuple(sorted((right, "Northgatep Capital", "Northgates Capital")))
    ]


def test_a_chain_of_likenesses_joins_nothing():
    """Each name is one letter from the next; the first and the last have no word in common."""
    chain = ["Ashmelton", "Ashmelto", "Ashmeltor", "Ashmetor", "Ashmetorn", "Ashmtorn", "Ashmtornw", "Ashtornw"]
    matches = joined(*chain)
    assert all({chain[0], chain[-1]} - set(names) for names in matches)
    assert all(len(names) < 4 for names in matches)


def test_who_is_listed_ruled_on_or_not_asked_about():
    pair = "Nortgate", "Northgate"
    both = (Match(pair, pytest.approx(94.1, abs=0.05), None),)
    assert tuple(likenesses([*named(pair[0], listed=True, asked=False), *named(pair[1])])[0]) == both
    assert likenesses(named(*pair, listed=True, asked=False)) == ([], [])
    assert likenesses([*named(pair[0], ruled=True, asked=False), *named(pair[1])]) == ([], [])
    rival = Named("Nortgates", ("nortgates",), ruled=True, asked=False)
    matches, doubts = likenesses([*named("Northgates Bank", "Nortgates Bank"), rival])
    assert (len(matches), doubts) == (1, [])


def test_kinds_and_countries():
    def verdict(one, other):
        a, b = Named("Northgate", ("northgate",), *one), Named("Nortgate", ("nortgate",), *other)
        matches, doubts = likenesses([a, b])
        return "one" if matches else "asked" if doubts else "two"

    assert verdict(("cloud", "Norway"), ("company", None)) == "one"
    assert verdict(("cloud", "Norway"), ("cloud", "Norway")) == "one"
    assert verdict(("cloud", "Norway"), ("cloud", "Chile")) == "asked"
    assert verdict(("cloud", None), ("lab", None)) == "asked"
    assert verdict(("government", None), ("company", None)) == "asked"


def test_no_two_of_the_built_in_names_are_matched():
    """Real parties, which people told apart: likeness alone, without the table, joins none of them."""
    names = {key(party.name): party for party in Gazetteer.builtin().parties.values()}
    matches, _ = likenesses(Named(each, (each,), party.kind) for each, party in names.items())
    assert matches == []


_WORDS = st.sampled_from(
    "Northgate Nortgate Northgat Northgale Ashmel Ashmell Capital Captial Bank Fund 2 3 II".split()
)
_NAMES = st.lists(st.lists(_WORDS, min_size=1, max_size=3).map(" ".join), unique=True, max_size=8)


@settings(max_examples=50)
@given(_NAMES, st.randoms(use_true_random=False))
def test_order_is_no_matter_and_every_match_is_tight(names, random):
    parties = named(*names)
    found = likenesses(parties)
    assert likenesses(random.sample(parties, len(parties))) == found
    matches, doubts = found
    everyone = [name for match in matches for name in match.names]
    assert len(everyone) == len(set(everyone))
    for match in matches:
        assert match.score >= ALIKE
        assert match.runner_up is None or match.score - match.runner_up >= MARGIN
        assert not any(set(doubt.names) <= set(match.names) for doubt in doubts)
        numbers = {tuple(word for word in name.split() if word.isdigit()) for name in match.names}
        assert len(numbers) == 1
    assert all(isinstance(doubt, Doubt) and doubt.score >= ALIKE - MARGIN for doubt in doubts)
