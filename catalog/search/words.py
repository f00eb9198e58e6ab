"""The tables of the tokeniser: words that say nothing, words that say the same, ways to write a unit."""

_SAYING_NOTHING = """
the of for with and or in on to a an
de het een voor met en of van in op te
le la les un une des du pour avec et ou en au aux sur l d
der die das ein eine fur mit und oder von im am zu
"""

# Left out of queries as long as another word remains.
STOP_WORDS = frozenset(_SAYING_NOTHING.split())

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
"""

# Who types one term of a line means the others too; a line may mix languages.
SYNONYMS = tuple(
    tuple(term.strip() for term in line.split(",")) for line in _SAYING_THE_SAME.strip().splitlines()
)

_AS_WRITTEN = (
    "a ma ka v mv kv w mw kw va kva wh kwh ah mah hz khz mhz ghz mm2 m mm cm km l ml kg g lm k ohm kohm "
    "bar nm mbit gbit s ms min db dbm cd lx n kn pa kpa j kj var kvar uf nf"
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
}
