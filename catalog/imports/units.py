"""Units as files write them, and the UN/CEFACT Rec 20/21 codes they mean (packaging without the X).

Only what cannot mean two things stands here: ``KG`` is a keg in ETIM's list and a kilogram for everybody
else, ``CTN`` is a content ton and meant as carton. Whoever sends such words gets an alias in the profile.
"""

from collections.abc import Mapping

# Code, then the words for it, lower case and without a final dot: Dutch, French, German, English, Datanorm.
_WORDS = """
C62 pce pc pcs piece pieces ea each h87 nar stk stck stück stueck st stuk stuks pièce pièces u un unit unité
C62 unite unités pz
MTR m meter metre mètre mètres meters metres lfm lm ml mt
MTK m2 m² qm
MTQ m3 m³ cbm
KGM kilo kilogram kilogramm kilogramme
GRM g gr gram gramm gramme
LTR l ltr liter litre litres
HUR h std stunde stunden uur uren heure heures hour hours
KMT km ktm
CMT cm
MMT mm
RO rol rolle rollen roll rolls rouleau rouleaux xro
RL haspel spoel reel reels bobine spule xrl
CL ring ringe couronne couronnes coil coils xcl
PK pak pakken pck pack packs packung xpk
PA paquet paquets paket pakete packet packets xpa
BX doos box boxes boîte boite boîtes boites schachtel xbx
CT karton kartons ktn carton cartons xct
PR paar paire paires pair pairs npr
SET satz sätze sets stel jeu
BG zak sac sack bag bags beutel xbg
BE bundel bundle bund bündel botte xbe
TU tube tubes xtu
BO fles bouteille flasche bottle xbo
PF pallet palette paletten d97 px xpf xpx
DZN dozijn douzaine dutzend
"""
_ROWS = [line.split() for line in _WORDS.split("\n") if line]
# ``ktm`` is withdrawn and still in ETIM 5's own XSD. ``dozen`` is missing: boxes in Dutch, twelve in English.
ALIASES: dict[str, str] = {word: code for code, *words in _ROWS for word in words}
# Taken as they are, beside those above: ETIM's list of order units, and measures in use.
_CODES = """
DAY MIN TNE MLT CLT DMT KWH AMP VLT WTT CA CQ CR CS CY D99 DR EV NE PL PU RG SA TN WR Z2 Z3 AE BJ CG CN CU
DZP HEN KT MIL NMP PD PG
"""
CODES = frozenset(ALIASES.values()) | frozenset(_CODES.split())


def unit_code(text: str, aliases: Mapping[str, str] | None = None) -> str | None:
    """The code for a unit as it is written in a file; ``None`` when it is empty or nobody knows it.

    The profile's own aliases win over codes, codes over words.
    """
    word = text.strip()
    if not word:
        return None
    if aliases and (own := aliases.get(word) or aliases.get(word.casefold())):
        return own
    if (code := word.upper()) in CODES and (word == code or len(word) == 3):
        return code
    return ALIASES.get(word.casefold().rstrip("."))
