"""Register numbers: every spelling normalises to one number; others are rejected."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.agencies import german_courts
from audits.agencies.numbers import country_codes
from audits.agencies.trade_registers import TRADE_REGISTERS, clean_register_number
from audits.core.errors import RuleError

# The one form, and ways in which people write it.
VARIANTS = {
    ("AT", "122119M"): ["FN 122119m", "122119m", "122119M", "FN122119M", "FN 122119 m, LG Salzburg", "ATFN.122119m"],
    ("BE", "0403019261"): [
        "0403.019.261", "BE 0403.019.261", "BE403019261", "BTW BE 0403.019.261 RPR Brussel", "BE (0)403.019.261",
        "ondernemingsnummer: 0403019261",
    ],
    ("BG", "175074752"): ["BG 175 074 752", "ЕИК 175074752", "1750747520001", "175074752"],
    ("CH", "CHE100155212"): [
        "CHE-100.155.212", "CHE-100.155.212 MWST", "CHE100155212MWST", "CHE-100.155.212 HR/MWST", "100.155.212",
        "CHE-100.155.212 TVA", "UID: CHE‑100.155.212 IVA",
    ],
    ("CY", "HE12345"): ["HE 12345", "ΗΕ 12345", "ηε12345", "HE012345", "CY HE12345", "Αρ. εγγραφής ΗΕ12345"],
    ("CZ", "00177041"): ["177041", "00177041", "IČO: 177041", "CZ00177041", "IČ 001 77 041", "DIČ CZ00177041"],
    ("DE", "BERLIN-CHARLOTTENBURG-HRB-12345"): [
        "HRB 12345 B Berlin", "HRB 12345 Berlin", "Amtsgericht Charlottenburg HRB 12345 B", "Berlin HRB 12345 B",
        "HRB 12345 B, Amtsgericht Charlottenburg (Berlin)",
        "DEF1103R.HRB12345B", "DEF1103R.HRB12345", "berlin-charlottenburg hrb 12345",
    ],
    ("DE", "DUSSELDORF-HRB-12345"): [
        "HRB 12345 Düsseldorf", "HRB 12345 AG Düsseldorf", "HRB 12345, Amtsgericht Düsseldorf", "Duesseldorf HRB 12345",
        "AG Düsseldorf HRB 12345", "Registergericht Düsseldorf, HRB 12345", "HR B 12345 Düsseldorf",
        "HRB-Nr. 12.345 (Düsseldorf)", "im Handelsregister des Amtsgerichts Düsseldorf unter HRB 12345 eingetragen",
        "DÜSSELDORF-HRB-012345", "HRB\u00a012345\u200b Du\u0308sseldorf", "Düsseldorf – HRB 12 345",
    ],
    ("DE", "FRANKFURT-AM-MAIN-HRB-98765"): [
        "Amtsgericht Frankfurt/Main HRB 98765", "Frankfurt a.M. HRB 98765", "HRB 98765 Frankfurt am Main",
        "Frankfurt (Main) HRB 98765", "Frankfurt a. Main, HRB 98765", "FRANKFURT-AM-MAIN-HRB-98765",
    ],
    ("DE", "FRANKFURT-ODER-HRB-5"): ["Frankfurt (Oder) HRB 5", "Frankfurt/Oder HRB 5", "HRB 5 Frankfurt an der Oder"],
    ("DE", "FREIBURG-HRA-7"): ["HRA 7 Freiburg", "Freiburg i. Br. HRA 7", "HRA 7 Freiburg im Breisgau"],
    ("DE", "GIESSEN-HRB-1"): ["Gießen HRB 1", "Giessen HRB 1", "HRB 1 GIESSEN"],
    ("DE", "HOF-HRB-12"): ["HRB 12 Hof", "Hof (Saale) HRB 12"],  # a court of three letters is no suffix
    ("DE", "KIEL-HRB-123-KI"): ["HRB 123 KI Kiel", "Amtsgericht Kiel HRB 123 KI", "KIELHRB123KI"],
    ("DE", "KOLN-GSR-77"): ["GsR 77 Köln", "Koeln GsR 77"],
    ("DE", "KOLN-HRB-49263"): ["Köln HRB 49263", "Cologne HRB 49263", "AG Köln, HRB 49263", "kolnhrb49263",
        "DER3306.HRB49263", "EUID: DER3306.HRB49263", "der3306.hrb49263", "DER3306.HRB49263_7",
    ],
    ("DE", "HAMBURG-HRB-150148"): ["HRB 150148 Hamburg", "DEK1101R.HRB150148"],
    ("DE", "MUNCHEN-GNR-5"): ["GnR 5 München", "DED2601V.GnR5"],
    ("DK", "13585628"): [
        "DKCVR.13585628", "DK13.13585628_2", "CVR 13585628", "DK 13 58 56 28", "CVR-nr. 13585628", "CVR13585628",
    ],
    ("EE", "12345678"): ["12345678", "registrikood 12345678", "EE12345678"],
    ("ES", "B58378431"): ["ES B58378431", "ESB58378431", "B-58378431", "CIF: B-58.378.431", "NIF B58378431, Madrid"],
    ("ES", "54362315K"): ["54362315-K", "54.362.315 k", "ES54362315K"],
    ("FI", "20774740"): ["2077474-0", "FI20774740", "Y-tunnus: 2077474-0"],
    ("FI", "01120389"): ["0112038-9", "112038-9", "FI01120389"],
    ("FR", "552008443"): [
        "552 008 443", "RCS Nanterre 552 008 443", "552 008 443 RCS Nanterre", "RCS Nanterre B 552 008 443",
        "552 008 443 00012", "R.C.S. Nanterre B552008443", "FR9201.552008443", "SIREN : 552.008.443",
    ],
    ("FR", "404833048"): ["FR83 404 833 048", "TVA FR 83404833048", "83404833048", "SIRET 404 833 048 00022"],
    ("GB", "06883289"): ["6883289", "06883289", "GB 06883289", "Company No. 06883289", "no 6883289", "GB06883289"],
    ("GB", "SC012345"): ["sc 12345", "SC012345", "Registered in Scotland No. SC012345", "GBSC012345"],
    ("GR", "094259216"): ["EL094259216", "GR 094259216", "094259216", "94259216", "ΑΦΜ: 094259216", "EL 94259216"],
    ("HR", "33392005961"): ["HR 33392005961", "OIB: 33392005961"],
    ("HU", "12892312"): ["12892312-2-42", "12892312", "HU12892312", "adószám: 12892312-2-42", "12892312242"],
    ("IE", "123456"): ["123456", "0123456", "IE123456", "CRO no. 123456", "Company number 123 456"],
    ("IT", "00743110157"): ["IT 00743110157", "P.IVA 00743110157", "partita IVA: 007 431 101 57"],
    ("LT", "119511515"): ["LT119511515", "119511515", "Įmonės kodas 119 511 515", "į.k. 119511515"],
    ("LT", "301844044"): ["301844044"],
    ("LU", "B86532"): ["LURCSL.B86532", "EUID LURCSL.B86532",
        "B 86.532", "B086532", "RCS Luxembourg B 86532", "R.C.S. Luxembourg B86532", "LUB86532",
        "RCSLuxembourgB86532",
    ],
    ("LV", "40003521600"): ["LV40003521600", "Reģ. Nr. 40003521600", "LV 4000 3521 600"],
    ("MT", "C12345"): ["C 12345", "C-12345", "c012345", "MT C 12345", "Company reg. no. C 12345"],
    ("NL", "12345678"): [
        "KvK: 1234.56 78", "KvK-nummer 12345678", "KVK nr. 12345678", "KVK12345678", "\u200e12345678\u200b",
        "Kamer van Koophandel 12345678", "12345678 (KvK)", "NLNHR.12345678",
    ],
    ("NO", "988077917"): ["988 077 917", "NO 988 077 917 MVA", "NO988077917MVA", "Org.nr. 988 077 917"],
    ("PL", "8567346215"): ["PL 8567346215", "NIP: 856-734-62-15", "856 734 62 15"],
    ("PT", "501964843"): ["PT 501 964 843", "NIPC 501964843"],
    ("RO", "18547290"): ["RO 185 472 90", "CUI RO18547290", "J40/372/2002, CUI 18547290", "J2024012345001 18547290"],
    ("SE", "5561888404"): ["556188-8404", "165561888404", "16556188-8404", "SE556188840401", "SE 556188-8404 01"],
    ("SI", "9331310"): ["9331310000", "9331310", "matična številka: 9331310 000"],
    ("SK", "00686930"): ["686930", "00686930", "IČO: 00 686 930"],
    ("SK", "31322832"): ["31322832", "IČO 31 322 832", "SK31322832"],
    ("UA", "32855961"): ["32855961", "ЄДРПОУ 32855961", "код за ЄДРПОУ: 32855961"],
    ("IN", "U74999MH2016PTC280777"): ["U74999MH2016PTC280777", "u74999 mh2016 ptc280777"],
    ("TR", "1234567890"): ["1234567890", "TR1234567890", "No. 1234567890", "1 234 567 890"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("country", "stored", "typed"),
    [(country, stored, typed) for (country, stored), ways in VARIANTS.items() for typed in [*ways, stored]],
)
def test_a_number_has_one_form_however_it_is_typed(country, stored, typed):
    assert clean_register_number(country, typed) == stored


@pytest.mark.parametrize("country", sorted(TRADE_REGISTERS))
def test_the_example_of_a_country_is_a_number_there_and_its_form_leads_to_itself(country):
    stored = clean_register_number(country, TRADE_REGISTERS[country].example)
    assert clean_register_number(country, stored) == stored


@pytest.mark.parametrize(
    ("country", "typed"),
    [
        ("AT", "ATU12345678"), ("AT", "122119"), ("AT", "1234567a"), ("AT", "F122119m"),
        ("BE", "0403019262"), ("BE", "2.123.456.789"),
        ("BG", "175074753"),
        ("CH", "CHE-100.155.213"), ("CH", "CH-020.3.012.345-6"),
        ("CY", "12345"), ("CY", "10259033P"),
        ("CZ", "177042"), ("CZ", "1"), ("CZ", "7103192745"),
        ("DE", "Utopia HRB 1"), ("DE", "HRB 12345"), ("DE", "Frankfurt HRB 98765"),
        ("DE", "DEZ9999.HRB1"), ("DE", "DER3306.98814"),
        ("DE", "HRB 1234567 Köln"), ("DE", "HRB 12345 AG"), ("DE", "Köln"), ("DE", "Köln HRB 5 und Bonn HRB 6"),
        ("DE", "Köln HRB 5 Bonn"),
        ("ES", "B58378432"), ("ES", "58378431"), ("ES", "B58378431A"),
        ("FR", "552008444"), ("FR", "552 008 443 00013"), ("FR", "552 008 443, 75008 Paris"), ("FR", "55200844O"),
        ("FR", "FR00404833048"),
        ("GB", "123456789"), ("GB", "<script>1"), ("GB", "no digits"), ("GB", ""), ("GB", "X123456"),
        ("GB", "1234567A"),
        ("GR", "094259217"),
        ("HU", "12892313-2-42"), ("HU", "12892312-7-42"), ("HU", "01-09-123456"),
        ("IE", "6388047V"), ("IE", "12345678"),
        ("LT", "119511516"), ("LT", "100001919017"),
        ("LU", "86532"), ("LU", "LU15027442"), ("LU", "Z86532"),
        ("MT", "11679112"),
        ("NL", "1234567"), ("NL", "123456789"), ("NL", "1234567a"), ("NL", "12345678a"), ("NL", "1234O5678"),
        ("NL", "１２３４５６７８"), ("NL", "000012345678"), ("NL", "O1234567"), ("NL", "12345678 / 87654321 a"),
        ("NO", "988077918"),
        ("PL", "8567346216"), ("PL", "0000123456"), ("PL", "PLKRS.0000123456"), ("HU", "HUOCCSZ.01-09-123456"),
        ("RO", "J40/372/2002"), ("RO", "ROONRC.J40/372/2002"), ("BE", "DKCVR.13585628"),
        ("SE", "556188-8405"),
        ("SK", "SK2020269786"), ("SK", "31322833"),
        ("TR", "12"), ("TR", "1" * 26), ("TR", "<1234>"),
    ],
)  # fmt: skip
def test_what_is_no_such_number_is_refused_at_its_field(country, typed):
    with pytest.raises(RuleError) as refusal:
        clean_register_number(country, typed)
    assert refusal.value.field == "register_number"


def test_the_refusal_names_the_number_of_the_country_and_shows_one():
    with pytest.raises(RuleError, match="enter the NIP, like 856-734-62-15"):
        clean_register_number("PL", "1")


@pytest.mark.parametrize(
    ("typed", "said"),
    [("1234567", "enter that too: 01234567"), ("KvK 111222333", "may be the RSIN"), ("000012345678", "of a branch")],
)
def test_a_dutch_refusal_says_what_was_typed_instead(typed, said):
    with pytest.raises(RuleError, match=said):
        clean_register_number("NL", typed)


# Where the network of registers has the number that we store, with the name that each register has in it.
EUIDS = {
    ("BE", "KBOBCE"), ("BG", "EIK"), ("DK", "CVR"), ("EE", "AR"), ("FI", "FPRO"), ("FR", "7501"),
    ("IE", "CRO"), ("IT", "RI"),
    ("LT", "JAR"), ("LU", "RCSL"), ("LV", "UR"), ("MT", "MBR"), ("NL", "NHR"), ("NO", "BRREG"),
    ("SE", "BOLREG"), ("SI", "PRS"),
}  # fmt: skip
NOISE = st.text(st.sampled_from(" .-/:\u200b\u00a0\u2013\u202aABHFNR0123456789"), max_size=24)
LIKE_A_NUMBER = st.from_regex(r"[A-Z]{0,3} ?[0-9]{2,12}[A-Z]{0,2}", fullmatch=True)
COURTS = st.sampled_from(["Köln", "AG Köln", "Berlin", "Kiel", "Hof", "Frankfurt a.M.", "Bad Homburg v.d.H.", "Ulm"])
GERMAN = st.builds(
    lambda court, section, number, suffix, turned: (
        f"{section} {number} {suffix} {court}" if turned else f"{court} {section} {number} {suffix}"
    ),
    COURTS,
    st.sampled_from(["HRB", "HRA", "GsR", "VR", "PR", "GnR"]),
    st.integers(1, 999_999),
    st.sampled_from(["", "B", "KI", "FL", "P"]),
    st.booleans(),
)


@given(st.sampled_from(sorted(country_codes())), st.one_of(st.text(max_size=40), NOISE, LIKE_A_NUMBER, GERMAN))
def test_a_stored_number_stays_as_it_is_and_is_fit_for_an_address(country, typed):
    holds(country, typed)


@given(st.sampled_from(sorted(TRADE_REGISTERS)), st.data())
def test_that_holds_for_numbers_that_are_right(country, data):
    """One digit changed and words around it: still a number, right or wrong."""
    example = TRADE_REGISTERS[country].example
    place = data.draw(st.sampled_from([at for at, sign in enumerate(example) if sign.isdigit()]))
    changed = example[:place] + str(data.draw(st.integers(0, 9))) + example[place + 1 :]
    words = data.draw(st.sampled_from(["", "No. ", f"{country} ", "\u200b", "KvK-nummer: "]))
    holds(country, words + changed)


@given(GERMAN)
def test_a_german_number_leads_to_one_form(typed):
    assert holds("DE", typed)


def holds(country, typed):
    try:
        stored = clean_register_number(country, typed)
    except RuleError:
        return None
    assert clean_register_number(country, stored) == stored
    assert re.fullmatch("[A-Z0-9]+(-[A-Z0-9]+)*", stored)
    return stored


def test_every_code_of_a_german_court_leads_to_a_court_of_its_own():
    numbers = [clean_register_number("DE", f"DE{code}.HRB7") for code in german_courts._BY_CODE]
    assert len(set(numbers)) == len(numbers) > 100
    assert {clean_register_number("DE", number) for number in numbers} == set(numbers)


@given(st.sampled_from(sorted(EUIDS)))
def test_a_european_number_is_the_same_firm(pair):
    country, register = pair
    stored = clean_register_number(country, TRADE_REGISTERS[country].example)
    for tail in ("", "_4"):
        assert clean_register_number(country, f"{country}{register}.{stored}{tail}") == stored
