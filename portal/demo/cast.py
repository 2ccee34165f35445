"""The people and agencies of the demo, all made up; addresses end in `.example`."""

from dataclasses import dataclass, replace

from audits.agencies.rules import AgencyDetails
from audits.core.access import Role
from audits.core.languages import DEFAULT

PASSWORD = "fietsen langs de vliet"  # noqa: S105 - the demo prints it


@dataclass(frozen=True, slots=True)
class Flaw:
    """A finding of the demo: how many units of a requirement do not conform, and the inspector's note."""

    code: str
    units: int
    seen: str
    incidental: bool = True  # how far it reaches, where the scheme asks that
    told: str = ""  # what the agency reads, if not what was seen
    verdict: str = ""  # if not nonconforming


# The demo may name requirements of the scheme; product code may not.
SMALL = (
    Flaw("PAY-05", 1, "Verlofsaldo ontbreekt op de loonstrook."),
    Flaw("IDW-05", 1, "Geen bewaartermijn voor afgewezen kandidaten."),
)
AGAIN, PASSPORT = (
    SMALL[0],
    Flaw(
        "IDW-03",
        1,
        "Een paspoort ligt in de kluis van het bureau.",
        incidental=False,
        told="Het bureau bewaart een paspoort van een werknemer.",
    ),
)
# Too little was seen of one requirement, so that only a certificate with conditions can be granted.
LARGE = (
    Flaw("PAY-05", 4, "Inhouding niet uitgelegd.", incidental=False),
    Flaw("CON-03", 20, "Deze dossiers lagen bij de accountant.", verdict="not_assessed"),
)


@dataclass(frozen=True, slots=True)
class CastMember:
    """One person of the demo."""

    name: str
    email: str
    roles: frozenset[Role]
    language: str = DEFAULT


STAFF = {
    "administrator": CastMember("Sanne Mulder", "sanne@keurwerk.example", frozenset({Role.ADMINISTRATOR})),
    "second administrator": CastMember("Daan Vermeer", "daan@keurwerk.example", frozenset({Role.ADMINISTRATOR})),
    "scheme manager": CastMember("Lotte Bakker", "lotte@keurwerk.example", frozenset({Role.SCHEME_MANAGER})),
    "planner": CastMember("Marieke de Boer", "marieke@keurwerk.example", frozenset({Role.PLANNER})),
    # Also a decider on other cases: small bodies have few people, and the four-eyes rule is per case.
    "inspector": CastMember("Youssef El Amrani", "youssef@keurwerk.example", frozenset({Role.INSPECTOR, Role.DECIDER})),
    "second inspector": CastMember("Ruben Kok", "ruben@keurwerk.example", frozenset({Role.INSPECTOR})),
    "reviewer": CastMember("Anneke Visser", "anneke@keurwerk.example", frozenset({Role.REVIEWER})),
    "decider": CastMember("Hendrik Jansen", "hendrik@keurwerk.example", frozenset({Role.DECIDER})),
    "tied decider": CastMember("Fatima Özdemir", "fatima@keurwerk.example", frozenset({Role.DECIDER})),
}

OWNER = CastMember("Piotr Nowak", "piotr@vlietland.example", frozenset({Role.AGENCY_OWNER}))
EDITOR = CastMember("Emma Smit", "emma@vlietland.example", frozenset({Role.AGENCY_EDITOR}))
SIGNATORY = CastMember("Willem van den Berg", "willem@vlietland.example", frozenset({Role.AGENCY_SIGNATORY}))

VLIETLAND = AgencyDetails(
    legal_name="Vlietland Flex B.V.",
    country="NL",
    register_number="",
    street="Haagweg 117",
    postcode="2321 AA",
    city="Leiden",
    trade_names=("Vlietland Uitzenden", "Vlietland Agro"),
    phone="+31 71 555 01 00",
    website="https://vlietland.example",
    headcount=140,
    own_housing=True,
    housing_places=48,
    recruitment_countries=("NL", "PL", "RO"),
    iban="NL91ABNA0417164300",
    account_holder="Vlietland Flex B.V.",
)


def agency(name: str, street: str, postcode: str, city: str, *trade_names: str, **changes: object) -> AgencyDetails:
    """Return Vlietland's profile under another name, at another address."""
    details = replace(
        VLIETLAND,
        legal_name=name,
        street=street,
        postcode=postcode,
        city=city,
        trade_names=trade_names,
        account_holder=name,
        website=f"https://{trade_names[0].partition(' ')[0].lower()}.example",
    )
    return replace(details, **changes)  # type: ignore[arg-type]  # the caller names fields of AgencyDetails


KNOWN_ACCOUNT = "NL77RABO0000000900"
"""Of an agency that lost its certificate, and of one that applies three doors down."""
OF_THE_YEAR = frozenset({"withdrawn", "ended"})
"""Those of the others whose year the demo tells."""

# The people of these agencies have addresses such as emma@draft.example.
OTHERS = {
    "conditional": agency(
        "Nieuwe Maas Personeel B.V.",
        "Maaskade 12",
        "3071 NB",
        "Rotterdam",
        "Maaswerk",
        own_housing=False,
        housing_places=0,
    ),
    "suspended": agency("Żuraw Logistiek Uitzendbureau B.V.", "Spoorlaan 88", "5017 JS", "Tilburg", "Zuraw Flex"),
    "withdrawn": agency(
        "Snelwerk Nederland B.V.", "Keulsepoort 3", "5911 BX", "Venlo", "Snelwerk", headcount=24, iban=KNOWN_ACCOUNT
    ),
    "ended": agency("Wulpenweide Uitzenden B.V.", "Kleinzand 16", "8601 BH", "Sneek", "Wulpenweide", headcount=18),
    "planned": agency("De Grutto Detachering U.A.", "Thorbeckegracht 20", "8011 VN", "Zwolle", "Grutto"),
    "certified": agency(
        "Coöperatie Het Polderwerk U.A.", "Lange Nering 61", "8302 EC", "Emmeloord", "Polderwerk", "Agri Force"
    ),
    "draft": agency("Lisdodde Flexwerk B.V.", "Turfmarkt 9", "2801 GV", "Gouda", "Lisdodde"),
    "intake": agency(
        "Boterbloem Uitzendkrachten B.V.", "Keulsepoort 9", "5911 BX", "Venlo", "Boterbloem", iban=KNOWN_ACCOUNT
    ),
    "audit": agency("Rietland Personeel B.V.", "Dracht 42", "8442 BS", "Heerenveen", "Rietland"),
    "findings": agency("Kievitsveld Uitzendbureau B.V.", "Grote Noord 7", "1621 KD", "Hoorn", "Kievitsveld"),
    "review": agency("Zilvermeeuw Werkt B.V.", "Lange Delft 30", "4331 AN", "Middelburg", "Zilvermeeuw"),
    "decision": agency("Wilgenhof Arbeid B.V.", "Waterstraat 5", "4001 AL", "Tiel", "Wilgenhof"),
}
