"""The tables of the tokeniser: words that say nothing, words that say the same, ways to write a unit."""

_SAYING_NOTHING = """
the of for with and or in on to a an
de het een voor met en of van in op te
le la les un une des du pour avec et ou en au aux sur l d
der die das ein eine fur mit und oder von im am zu
"""

# Left out of queries as long as another word remains.
STOP_WORDS = frozenset(_SAYING_NOTHING.split())

_SAYING_NUMBER = """
ean gtin sku art artnr artikel artikelnr artikelnummer article item best bestell bestel bestnr bestelnr
bestelnummer bestellnummer bestellnr mat matnr materialnummer typ type ref réf reference référence referentie
referenz part pn nr no num n nummer number numero numéro code
"""

# What stands before a number that somebody copied, and says only that it is one.
NUMBER_LABELS = frozenset(_SAYING_NUMBER.split())

_SAYING_THE_SAME = """
aardlekschakelaar, aardlekautomaat, differentieelschakelaar, verliesstroomschakelaar
rcd, rccb, fehlerstromschutzschalter, fi-schutzschalter, residual current, interrupteur différentiel
mcb, circuit breaker, leitungsschutzschalter, ls-schalter, installatieautomaat, zekeringautomaat
rauchmelder, rauchwarnmelder
ampoule, lampe
gloeilamp, ledlamp
glühbirne, leuchtmittel, led-lampe
laadpaal, laadstation, wallbox
ladestation, ladesäule, wallbox
stekkerdoos, tafelcontactdoos, verlengdoos
wandcontactdoos, stopcontact
kabelgoot, kabelkanaal, kabelbaan
tywrap, kabelbinder
colson, collier, kabelbinder
lüsterklemme, klemmleiste
kroonsteen, lasklem
domino, borne de connexion
stroomtang, ampèretang
stromzange, zangenamperemeter, zangenstrommesser
bewegingsmelder, bewegingssensor, bewegingsdetector
détecteur de mouvement, détecteur de présence
energiemeter, kilowattuurmeter, kwh-meter
schroevendraaier, schroevedraaier
schraubendreher, schraubenzieher
treppenlichtzeitschalter, treppenhausautomat, treppenlichtautomat
stromstoßschalter, stromstoßrelais
fußbodenheizung, heizmatte
drievoudig, 3voudig
tweevoudig, dubbel, 2voudig
viervoudig, 4voudig
vijfvoudig, 5voudig
zweifach, 2-fach
dreifach, 3-fach
vierfach, 4-fach
fünffach, 5-fach
single pole, one pole, unipolaire, enkelpolig, eenpolig, einpolig > 1p
double pole, two pole, bipolaire, tweepolig, dubbelpolig, zweipolig > 2p
triple pole, three pole, tripolaire, driepolig, dreipolig > 3p
four pole, tétrapolaire, vierpolig > 4p
"""


def _read(line: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    typed, _, meant = line.partition(">")
    terms = tuple(term.strip() for term in typed.split(","))
    return terms, (terms if not meant else tuple(term.strip() for term in meant.split(",")))


# Who types one of the first terms means any of the second too; of a line without ``>`` they are the same.
# A line may mix languages.
SYNONYMS = tuple(_read(line) for line in _SAYING_THE_SAME.strip().splitlines())

_AS_WRITTEN = (
    "a ma ka v mv kv w mw kw va kva wh kwh ah mah hz khz mhz ghz mm2 m mm cm km l ml kg g lm k ohm kohm "
    "bar nm mbit gbit s ms min db dbm cd lx n kn pa kpa j kj var kvar uf nf m2 m3"
)

# How a unit may be written (lower case, NFKC) -> how it is indexed.
UNITS = {unit: unit for unit in _AS_WRITTEN.split()} | {
    "qmm": "mm2",
    "mm^2": "mm2",
    "sqmm": "mm2",
    "vac": "v",
    "vdc": "v",
    "volt": "v",
    "amp": "a",
    "ampere": "a",
    "ampère": "a",
    "ampères": "a",
    "watt": "w",
    "meter": "m",
    "metre": "m",
    "metres": "m",
    "mètre": "m",
    "mètres": "m",
    "ω": "ohm",
    "kω": "kohm",
    "μf": "uf",
    "°c": "c",
    "m3/h": "m3h",
    '"': "in",
    "inch": "in",
    "zoll": "in",
    "duim": "in",
    "pouce": "in",
    "pouces": "in",
    "°": "deg",
    "grad": "deg",
    "graden": "deg",
    "degree": "deg",
    "degrees": "deg",
    "degré": "deg",
    "degrés": "deg",
    "degre": "deg",
    "degres": "deg",
    "st": "pc",
    "stk": "pc",
    "stuk": "pc",
    "stuks": "pc",
    "stück": "pc",
    "stueck": "pc",
    "pc": "pc",
    "pcs": "pc",
    "piece": "pc",
    "pieces": "pc",
    "pièce": "pc",
    "pièces": "pc",
    "lux": "lx",
}
