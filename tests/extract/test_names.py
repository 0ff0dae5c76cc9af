"""Names in one-sentence stories: each docstring is a text, then what is found in it, as `text = parties, kind how`."""

from __future__ import annotations

import inspect
import json
import re
from itertools import pairwise
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterflow.extract.names import Gazetteer, Mention, mentions
from counterflow.extract.names.words import Page, common, lexicon
from counterflow.model.problem import Trouble
from counterflow.model.source import Segment

BUILTIN = Gazetteer.builtin()
COMPANIES = {"company", "lab", "cloud", "chipmaker", "investor"}


def found(text: str, segments: tuple[Segment, ...] = (), gazetteer: Gazetteer = BUILTIN) -> list[Mention]:
    return mentions(text, segments, gazetteer)


def line(mention: Mention) -> str:
    who = " + ".join(mention.parties)
    made = f" {mention.product}" if mention.product else ""
    return f"{mention.text} = {who}, {mention.kind} {mention.how}{made}"


def story() -> None:
    """The calling test's docstring: the text, a line `->`, and the listing of what is found in it."""
    caller = inspect.stack()[1].function
    text, _, listing = dedent(inspect.cleandoc(globals()[caller].__doc__)).partition("\n->")
    assert [line(m) for m in found(" ".join(text.split()))] == [row.strip() for row in listing.strip().splitlines()]


def table(rows: str) -> list[tuple[str, ...]]:
    """Rows of cells set apart by `->`."""
    return [tuple(cell.strip() for cell in row.split(" -> ")) for row in rows.strip().splitlines()]


def companies(text: str) -> set[str]:
    return {party for m in found(text) if m.kind in COMPANIES for party in m.parties}


def kinds(text: str) -> dict[str, str]:
    return {m.text: m.kind for m in found(text)}


def meant(text: str, *words: str) -> list[tuple[str, ...]]:
    """The parties that the given words stand for, in text order."""
    return [m.parties for m in found(text) if m.text.lower() in words]


# -- known names


def test_units_are_parties_with_an_owner_and_short_forms_are_not():
    """
    Amazon.com, Inc. pays. Amazon Web Services (AWS) sells, and Amazon AWS rents; SoftBank Group watches Amazon's AWS.
    ->
    Amazon.com, Inc. = Amazon, cloud alias
    Amazon Web Services (AWS) = Amazon Web Services, cloud name
    Amazon AWS = Amazon Web Services, cloud alias
    SoftBank Group = SoftBank, investor alias
    Amazon = Amazon, cloud name
    AWS = Amazon Web Services, cloud alias
    """
    story()
    assert BUILTIN.owner("Amazon Web Services") == "Amazon"


def test_products_keep_their_number_and_belong_to_their_maker():
    """
    Dovecote runs GPT-5 and Claude 3.5 Sonnet on Trainium 2, Trainium3, 8 H100s and Nvidia Blackwell chips in Azure.
    ->
    Dovecote = Dovecote, company open
    GPT-5 = OpenAI, product product GPT-5
    Claude 3.5 Sonnet = Anthropic, product product Claude 3.5 Sonnet
    Trainium 2 = Amazon, product product Trainium 2
    Trainium3 = Amazon, product product Trainium3
    H100s = Nvidia, product product H100
    Nvidia = Nvidia, chipmaker name
    Blackwell = Nvidia, product product Blackwell
    Azure = Microsoft, product product Azure
    """
    story()


def test_an_amount_behind_a_product_is_no_version():
    text = "ChatGPT 20 million times; Trainium 2 billion; Claude 3 percent; ChatGPT 5 years later."
    assert [m.product for m in found(text)] == ["ChatGPT", "Trainium", "Claude", "ChatGPT"]


@pytest.mark.parametrize(
    "words", ["the ChatGPT owner", "The ChatGPT maker", "the developer of ChatGPT", "ChatGPT-maker"]
)
def test_a_product_with_a_role_describes_its_owner(words):
    only = found(f"{words} has raised money.")[0]
    assert (only.text, only.parties, only.kind, only.how) == (words, ("OpenAI",), "lab", "descriptor")


def test_a_description_beside_the_name_is_no_mention_of_its_own():
    text = "ChatGPT maker OpenAI and Anthropic, the maker of Claude, met OpenAI, the company behind ChatGPT."
    assert [m.text for m in found(text)] == ["OpenAI", "Anthropic", "OpenAI"]


def test_tickers_count_in_brackets_behind_a_sign_or_alone_in_capitals():
    """
    Oracle (NYSE: ORCL) rose. CRWV fell 4%. MU is a letter and $MU is not.
    ->
    Oracle (NYSE: ORCL) = Oracle, cloud name
    CRWV = CoreWeave, cloud ticker
    MU = Micron, chipmaker ticker
    """
    story()


def test_ordinary_words_need_a_capital_and_a_reason():
    text = "Target prices rose. Block trades fell. The meta description and the oracle helped. Apple trees grow."
    assert companies(text) == set()
    assert companies("Oracle said so. Meta plans a bond. Apple's sales rose. It supplies Target and Arm.") == {
        "Oracle",
        "Meta",
        "Apple",
        "Target",
        "Arm",
    }


def test_evidence_elsewhere_in_the_text_vouches_for_an_ordinary_word():
    assert [m.text for m in found("Target: a new start\n\nThe bank lent $2 billion to Target.")][:1] == ["Target"]


def test_inside_hyphens_and_addresses_there_is_no_name():
    text = (
        "It wants non-Nvidia chips, see www.nvidia.com/Nvidia and https://x.test/OpenAI. Nvidia-backed CoreWeave pays."
    )
    assert [m.text for m in found(text) if m.how == "name"] == ["Nvidia", "CoreWeave"]


def test_papers_and_people_are_no_companies():
    """
    Reuters and The Information reported that Sam Altman met Jensen Huang.
    ->
    Reuters = Reuters, media name
    The Information = The Information, media name
    Sam Altman = Sam Altman, person name
    Jensen Huang = Jensen Huang, person name
    """
    story()


def test_a_sector_is_a_party_where_the_gazetteer_has_it():
    (only,) = found("the typical SaaS company trades at 15 times revenue")
    assert (only.parties, only.kind) == (("SaaS sector",), "sector")


# -- users' names


def write(tmp_path: Path, body: object) -> Path:
    path = tmp_path / "names.json"
    path.write_text(body if isinstance(body, str) else json.dumps(body), encoding="utf-8")
    return path


def test_a_file_adds_names_with_parents_and_wins_over_the_builtin_ones(tmp_path):
    entities = [
        {"name": "Dovecote", "aliases": ["Dovecote AI", "DVC"], "parent": "Eastmarch", "kind": "lab"},
        {"name": "Windlass", "aliases": ["Oracle"], "parent": None},
        {"name": "Summit", "aliases": []},
    ]
    mine = BUILTIN.with_file(write(tmp_path, {"entities": entities}))
    got = found("DVC and Dovecote AI pay Oracle. A summit was held; it paid Summit.", gazetteer=mine)
    assert [m.parties for m in got] == [("Dovecote",), ("Dovecote",), ("Windlass",), ("Dovecote",), ("Summit",)]
    assert "Oracle" not in mine.parties
    assert mine.products["OCI"] == "Windlass"
    assert (mine.kind("Dovecote"), mine.owner("Dovecote"), mine.kind("Summit")) == ("lab", "Eastmarch", "company")
    assert BUILTIN.kind("Dovecote") == "company"
    assert "Dovecote" not in BUILTIN.parties


def test_a_file_can_describe_a_known_party_further(tmp_path):
    mine = BUILTIN.with_file(write(tmp_path, {"entities": [{"name": "Nvidia", "aliases": ["Team Green"]}]}))
    assert found("Team Green and NVIDIA", gazetteer=mine)[0].parties == ("Nvidia",)
    assert mine.kind("Nvidia") == "chipmaker"


def test_kinds_of_other_tables_are_understood(tmp_path):
    entities = [
        {"name": n, "kind": k} for n, k in [("Aa", "neocloud"), ("Bb", "outlet"), ("Cc", "bank"), ("Dd", "zoo")]
    ]
    mine = BUILTIN.with_file(write(tmp_path, {"entities": entities}))
    assert [mine.kind(n) for n in ("Aa", "Bb", "Cc", "Dd")] == ["cloud", "media", "investor", "company"]


@pytest.mark.parametrize(
    ("body", "where", "what"),
    [
        ("{\n  oops", "names.json:2:3", "not JSON"),
        ({"names": []}, "names.json", '"entities"'),
        ([1, 2], "names.json", '"entities"'),
        ({"entities": [{"name": "Dovecote"}, {"aliases": []}]}, "entity 2", '"name"'),
        ({"entities": [{"name": "Dovecote", "aliases": "DVC"}]}, "entity 1 (Dovecote)", '"aliases"'),
        ({"entities": [{"name": "Dovecote", "parent": 3}]}, "entity 1 (Dovecote)", '"parent"'),
        ({"entities": [{"name": "Dovecote", "kind": ["lab"]}]}, "entity 1 (Dovecote)", '"kind"'),
    ],
)
def test_a_bad_file_is_a_trouble_that_says_where_and_what_to_do(tmp_path, body, where, what):
    with pytest.raises(Trouble) as caught:
        BUILTIN.with_file(write(tmp_path, body))
    problem = caught.value.problem
    assert where in problem.where
    assert what in problem.what
    assert problem.remedy


def test_a_missing_file_and_one_that_is_no_text_are_troubles(tmp_path):
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe\x00\x81")
    for path in (tmp_path / "none.json", binary):
        with pytest.raises(Trouble, match="cannot be read"):
            BUILTIN.with_file(path)


# -- names that the text introduces


def test_the_example_of_the_claim():
    """
    Eastmarch Chips is in talks to put at least $6 billion (about €5.2 billion) into Dovecote AI, the Morning Bulletin
    reported on Tuesday, citing two people who know the plan.
    ->
    Eastmarch Chips = Eastmarch Chips, chipmaker open
    Dovecote AI = Dovecote AI, lab open
    Morning Bulletin = Morning Bulletin, media open
    """
    story()


def test_a_quoted_short_form_and_a_leading_word_are_the_same_party():
    """
    Dovecote AI Inc. (“Dovecote”) pays Nordic Wind Partners (NWP). Dovecote’s lender is Eastmarch Chips; Eastmarch and
    NWP agreed.
    ->
    Dovecote AI Inc. (“Dovecote”) = Dovecote AI, lab open
    Nordic Wind Partners (NWP) = Nordic Wind Partners, company open
    Dovecote = Dovecote AI, lab open
    Eastmarch Chips = Eastmarch Chips, chipmaker open
    Eastmarch = Eastmarch Chips, chipmaker open
    NWP = Nordic Wind Partners, company open
    """
    story()


UNKNOWN = """
    Fennimore and Greyhollow Bank each put $40 million into Dovecote AI. -> Fennimore|Greyhollow Bank|Dovecote AI
    Dovecote will invest $7 billion in Bramblefield's cloud services. -> Dovecote|Bramblefield
    Greyhollow pays $2 billion now and $3 billion more once the first hall runs. -> Greyhollow
    Dovecote was bought by Eastmarch at $18 a share, about $2.4 billion in all. -> Dovecote|Eastmarch
    Bramblefield recently pledged up to $870 million to ventures of this kind. -> Bramblefield
    Imagine Dovecote were priced like a soft-drink maker: $12 billion. -> Dovecote
    There are no talks about a purchase of Dovecote, Greyhollow insists. -> Dovecote|Greyhollow
    The paper does not mention Dovecote's use of Eastmarch chips. -> Dovecote|Eastmarch
    Talks between Eastmarch and Dovecote have collapsed. -> Eastmarch|Dovecote
    Eastmarch holds 4% of Dovecote, whose sales grew 4%. -> Eastmarch|Dovecote
    Backers such as Larkspur, Kestrel and Vantry joined. -> Larkspur|Kestrel|Vantry
    The round was led by G47 and xVision, with Rolls-Wyatt and T-Wave. -> G47|xVision|Rolls-Wyatt|T-Wave
    Chipmaker Eastmarch, start-up Dovecote and German utility Nordlys signed. -> Eastmarch|Dovecote|Nordlys
    Lindqvist & Sons plc, Nordhavn SE and Daehan Co., Ltd. signed. -> Lindqvist & Sons|Nordhavn|Daehan
    It will borrow $3 billion from Ashton Gas and Electric. -> Ashton Gas and Electric
    The Export Bank of Westmere and Solar Corp. of Orrin pay. -> Export Bank of Westmere|Solar Corp of Orrin
    Wellmere, for example, has secured $18 million; Onessa, which makes pumps, got none. -> Wellmere|Onessa
    It sold its foundry unit, Elbora, to Corvane. -> Elbora|Corvane
    Heliand, Inc., a developer of lasers, left the Delmora family office. -> Heliand|Delmora family office
    Samsung Heavy Industries and Tata Velora are no part of either house. -> Samsung Heavy Industries|Tata Velora
"""


@pytest.mark.parametrize(("text", "names"), table(UNKNOWN))
def test_unknown_companies(text, names):
    assert companies(text) == set(names.split("|"))


@pytest.mark.parametrize(
    "text",
    [
        "Talks collapsed. However, investors said so. Analysts expect more. Shares fell.",
        "The IPO of an AI firm needs GPU and LLM skills, the CEO of a SaaS ETF said.",
        "It will build a $3 billion plant in Norlund, Texas, near Lake Orrin, by March.",
        "French and South Korean buyers met on Monday in Tokyo, New York and Abu Dhabi.",
        "Under the Chips Act and the Clean Power Accord, prices in the West fell at the Paris Air Show.",
        "Chancellor Robert Falk, Mr. Orrin and chief executive Lena Marsh met Park Ji-hoon.",
        "The drug Lumivant and the Larkspur project help a patent foramen ovale (PFO).",
        "Amid the boom, Bitcoin, Brexit and the Internet changed Christmas.",
    ],
)
def test_what_is_no_company(text):
    assert companies(text) == set()


def test_people_are_told_by_titles_and_first_names_and_so_are_their_surnames():
    """
    Lena Marsh, chief executive of Kestrel, spoke. Marsh praised CEO Oskar Lindqvist and J. R. Falk.
    ->
    Lena Marsh = Lena Marsh, person open
    Kestrel = Kestrel, company open
    Marsh = Lena Marsh, person open
    Oskar Lindqvist = Oskar Lindqvist, person open
    J. R. Falk = J. R. Falk, person open
    """
    story()


def test_a_surname_that_is_also_a_company_belongs_to_the_person():
    text = "Wes Cummins of Brightmoor Homes said so. “Both matter,” Cummins said."
    assert [m.kind for m in found(text)] == ["person", "company", "person"]


def test_papers_are_told_by_their_names_and_by_reporting():
    """
    The Bulletin, citing the Evening Star, wrote it; Il Corriere Verde and the Nordic Gazette doubt it.
    ->
    Bulletin = Bulletin, media open
    Evening Star = Evening Star, media open
    Il Corriere Verde = Il Corriere Verde, media open
    Nordic Gazette = Nordic Gazette, media open
    """
    story()


def test_a_paper_with_a_legal_form_is_a_company():
    assert kinds("Greyhollow Bank lent $2 billion to Evening Star Inc.")["Evening Star Inc"] == "company"


def test_governments_can_grant():
    text = "The Danish government and the Ministry of Economy, Trade and Industry granted it €50 million."
    assert kinds(text) == {"Danish government": "government", "Ministry of Economy, Trade and Industry": "government"}


def test_title_case_teaches_nothing_but_is_read_with_what_the_body_knows():
    text = "Brave New Ventures Await Dovecote Fans\n\nGreyhollow Bank lent $3 billion to Dovecote."
    heading = Segment("heading", 0, 40)
    got = found(text, (heading, Segment("body", 40, len(text))))
    assert [m.text for m in got] == ["Dovecote", "Greyhollow Bank", "Dovecote"]


def test_promotions_teach_nothing():
    text = "Kestrel Bank lends to you.\nEastmarch pays Kestrel Bank."
    promo = (Segment("promo", 0, 27), Segment("body", 27, len(text)))
    assert [m.text for m in found(text, promo)] == ["Kestrel Bank", "Eastmarch", "Kestrel Bank"]
    assert found(text[:27], (Segment("promo", 0, 27),)) == []


# -- words that refer back


ONE = """
    Dovecote raised $2 billion. The company will hire. -> the company -> Dovecote
    Dovecote raised $2 billion from Kestrel. It will hire. -> it -> Dovecote
    Dovecote raised $2 billion from Kestrel and cut its costs. -> its -> Dovecote
    Kestrel will back Dovecote while pressing the company to hire. -> the company -> Dovecote
    Kestrel will invest in Dovecote, valuing the company at $3 billion. -> the company -> Dovecote
    Dovecote raised $2 billion from Kestrel, valuing the company at $3 billion. -> the company -> Dovecote
    Dovecote CEO Lena Marsh said Kestrel could bring orders to the company. -> the company -> Dovecote
    Dovecote said the company would hire. -> the company -> Dovecote
    Danish shipping group Nordhavn pays Kestrel Bank. The shipper will hire. -> the shipper -> Nordhavn
    Nordhavn pays Kestrel Bank. The bank will hire. -> the bank -> Kestrel Bank
    Hanbyeol, a battery maker, left Kestrel. Dovecote fell. The battery maker hires. -> the battery maker -> Hanbyeol
    Danish firm Nordhavn left Kestrel. Kestrel fell. The Danish group will hire. -> the danish group -> Nordhavn
    To cut its costs, Dovecote sold a plant to Kestrel. -> its -> Dovecote
    Although Amazon's AWS leads, it relies on Dovecote. -> it -> Amazon Web Services
    For Dovecote, the deal with Kestrel would open its first plant. -> its -> Dovecote
    Dovecote met Reuters and Sam Altman. The company will hire. -> the company -> Dovecote
    Dovecote, Kestrel and Vantry met. Dovecote fell. This start-up will hire. -> this start-up -> Dovecote
    Eastmarch raised $2 billion. Kestrel and Vantry lent it $3 billion. -> it -> Eastmarch
"""


@pytest.mark.parametrize(("text", "words", "party"), table(ONE))
def test_one_party_is_meant(text, words, party):
    assert meant(text, words) == [(party,)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Eastmarch met Dovecote. The two companies signed.", "the two companies"),
        ("Eastmarch met Dovecote. The two announced a deal.", "the two"),
        ("Eastmarch and Dovecote met. Both have agreed.", "both"),
        ("Eastmarch met Dovecote. Both parties agreed.", "both parties"),
        ("Eastmarch met Dovecote. The pair declined to comment.", "the pair"),
        ("Eastmarch met Dovecote.\n\nThe companies signed.", "the companies"),
        ("Eastmarch and Dovecote will pay for their site.", "their"),
    ],
)
def test_two_parties_are_meant(text, words):
    assert meant(text, words) == [("Eastmarch", "Dovecote")]


@pytest.mark.parametrize(
    "text",
    [
        "It is reported that Dovecote will hire.",
        "Dovecote signed. If the deal closes, it would value more.",
        "Dovecote signed. It is unclear why.",
        "Dovecote is the most valuable private company.",
        "Dovecote, the company behind Larkspur, will hire.",
        "The start-up Dovecote will hire.",
        "Both Eastmarch and Dovecote will hire.",
        "Dovecote made a firm order and joined the two rounds.",
        "Dovecote met the largest provider of chips.",
        "Two people close to Dovecote and Kestrel said they would hire.",
        "The company will hire.",
    ],
)
def test_nobody_is_meant(text):
    assert [m.text for m in found(text) if m.how in {"carried", "pronoun", "group"}] == []


def test_what_is_meant_is_written_as_last_written_and_less_sure_than_a_name():
    name, other, carried, pronoun = found("Dovecote AI Inc. left. Dovecote fell. The company will hire. It will pay.")
    assert (carried.written, pronoun.written) == (("Dovecote",), ("Dovecote",))
    assert name.confidence >= other.confidence > carried.confidence == 0.75 > pronoun.confidence == 0.6


# -- terms that a text defines, and whose text it is


def test_a_defined_term_means_the_party_before_its_brackets():
    """
    Tarrago Ltd (the “Purchaser”) and Coppervale plc (the “Vendor”) signed the Agreement. The Purchaser pays the Vendor
    on the Closing Date.
    ->
    Tarrago Ltd = Tarrago, company open
    Coppervale plc = Coppervale, company open
    The Purchaser = Tarrago, company carried
    the Vendor = Coppervale, company carried
    """
    story()


DEFINED = """
    Alder Fund and Birch Bank (together, the “Lenders”) met. The Lenders pay. -> the lenders -> Alder Fund|Birch Bank
    Norr ASA (“Norr”, and together with its units, the “Group”) pays Alder Bank. The Group sails. -> the group -> Norr
    Kestrel Ltd (hereinafter “Buyer”) met Marrow AG. Buyer pays Marrow. -> buyer -> Kestrel
    Orrin Fund, L.P., a limited partnership (the “Holder”), left Kestrel. The Holder pays. -> the holder -> Orrin Fund
    Kestrel Ltd (the “Loan Party”) signed a loan (the “Loan”). The Loan is due. -> the loan -> -
    Larch plc (the “Buyer”) left. Later Birch plc (the “Buyer”) came. The Buyer pays. -> the buyer -> Birch
"""


@pytest.mark.parametrize(("text", "words", "parties"), table(DEFINED))
def test_what_brackets_define(text, words, parties):
    assert [p for who in meant(text, words) for p in who] == [p for p in parties.split("|") if p != "-"]


WRITTEN = """
    Dovecote Inc. (the “Company”, “we” or “us”) pays Kestrel Bank. We owe it. -> we -> Dovecote
    OSLO, 3 May 2026 – Dovecote AS today announced a deal with Kestrel. Kestrel will pay us. -> us -> Dovecote
    Kestrel buys from Dovecote. We will pay.||About Kestrel|Kestrel makes pumps. -> we -> Kestrel
    We, Dovecote Inc., rent from Kestrel. Kestrel lends us $3 million. -> us -> Dovecote
    Form 10-K||DOVECOTE WATER CORP.||In May the Company paid Kestrel Bank. -> the company -> Dovecote Water
    “We pay,” said Lena Marsh, head of Kestrel. Dovecote fell. -> we -> Kestrel
    Lena Marsh, head of Kestrel, left Dovecote. Marsh said: “We will pay.” -> we -> Kestrel
    Dovecote fell. Kestrel rose. We doubt it. -> we -> -
"""


@pytest.mark.parametrize(("text", "words", "party"), table(WRITTEN))
def test_whose_text_or_words_these_are(text, words, party):
    assert {p for who in meant(text.replace("|", "\n"), words) for p in who} == {party} - {"-"}


DOING = """
    Greyhollow Bank lent $3 billion to Solvane. The borrower pays the lender. -> the borrower -> Solvane
    Greyhollow Bank lent $3 billion to Solvane. The borrower pays the lender. -> the lender -> Greyhollow Bank
    Karrawa will sell its pit to Andes. The buyer pays. -> the buyer -> Andes
    Karrawa bought a pit from Andes. The seller left. -> the seller -> Andes
    Wexcombe rents a hall from Aegeon. The tenant left. -> the tenant -> Wexcombe
    Wexcombe leases a hall to Aegeon Ltd. The tenant left. -> the tenant -> Aegeon
    An unnamed buyer met Wolfram. Wolfram bought a pit from Andes. The seller met the buyer. -> the buyer -> -
    A Swedish bank lent Solvane $3 billion. Solvane met Birch Bank. The bank left. -> the bank -> -
    Halvor gets cells from Celldyne. It bought more from it. -> it -> Halvor|Celldyne
    Halvor paid Celldyne and owns 11% of it. -> it -> Celldyne
    Halvor sold Norr to Celldyne. Halvor still pays royalties to it. -> it -> Celldyne|Norr
    Halvor spun off Norr. Halvor still buys chips from the company. -> the company -> Norr
    The Bulletin reports that Halvor rose. The Bulletin adds that it is in talks with Norr. -> it -> Halvor
"""


@pytest.mark.parametrize(("text", "words", "parties"), table(DOING))
def test_who_does_what_tells_who_is_meant(text, words, parties):
    got = [who[0] for who in meant(text, words)]
    if words == "it" and "royalties" in text:
        assert got[0] in parties.split("|")
    else:
        assert got == [p for p in parties.split("|") if p != "-"]


@pytest.mark.parametrize(
    "text",
    [
        "It will raise Rs 640 crore by an issue of Equity Shares; RM 3 million came before.",
        "Holders of Class B Common Stock, of the Notes and of a Warrant met. Amounts may vary. Whoever buys must pay.",
        "Under the Credit Facility and the Security Agreement the rating is BBB- or A+. Everyone agreed.",
        "They went from Ostermere to Valdheim and built $3 billion of halls for Shackel in Texas.",
        "Our Target Price is $3. Management expects more; the Promoter Group sold.",
        "On X, Lena Marsh said so. According to the Handelsblick, prices rose.",
    ],
)
def test_terms_ratings_places_and_outlets_are_no_companies(text):
    assert companies(text) == set()


def test_months_legal_forms_with_stops_and_tickers_of_others_belong_to_the_name():
    """
    August Capital bought Junewell Corp. (TSX: CRM) in May from Orrin Fund, L.P. and from Calder Bank, N.A. on Friday.
    ->
    August Capital = August Capital, investor open
    Junewell Corp. = Junewell, company open
    Orrin Fund, L.P. = Orrin Fund, investor open
    Calder Bank, N.A. = Calder Bank, investor open
    """
    story()


def test_a_shorter_form_of_a_known_name_is_the_same_party():
    assert companies("Cipher Mining met Kestrel Bank. Cipher will pay $3 million to Kestrel Bank.") == {
        "Cipher Mining",
        "Kestrel Bank",
    }


# -- passages of every style (cases/names_passages.json)

PASSAGES = json.loads((Path(__file__).parents[1] / "cases" / "names_passages.json").read_text(encoding="utf-8"))[
    "passages"
]


def passage_score(passages) -> tuple[float, float]:
    """F1 of the parties named (2tp / (2tp + fp + fn)), and the share of words that refer back to whom they should."""
    right = wrong = missed = understood = words = 0
    for passage in passages:
        text = passage["text"]
        got = [m for m in found(text) if m.kind in COMPANIES]
        names, wanted = {p.casefold() for m in got for p in m.parties}, {p.casefold() for p in passage["parties"]}
        right, wrong, missed = right + len(names & wanted), wrong + len(names - wanted), missed + len(wanted - names)
        for row in passage["meant"]:
            spans = [m.span() for m in re.finditer(rf"(?<!\w){re.escape(row['words'])}(?!\w)", text, re.IGNORECASE)]
            start, end = spans[row["place"]]
            here = sorted(p.casefold() for m in got if m.start < end and m.end > start for p in m.parties)
            understood += here == sorted(p.casefold() for p in row["parties"])
            words += 1
    return 2 * right / (2 * right + wrong + missed), understood / words


@pytest.mark.parametrize(("which", "names", "words"), [("apart", 0.97, 0.93), ("worked", 0.95, 0.93)])
def test_passages_of_filings_releases_wires_notes_and_blogs(which, names, words):
    scored = passage_score([p for p in PASSAGES if p["set"] == which])
    assert scored[0] >= names
    assert scored[1] >= words


# -- whole articles, in several trades and countries

ARTICLES = {
    "shipping": (
        """
        Nordhavn Lines orders twelve ships

        Danish shipping group Nordhavn Lines has agreed to borrow €1.4 billion from Banco Meridional and Sparebanken
        Vestfjord to pay for twelve ships, the Kystnytt Gazette reported on Thursday. The vessels will be built by
        Hanbyeol Shipbuilding of Ulsan, South Korea. Nordhavn will pay the Korean yard $120 million for each ship. “We
        are pleased,” said Astrid Holm, chief executive of Nordhavn.

        Hanbyeol holds a 9% stake in the Danish group. The two signed a letter of intent in March.
        """,
        "Banco Meridional|Hanbyeol Shipbuilding|Nordhavn Lines|Sparebanken Vestfjord",
    ),
    "energy": (
        """
        Solvane Energia SpA of Milan will build a wind farm off Apulia with Gulf investor Al Qasr Holding, three
        people familiar with the matter said. Al Qasr, which is owned by the emirate's ruling family, would put in
        $900 million. Solvane, an Italian utility, plans to sell 40% of the project to Meraas Renewables, a unit of Al
        Qasr. The utility has hired Lindqvist & Partners. Signora Elena Bruni, Solvane's finance director, told Il
        Corriere Verde that the company would not raise its debt. The Italian government declined to comment.
        """,
        "Al Qasr Holding|Lindqvist & Partners|Meraas Renewables|Solvane Energia",
    ),
    "mobility": (
        """
        BENGALURU — Vayuna Mobility, an Indian electric-scooter maker, has raised Rs 2,300 crore in a round led by
        Kestrel Ventures and Tamarind Capital Partners, according to a filing. Existing backers including Meghdoot
        Trust and Japan's Hoshikawa Motor also joined. Rajesh Iyer, co-founder of Vayuna, said the start-up would
        build a plant in Hosur, Tamil Nadu. Hoshikawa put in ¥12 billion and will supply the scooter maker with
        motors.
        """,
        "Hoshikawa Motor|Kestrel Ventures|Meghdoot Trust|Tamarind Capital Partners|Vayuna Mobility",
    ),
    "pharma": (
        """
        Dovera Pharma AG said on Monday that it would acquire Kestrelle Therapeutics for $3.2 billion in cash. The
        Swiss drugmaker will pay $41 a share. Kestrelle, based in Cambridge, Massachusetts, is testing a drug called
        Lumivant. Dovera's chairman, Urs Baumgartner, said both boards had approved the deal. Goldvane & Co advised
        Dovera. The biotech had raised $400 million from OrbisBio Ventures and the Wellmere Foundation.
        """,
        "Dovera Pharma|Goldvane|Kestrelle Therapeutics|OrbisBio Ventures|Wellmere Foundation",
    ),
    "telecom": (
        """
        Telnova, the Baltic telecoms operator, is in talks to sell its towers to Mastlink Infrastructure, a fund run
        by Greyhollow Bank. The fund has offered about €2 billion. Telnova's owner, the investment firm Corvane
        Capital, wants the deal done by December. Mastlink already owns 8,000 towers in Latvia and Estonia. The
        operator would lease the towers back for €90 million a year.
        """,
        "Corvane Capital|Greyhollow Bank|Mastlink Infrastructure|Telnova",
    ),
    "chips": (
        """
        Seoul-based Daehan Semitech Co., Ltd. (KRX: 045320) has signed a five-year supply deal worth 3.1 trillion won
        with xVision, a maker of self-driving systems, and K7 Robotics. The chipmaker will ship the first wafers in
        2026. Kim Seo-yeon, the head of Daehan's foundry arm, said xVision would prepay 400 billion won.
        """,
        "Daehan Semitech|K7 Robotics|xVision",
    ),
    "banks": (
        """
        Banque Sorelle and Crédit Valmont arranged a $700 million loan for Kofi Cocoa Ltd, Ghana's largest exporter.
        Banque Sorelle lent $400 million and Valmont the rest. The exporter will repay the banks from 2027. Standard
        Harvest plc, a London-listed trader, guarantees the loan, and the Ministry of Trade and Industry has approved
        it. The Export-Import Bank of Westmere may join.
        """,
        "Banque Sorelle|Crédit Valmont|Export-Import Bank of Westmere|Kofi Cocoa|Standard Harvest",
    ),
    "aviation": (
        """
        Trans-Pacific carrier Skyward Airways will lease 20 jets from Aerion Leasing, a subsidiary of Japan's Sakuragi
        Trust Bank, for $8 million a month. Skyward's president, Naomi Tanaka, announced the order at the Paris Air
        Show in June. The airline's shares have doubled since January.
        """,
        "Aerion Leasing|Sakuragi Trust Bank|Skyward Airways",
    ),
    "labs": (
        """
        Abu Dhabi's Mirqab Investment Authority and Saudi lender Al Noor Bank are each putting $500 million into
        Larkspur AI, a start-up founded by former Fennimore engineers. The lab was valued at $6 billion. Larkspur
        rents its capacity from cloud provider Cumulon and owes it $1.2 billion.
        """,
        "Al Noor Bank|Cumulon|Fennimore|Larkspur AI|Mirqab Investment Authority",
    ),
}


def article(trade: str) -> str:
    """The text of an article, each paragraph a line."""
    paragraphs = dedent(ARTICLES[trade][0]).strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


@pytest.mark.parametrize("trade", ARTICLES)
def test_the_companies_of_an_article_and_no_others(trade):
    assert companies(article(trade)) == set(ARTICLES[trade][1].split("|"))


@pytest.mark.parametrize(
    ("trade", "words", "parties"),
    [
        ("shipping", "the korean yard", ("Hanbyeol Shipbuilding",)),
        ("shipping", "the danish group", ("Nordhavn Lines",)),
        ("shipping", "the two", ("Hanbyeol Shipbuilding", "Nordhavn Lines")),
        ("energy", "the utility", ("Solvane Energia",)),
        ("energy", "the company", ("Solvane Energia",)),
        ("mobility", "the start-up", ("Vayuna Mobility",)),
        ("mobility", "the scooter maker", ("Vayuna Mobility",)),
        ("pharma", "the swiss drugmaker", ("Dovera Pharma",)),
        ("pharma", "the biotech", ("Kestrelle Therapeutics",)),
        ("telecom", "the fund", ("Mastlink Infrastructure",)),
        ("telecom", "the operator", ("Telnova",)),
        ("chips", "the chipmaker", ("Daehan Semitech",)),
        ("banks", "the exporter", ("Kofi Cocoa",)),
        ("aviation", "the airline", ("Skyward Airways",)),
        ("labs", "the lab", ("Larkspur AI",)),
        ("labs", "it", ("Cumulon",)),
    ],
)
def test_who_is_meant_in_an_article(trade, words, parties):
    assert meant(article(trade), words) == [parties]


# -- raw text


def test_emoji_hard_spaces_line_ends_and_curly_quotes_keep_their_places():
    text = "🎉 Nestle\u0301 pays Dovecote\u00a0AI\r\nand others. Eastﬁeld Bank’s loan to O’Darrow\u202fFoods ends.\r\n"
    got = found(text)
    assert [m.text for m in got] == ["Nestle\u0301", "Dovecote\u00a0AI", "Eastﬁeld Bank", "O’Darrow\u202fFoods"]
    assert [m.parties[0] for m in got] == ["Nestlé", "Dovecote AI", "Eastfield Bank", "O'Darrow Foods"]
    assert [m.written[0] for m in got] == ["Nestle\u0301", "Dovecote AI", "Eastﬁeld Bank", "O’Darrow Foods"]


def test_lines_broken_to_a_width_do_not_break_a_name():
    wrapped = dedent("""\
        The group said on Monday that it had agreed to borrow from Greyhollow
        Bank and from a second lender in the same town, which it would not
        name until the contract with the yard had been signed by both sides
        and the first of the payments had been made to the yard in full.
    """)
    assert [m.written for m in found(wrapped) if m.how == "open"] == [("Greyhollow Bank",)]


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "Aa ",
            "O'",
            "A. ",
            "its ",
            "the company ",
            "Amazon ",
            "Eastmarch, ",
            "( ",
            "x(Ab) ",
            "we ",
            "“we ",
            "we said Aa ",
        ),
        *(
            "(the “Buyer”) Buyer ",
            "Amazon (“Buyer”), ",
            "a buyer, the buyer ",
            "sold to it by it ",
            "About Amazon\n",
            "8-K A ",
        ),
    ],
)
def test_hostile_repetition_is_read(unit):
    text = unit * (20_000 // len(unit))
    assert all(text[m.start : m.end] == m.text for m in found(text))


# -- laws

SYLLABLES = "bra del fen gor hal kes lun mor nor pel quin ros tav ver wyn zor".split()
SCRAPS = (
    "Amazon OpenAI's AWS (AWS) Dovecote AI Inc. and, the company it its both. The two companies “Larkspur” Mr. Marsh "
    "said $3 billion to Kestrel Bank \n\n Trainium 2 ChatGPT maker Nvidia-backed 🎉 of in by"
).split(" ")


def is_strange(name: str) -> bool:
    """No word of the lists, so that nothing but its place in the text speaks for it."""
    known = {word for words in lexicon().values() if isinstance(words, frozenset) for word in words}
    return name.lower() not in known and not common(name) and not found(f"It pays {name}X", (Segment("promo", 0, 99),))


invented = (
    st.lists(st.sampled_from(SYLLABLES), min_size=3, max_size=4).map("".join).map(str.capitalize).filter(is_strange)
)

FRAMES = [
    "{} raised $2 billion from Greyhollow Bank. The company will hire. It rents from Cumulon.",
    "Greyhollow Bank lent $3 billion to {}, a Danish shipping group. The shipper and the bank met; the two signed.",
    "Talks between Fennimore and {} have collapsed, the Morning Bulletin said. Lena Marsh of {} left.",
    "The round for {} AI Inc. (“{}”) was led by Fennimore. {}’s owner is Dovecote. Its rival is Cumulon.",
]


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(FRAMES), invented)
def test_renaming_a_company_renames_its_mentions_and_nothing_else(frame, name):
    def told(called: str) -> list[tuple[str, ...]]:
        text = frame.replace("{}", called)
        return [(m.text, *m.parties, *m.written, m.kind, m.how, str(m.confidence)) for m in found(text)]

    other = "Bramblefield"
    assert [tuple(part.replace(other, name) for part in row) for row in told(other)] == told(name)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(st.sampled_from(SCRAPS), st.text(max_size=8)), max_size=60).map(" ".join))
def test_mentions_are_spans_in_order_without_overlap(text):
    got = found(text)
    assert all(text[m.start : m.end] == m.text and m.text.strip() for m in got)
    assert all(one.end <= two.start for one, two in pairwise(got))
    assert all(len(m.parties) == len(m.written) > 0 and 0 < m.confidence <= 1 for m in got)
    assert all((m.product is not None) == (m.kind == "product") for m in got)


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=200))
def test_words_tile_the_text_but_for_white_space(text):
    page = Page.of(text)
    covered = "".join(text[a:b] for a, b in zip(page.starts, page.ends, strict=True))
    assert covered == "".join(text.split())


def test_the_same_text_gives_the_same_mentions_whatever_was_read_before():
    first = [found(article(trade)) for trade in ARTICLES]
    again = [found(article(trade)) for trade in reversed(ARTICLES)]
    assert first == again[::-1]
