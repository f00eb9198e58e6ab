"""Units of ANSI X12 (data element 355), for files that say ``UNUOM: FALSE``."""

# What means something else in UN/CEFACT, or is not there at all: CA is a case here and a can there.
X12 = {
    "EA": "C62", "PC": "C62", "UN": "C62", "DZ": "DZN", "FT": "FOT", "IN": "INH", "YD": "YRD", "LB": "LBR",
    "OZ": "ONZ", "GA": "GLL", "MR": "MTR", "LM": "MTR", "CM": "CMT", "MM": "MMT", "KG": "KGM", "GR": "GRM",
    "LT": "LTR", "ML": "MLT", "SM": "MTK", "SF": "FTK", "SY": "YDK", "CF": "FTQ", "CR": "MTQ", "HR": "HUR",
    "MO": "MON", "DA": "DAY", "MJ": "MIN", "ST": "SET", "CA": "CS", "CN": "CA", "BX": "BX", "CT": "CT",
    "PK": "PK", "RL": "RL", "RO": "RO", "BG": "BG", "BO": "BO", "PR": "PR", "GS": "GRO", "HU": "CEN",
    "TH": "MIL", "DR": "DR", "TU": "TU", "RM": "RM", "PD": "PD", "SH": "ST", "KT": "KT", "MT": "TNE",
    "BD": "BE", "PL": "PF",
}  # fmt: skip
