"""Words in names that carry nothing: people leave them out, add them or confuse them. They order, and never decide."""

_FORMS = """
bv nv vof cv ua gmbh mbh ag kg ohg ug gbr gsr ev eg ek ltd limited plc llc inc llp lp sarl sas sasu eurl sa scop srl spa
snc sl slu sro as doo dd ad ood eood ead et sp z oo o spzoo spj kft zrt bt nyrt oy oyj ab asa aps uab mb sia ou sprl
bvba cvba vzw asbl cooperatie sc pfa sca ооо оао зао пао ип тов пп фоп ат оод еоод ад еад ет дзпп доо ад
spolka ograniczona odpowiedzialnoscia besloten vennootschap firma beperkte aansprakelijkheid gesellschaft beschrankter
haftung societate raspundere limitata еднолично дружество ограничена отговорност liability company
αε επε ιχε οε ικε ae epe ike tov pp fop
"""
LEGAL_FORMS = frozenset(_FORMS.split())

_JOINING = "en and und et y e i si и та й і και ke kai oraz ir plus"
_SMALL = """
het de een met mit cu с onder t s n der die das dem den des ein eine the a an la le les l el los las lo il van von vd v
d te ter ten of voor do na pe cu din de din pentru за для на від το η ο οι τα του της
"""
_TRADE = """
uitzendbureau uitzendburo uitzendbureaus uitzendorganisatie uitzendorganisaties uitzend uitzenden uitzendingen
uitzendkracht uitzendkrachten uitzendwerk uitzendgroep detachering detacheringen detacheringsbureau werving selectie
arbeidsbemiddeling personeelsdienst personeelsdiensten personeelsbemiddeling stichting holding groep group gruppe grup
grupa nederland netherlands international internationaal agency agencies employment staffing recruitment temporary work
temp zeitarbeit leiharbeit personaldienstleistung personaldienstleistungen arbeitnehmeruberlassung personalservice
agencja pracy tymczasowej agentia agentie munca temporara recrutare agence interim travail temporaire agencia trabajo
агенция агентство труд заетост временна работа за праця праці роботи кадрове агенства γραφειο εργασιας
"""
LIGHT = LEGAL_FORMS | frozenset(_JOINING.split()) | frozenset(_SMALL.split()) | frozenset(_TRADE.split())

# Written short, read long.
SHORT = {"zn": "zonen", "gebr": "gebroeders", "gebrs": "gebroeders", "st": "sint", "intl": "international"}
