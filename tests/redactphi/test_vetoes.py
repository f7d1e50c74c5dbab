"""What the words themselves say against a span of the model."""

import pytest

from redactphi.recognizers.vetoes import without_vetoed
from redactphi.slips import is_one_edit, one_edit_away
from redactphi.spans import Span


def kept(text: str, label: str, score: float = 0.7) -> bool:
    """Whether the span marked by [[...]] in ``text`` is kept."""
    start, end = text.index("[["), text.index("]]") - 2
    plain = text.replace("[[", "").replace("]]", "")
    return bool(without_vetoed(plain, [Span(start, end, label, score, "model/x")]))


@pytest.mark.parametrize(
    ("text", "label", "score"),
    [
        ("Dx: [[Z12.11]], K63.5", "ID_OTHER", 0.95),
        ("Dx: Z[[12.11]], K63.5", "DATE", 0.95),
        ("Incision at [[14:41]] by the team", "DATE", 0.99),
        ("Strength [[4/5]] in the left arm", "DATE", 0.7),
        ("Born and raised in [[Oregon]], retired", "LOCATION", 0.99),
        ("Given by the [[LPN]] on nights", "PROVIDER", 0.99),
        ("The Seldinger [[Foley]] catheter was placed", "NAME", 0.99),
        ("She has [[areflexia]] of the legs", "PROVIDER", 0.95),
        ("Weight of [[30]] today", "DATE", 0.95),
        ("platelets [[140-400]] thousand", "PHONE", 0.9),
        ("ranged [[31/36]] on the test", "DATE", 0.95),
        ("served [[1967-1970]] abroad", "DATE", 0.95),
        ("group on [[Thursday]] evening", "DATE", 0.95),
        ("a [[2009 Silverado]] rolled over", "DATE", 0.85),
        ("reps of [[28]] each", "ID_OTHER", 0.85),
        ("arrived at [[2330]] by ambulance", "PHONE", 0.85),
        ("by the [[WhatsApp]] group", "ID_OTHER", 0.85),
        ("dressed with [[Vashe]] daily", "NAME", 0.85),
        ("reviewed by [[PACS]] overnight", "PROVIDER", 0.85),
        ("She [[may]] have had some Haldol", "NAME", 0.8),
        ("a retired registered nurse ([[R.N]].) from here", "PROVIDER", 0.95),
        ("the [[Jendrassik]] maneuver helped", "PROVIDER", 0.99),
        ("To: Tamsin Orr, [[ARNP]]\nHolmes Creek", "FACILITY", 0.42),
        ("Hospital, Greenville, South [[Carolina]]\n", "FACILITY", 0.32),
        ("Kidney Center\nStatesboro, [[Georgia]]\n", "NAME", 0.6),
        ("Galvanizing, McKees Rocks, [[Pa]].\nCarrier", "EMPLOYER", 0.3),
        ("and the pastor [[Rev]]. Vance", "NAME", 0.32),
        ("Partner [[A]]: seen first", "NAME", 0.56),
        ("on paper: [[CXT281412]] SN 24871330; next", "ID_OTHER", 0.7),
        ("flushes. hep lock [[500u]] then", "ID_OTHER", 0.85),
        ("[[Are]] there any new protocols", "NAME", 0.38),
        ("[[Best practices]] for managing asthma", "FACILITY", 0.5),
        ("seen today by me at [[Nursing Home]] for", "FACILITY", 0.97),
        ("sutures in the manner of [[Marcy]]. The", "NAME", 0.9),
        ("pain 9/10 at onset, [[6/10]] after", "DATE", 0.99),
        ("leaving the strip at [[Passavant's]] ridge", "FACILITY", 0.58),
        ("Attending: M. Fontanet, MD   [[0712-0930]], later", "MRN", 0.7),
        ("ROMANCE: three sets of [[Romanian]] deadlifts", "PROVIDER", 0.95),
        ("Culture grew [[N. Meningitidis]], Gram negative", "PROVIDER", 0.8),
        ("She had been given an [[investigational drug]] before", "FACILITY", 0.9),
        ("carpal tunnel release ([[64721]]) done", "ID_OTHER", 0.8),
        ("Farzana Rahman, [[34 G2P0102]], A+", "MRN", 0.8),
        ("5 [[y.o. M]] with fever", "NAME", 0.6),
        ("Tacoma [[WA]]\nDate", "ID_OTHER", 0.6),
        ("renewed with [[MaineCare]] today", "FACILITY", 0.7),
        ("paid by [[Granite Mutual Insurance Company]] in full", "FACILITY", 0.9),
        ("Machine: [[Draeger Apollo]] checked", "PROVIDER", 0.7),
        ("Labs table (pulled by .[[LABTREND]])", "FACILITY", 0.7),
        ("| Rm [[5-517]]\nNext", "LOCATION", 0.6),
        ("letter faxed to [[plant]] nurse", "EMPLOYER", 0.6),
        ("transferred to [[Hospital]] Emergency Department", "FACILITY", 0.9),
        ("an employee. [[Helmeted]], hit a deer", "NAME", 0.7),
        ("Procedure Code(s): [[45385]]  Diagnosis", "ID_OTHER", 0.6),
        ("radiation (Alliance [[A011202]] considered)", "ID_OTHER", 0.8),
        ("path call [[1047]] in", "ID_OTHER", 0.5),
        ("exam and CT [[Brain]] were unremarkable", "PROVIDER", 0.86),
        ("ideal weight. BMI:  [[26.189]].  A man", "MRN", 0.54),
        ("Platelets [[250000]] / cmm today", "ID_OTHER", 0.6),
        ("FL/BPD: 74 ([[71-87]])", "MRN", 0.8),
        ("approximately 31-[[1/2]] now", "DATE", 0.97),
        ("at 41 and [[1/7]]th weeks", "DATE", 0.5),
        ("a total score of [[9-15/28]] here", "DATE", 0.6),
        ("identify [[the 7th]] nerve complex", "DATE", 0.7),
        ("improved since she had her [[APR]]. She", "DATE", 0.7),
        ("admitted on MM/DD/[[YYYY]]. He was", "PROVIDER", 0.98),
        ("two at [[h.s. p]].r.n. for pain", "PROVIDER", 0.6),
        ("homeless in [[South Carolina]]. Because", "LOCATION", 0.5),
        ("Her daughter lives in [[northern California]] with", "LOCATION", 0.95),
        ("before returning to [[Israel]] in May", "PROVIDER", 0.5),
        ("Pronounced [[unblanching lividity]] is present", "PROVIDER", 0.88),
        ("admitted to [[Long-Term Acute Care Facility]] for", "FACILITY", 0.9),
        ("sent it back to [[Bacteriology Department]] and", "FACILITY", 0.9),
        ("electrocautery, another [[Dorsey]] dissector was", "PROVIDER", 0.8),
        ("and a [[Kitner]] was then placed", "NAME", 0.9),
        ("the 5-French [[Berman]] was removed", "NAME", 0.7),
        ("2. Status post [[Glenn]].", "NAME", 0.7),
        ("fluid at the knot of [[Henry]]. There", "NAME", 0.8),
        ("Blood cx 12/4 [[4/4]] MSSA", "DATE", 0.9),
        ("cx 12/4 4/4, 12/6 [[1/2]] +, 12/7", "DATE", 0.7),
        ("send refraction and [[OCT]] here", "DATE", 0.5),
        ("and here 5/2 [[S. epidermidis]], MRSE", "NAME", 0.8),
        ("bevacizumab ([[PAOLA]]-1). Home", "PROVIDER", 0.9),
        ("the chart.\n\n[[Best]],\nDmitri Vance", "PROVIDER", 0.5),
        ("rifampin, [[2019]] Rice County", "LOCATION", 0.5),
        ("He waited at the [[corner of]] 11 Bramley Road", "LOCATION", 0.5),
        ("[[Jamar dynamometry]] was assessed", "NAME", 0.5),
    ],
)
def test_what_is_never_phi_is_dropped(text, label, score):
    assert not kept(text, label, score)


@pytest.mark.parametrize(
    ("text", "label", "score"),
    [
        ("Report called to [[Jordan]], RN", "PROVIDER", 0.9),
        ("TO [[MERCY TOWER]]-4 AFTER", "FACILITY", 0.9),
        ("MRN [[123.4567]] on file", "MRN", 0.95),
        ("seen by [[Anna Nicoli]] today", "PROVIDER", 0.95),
        ("She saw [[Dorsey]] in clinic", "PROVIDER", 0.8),
        ("seen on 2/1-[[3/4]] by us", "DATE", 0.8),
        ("back on [[the 7th]] for a check", "DATE", 0.8),
        ("MRN [[90-1187]] was", "MRN", 0.8),
        ("STENT LOG entry [[24-118]] **", "ID_OTHER", 0.8),
        ("asked RD [[p.t.]] if OK", "PROVIDER", 0.8),
        ("PACU. Rep for us: [[Skye]] cell 918", "PROVIDER", 0.8),
        ("A [[Smith]], RN at bedside", "PROVIDER", 0.8),
        ("reviewed the [[Nguyen]] chart with her", "NAME", 0.8),
        ("Cultures 5/4, [[2/4]] and 5/6", "DATE", 0.8),
        ("seen in [[OCT]] and", "DATE", 0.8),
        ("colonoscopy in [[APR]] of last year", "DATE", 0.8),
        ("went to [[Inpatient Hope House]] after", "FACILITY", 0.8),
    ],
)
def test_what_looks_like_it_is_kept(text, label, score):
    assert kept(text, label, score)


@pytest.mark.parametrize(
    ("text", "label", "score"),
    [
        ("Seen by [[Okonkwo]] in clinic", "PROVIDER", 0.6),
        ("TR/[[kmw]]\nDictated", "PROVIDER", 0.99),
        ("Sutures out 8/[[24]] in clinic", "DATE", 0.7),
        ("seen [[3/10]] at home", "DATE", 0.95),
        ("note by [[okonkwo]] of the night team, all in lower case", "PROVIDER", 0.9),
        ("Met with [[Scott]] today", "NAME", 0.7),
        ("last met in [[june]] they said", "DATE", 0.98),
        ("Call [[4471]] for results", "PHONE", 0.8),
        ("Dr. [[Foley]] catheter order", "PROVIDER", 0.7),
        ("last seen [[3-14-24]] at home", "DATE", 0.6),
        ("entered by [[j.okafor]] just now", "ID_OTHER", 0.6),
        ("at the [[Northfield]] office", "LOCATION", 0.7),
        ("Pg 8814 nights.\n[[R]]\n", "PROVIDER", 0.7),
        ("his grandson [[Deacon]] drove", "NAME", 0.7),
        ("met with [[Georgia]] today", "NAME", 0.7),
        ("Seen by [[N. Meninger]] on rounds", "PROVIDER", 0.8),
        ("She is employed by [[oakdale dairy]] Now", "EMPLOYER", 0.9),
        ("Case record ([[64721]] filed later", "ID_OTHER", 0.8),
        ("seen by PT [[Brown]] today", "PROVIDER", 0.9),
    ],
)
def test_what_may_be_phi_is_kept(text, label, score):
    assert kept(text, label, score)


def test_a_word_is_judged_alone_only_where_it_stands_alone():
    text = "Moved to New York in spring"
    run = [Span(9, 12, "LOCATION", 0.6, "model/x"), Span(13, 17, "LOCATION", 0.9, "model/x")]
    assert without_vetoed(text, run) == run


def test_nothing_found_is_nothing_vetoed():
    assert without_vetoed("No PHI here.", []) == []


HASTE = (
    "night s/o  7/14\nwas on CHF pathway. K 5.2 ok. call if MAP <65\n{}\nwants to go home. dc am if CXR ok. rpt K pm\n"
)
CARE = "Seen on the CHF pathway. The K was 5.2. Call if MAP is under 65.\n{}\nShe wants to go home.\nRepeat K in the evening.\n"


@pytest.mark.parametrize("line", ["OR again w/ [[elsayedi]] 0730", "from [[kpatelo]] to nights"])
def test_what_no_list_knows_may_be_a_name_in_small_letters_where_lines_begin_so(line):
    assert kept(HASTE.format(line), "PROVIDER", 0.85)
    assert not kept(CARE.format(line), "PROVIDER", 0.85)


def test_plain_words_in_small_letters_stay_in_haste_too():
    assert not kept(HASTE.format("stable on [[warming]] blanket"), "PROVIDER", 0.85)


def test_full_lines_that_are_broken_are_not_typed_in_haste():
    full = "The patient was seen again in the evening after the second unit had been given\nand was well. "
    assert not kept(full * 6 + "The [[mesentara]] was seen.", "PROVIDER", 0.85)


@pytest.mark.parametrize("word", ["diaphoretc", "upsett", "yeling", "bottel"])
def test_misspelt_words_are_nobodys_name_in_haste(word):
    text = HASTE.format(f"wife seemed [[{word}]] when she left")
    assert not kept(text, "NAME", 0.6)
    assert kept(text, "NAME", 0.78)
    assert kept(text.replace(word, "elsayedi"), "NAME", 0.6)


def test_a_street_cut_short_ends_no_sentence():
    assert not kept("She waited at the [[corner]] of 4 Bramley St. and Holt Ave. near here.", "LOCATION", 0.6)


def test_one_edit_away_agrees_with_is_one_edit():
    assert all(is_one_edit("hernia", other) for other in one_edit_away("hernia"))
    assert {"heria", "hernias", "henria", "hernie"} <= set(one_edit_away("hernia"))
