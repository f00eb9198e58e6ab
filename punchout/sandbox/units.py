"""Which units the played systems know, by system: what an administrator there has set up."""

# What the Customizing of these two systems (T006I) maps from ISO codes; any other unit loses its line.
# fmt: off
SAP_UNITS = frozenset({
    "ANN", "BG", "BO", "BX", "C62", "CA", "CLT", "CMT", "CN", "CS", "CT", "DAY", "DZN", "EA", "GRM", "GRO",
    "HLT", "HUR", "KGM", "KMT", "KWH", "LE", "LTR", "MGM", "MIN", "MLT", "MMT", "MON", "MTK", "MTQ", "MTR",
    "NAR", "PA", "PCE", "PF", "PK", "PR", "RD", "RL", "RO", "SET", "ST", "TNE", "TU", "WEE",
})
# Units that a buyer's administrator has usually created; any other stops the line at import.
COUPA_UNITS = frozenset({
    "BX", "C62", "CT", "DZN", "EA", "H87", "HUR", "KGM", "LTR", "MTR", "PCE", "PK", "PR", "RL", "RO", "SET",
})
# The code list of IDS-Connect, and the packagings that a trade ERP has usually been taught.
IDS_UNITS = frozenset({
    "CMQ", "CMK", "CMT", "DZN", "GRM", "HLT", "KGM", "KTM", "LTR", "MMT", "MTK", "MTQ", "MTR", "PR", "PCE",
    "SET", "TNE", "RO", "PK", "BX",
})
# As with Coupa: an administrator maps every unit that may come.
ORACLE_UNITS = COUPA_UNITS
# What a JAGGAER site maps from; what is missing becomes a piece.
JAGGAER_UNITS = COUPA_UNITS - {"PCE", "H87", "C62"}
DYNAMICS_UNITS = COUPA_UNITS
# UN/CEFACT Rec 20 and, with an X in front, Rec 21: what Peppol's code list allows, as far as a shop needs it.
PEPPOL_UNITS = frozenset({
    "C62", "H87", "EA", "MTR", "CMT", "MMT", "KMT", "MTK", "MTQ", "KGM", "GRM", "TNE", "LTR", "MLT", "HUR",
    "DAY", "SET", "PR", "DZN", "KTM", "XRO", "XPK", "XBX", "XCT", "XBG", "XRL", "XPA", "XCA", "XBO",
})
CEBEO_UNITS = frozenset({"PCE", "MTR"})
# fmt: on
