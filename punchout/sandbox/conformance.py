"""What a procurement system would have done to a received cart, line by line, as a document to hand over.

The verdict of a line is its worst remark: not transferred, transferred with changes, or as it was sent.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from punchout.sandbox.dialects import System
from punchout.sandbox.expectations import Expectation, expectations_of
from punchout.sandbox.models import SandboxRun
from punchout.sandbox.presentation import SEVERITY_LABELS, Row, Sheet, sheet_of
from punchout.sandbox.received import Line, ReceivedCart, Remark, Severity

# What a report is marked with; ``conforms`` allows remarks that are only notes.
Verdict = Literal["conforms", "deviates", "changed", "lost"]
VERDICTS: Mapping[Verdict, Promise] = MappingProxyType(
    {
        "conforms": _("Taken over as sent"),
        "deviates": _("Taken over, against the specification"),
        "changed": _("Taken over with changes"),
        "lost": _("Not taken over"),
    }
)
_BY_SEVERITY: Mapping[Severity, Verdict] = MappingProxyType(
    {"lost": "lost", "converted": "changed", "cut": "changed", "wrong": "deviates", "note": "conforms"}
)
# Beside a number of them.
COUNTED: Mapping[Severity, Promise] = MappingProxyType({**SEVERITY_LABELS, "note": _("Notes")})
_WORST_FIRST: tuple[Verdict, ...] = ("lost", "changed", "deviates", "conforms")
# Outcomes in which nothing is left of the cart.
_NOTHING = frozenset({"refused", "unreadable"})
LONGEST_VALUE = 300


@dataclass(frozen=True, kw_only=True)
class LineReport:
    """One line of the cart with what becomes of it."""

    row: Row
    verdict: Verdict
    remarks: tuple[Remark, ...]

    @property
    def line(self) -> Line:
        return self.row.line

    @property
    def verdict_text(self) -> Promise:
        return VERDICTS[self.verdict]

    @property
    def findings(self) -> list[tuple[Remark, Promise]]:
        """The remarks with the name of their severity, worst first."""
        order = list(_BY_SEVERITY)
        ranked = sorted(self.remarks, key=lambda remark: order.index(remark.severity))
        return [(remark, SEVERITY_LABELS[remark.severity]) for remark in ranked]


@dataclass(frozen=True, kw_only=True)
class Report:
    """A whole report; ``counts`` says how many remarks of each severity there are."""

    run: SandboxRun
    system: System
    cart: ReceivedCart
    sheet: Sheet
    verdict: Verdict
    lines: tuple[LineReport, ...]
    remarks: tuple[Remark, ...]
    counts: Mapping[Severity, int]
    expectations: tuple[Expectation, ...]
    size: int
    sha256: str

    @property
    def verdict_text(self) -> Promise:
        return VERDICTS[self.verdict]

    @property
    def findings(self) -> list[tuple[Remark, Promise]]:
        return [(remark, SEVERITY_LABELS[remark.severity]) for remark in self.remarks]

    @property
    def counted(self) -> list[tuple[Severity, Promise, int]]:
        """Every severity with its name and number, worst first, also those that did not occur."""
        return [(severity, COUNTED[severity], self.counts[severity]) for severity in _BY_SEVERITY]


def report_on(run: SandboxRun, system: System, cart: ReceivedCart) -> Report:
    """The report on the cart that this run received."""
    sheet = sheet_of(cart)
    lines = tuple(
        LineReport(row=row, verdict=_verdict(row.line.remarks), remarks=row.line.remarks)
        for row in sheet.rows
    )
    verdict = _worst([_verdict(cart.remarks), *(line.verdict for line in lines)])
    body = bytes(run.received_body or b"") or run.response_text.encode()
    counts = Counter(remark.severity for remark in cart.all_remarks)
    return Report(
        run=run,
        system=system,
        cart=cart,
        sheet=sheet,
        verdict="lost" if cart.outcome in _NOTHING else verdict,
        lines=lines,
        remarks=cart.remarks,
        counts=MappingProxyType({severity: counts[severity] for severity in _BY_SEVERITY}),
        expectations=expectations_of(system),
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
    )


def as_json(report: Report) -> dict[str, Any]:
    """The report for a program; keys are English whatever the reader's language, texts are in his."""
    cart, run = report.cart, report.run
    return {
        "system": {
            "slug": report.system.slug,
            "name": report.system.name,
            "protocol": report.system.protocol_label,
            "sources": str(report.system.sources),
            "unconfirmed": [str(doubt) for doubt in report.system.doubts],
        },
        "run": {
            "id": run.public_id,
            "operation": run.operation,
            "function": run.state.get("call", {}).get("function", ""),
            "received_at": timezone.localtime(run.received_at).isoformat() if run.received_at else None,
        },
        "message": {
            "outcome": cart.outcome,
            **({} if cart.ordered is None else {"ordered": cart.ordered, "order_number": cart.order_number}),
            "encoding": cart.encoding,
            "bytes": report.size,
            "sha256": report.sha256,
            "currency": report.sheet.currency,
            "total_taken_over": str(cart.total),
            "total_stated": None if cart.stated_total is None else str(cart.stated_total),
        },
        "verdict": report.verdict,
        "counts": dict(report.counts),
        "expectations": [{"about": rule.about, "rule": rule.rule} for rule in report.expectations],
        "remarks": [_remark(remark) for remark in report.remarks],
        "lines": [
            {
                "number": entry.line.number,
                "article": entry.line.part_id,
                "description": entry.line.description,
                "quantity": None if entry.line.quantity is None else str(entry.line.quantity),
                "unit": entry.line.unit,
                "price": None if entry.line.price is None else str(entry.line.price),
                "price_unit": str(entry.line.price_unit),
                "verdict": entry.verdict,
                "remarks": [_remark(remark) for remark in entry.remarks],
            }
            for entry in report.lines
        ],
    }


def _remark(remark: Remark) -> dict[str, str]:
    return {
        "severity": remark.severity,
        "field": remark.field,
        "text": remark.text,
        "sent": remark.sent[:LONGEST_VALUE],
        "kept": remark.kept[:LONGEST_VALUE],
    }


def _verdict(remarks: tuple[Remark, ...]) -> Verdict:
    return _worst([_BY_SEVERITY[remark.severity] for remark in remarks])


def _worst(verdicts: list[Verdict]) -> Verdict:
    return next((verdict for verdict in _WORST_FIRST if verdict in verdicts), "conforms")
