"""Why deliveries ended as they did: by cause, or by the report's own text."""

from __future__ import annotations

from sqmail_log.answers.whose import whose
from sqmail_log.figures.sums import Cause
from sqmail_log.lines.events import SUCCESS
from sqmail_report.tables.bounded import REST, note
from sqmail_report.tables.table import Column, Content, Layout, Table, count, seconds, text
from sqmail_report.tables.words import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_report.messages.totals import Totals
    from sqmail_report.tables.table import Row


def _layout(name: str, title: str, *columns: Column) -> Layout:
    figures = (
        count("del", "attempts that ended so", words="attempts"),
        seconds("xdelay", "seconds that these took", words="time"),
    )
    return Layout(name, title, (*figures, *columns), order=columns[0].name, weight="del")


_CAUSE = text("cause", "what the report says, reduced to one of a few dozen causes")
_MORE = (
    text(
        "whose",
        "whose trouble that is: `us`, `recipient`, `them`, `us or them`, `network`, `sender`, `nobody`, `unknown`",
        words="whose trouble",
    ),
    text("named", "the block list, check (SPF, DKIM, DMARC) or provider that the answers name"),
    text("stage", "where in the dialog the answers came: greeting, HELO, MAIL, RCPT, DATA, end of DATA", words="at"),
)
_REPORT = text("reason", "the report's own text, `_` shown as a blank", Content.REPORT, words="report")

_NAMES = ("successes", "failures", "deferrals")
_TITLES = ("Reasons for success", "Reasons for failure", "Reasons for deferral")
CAUSES = tuple(
    _layout(name, title, _CAUSE, *(_MORE if result != SUCCESS else ()))
    for result, (name, title) in enumerate(zip(_NAMES, _TITLES, strict=True))
)
REASONS = tuple(_layout(name, title, _REPORT) for name, title in zip(_NAMES, _TITLES, strict=True))


def reasons(totals: Totals, result: int) -> Table:
    """Return why deliveries ended as they did, by cause, or by report where `totals.verbatim` is set."""
    if totals.verbatim:
        texts = sorted(totals.texts[result].items())
        rows: list[Row] = [(row.deliveries, row.xdelay, shown(report)) for report, row in texts]
        other = totals.others[result]
        rest = (other.deliveries, other.xdelay, REST) if other.deliveries else None
        missed = totals.missed.get("reasons", 0) if rest else 0
        return Table(REASONS[result], rows, note(missed, "deliveries"), rest=rest)
    if result == SUCCESS:
        ways = sorted(totals.causes[result].items())
        return Table(CAUSES[result], [(row.deliveries, row.xdelay, way) for way, row in ways])
    return Table(CAUSES[result], _by_cause(totals, result))


def _by_cause(totals: Totals, result: int) -> list[Row]:
    """Return a row for each cause and what it names, with all stages where it came."""
    deliveries: dict[tuple[str, str], int] = {}
    xdelays: dict[tuple[str, str], float] = {}
    stages: dict[tuple[str, str], set[str]] = {}
    for coded, row in totals.causes[result].items():
        cause = Cause.decoded(coded)
        key = cause.text, cause.named
        deliveries[key] = deliveries.get(key, 0) + row.deliveries
        xdelays[key] = xdelays.get(key, 0.0) + row.xdelay
        stages.setdefault(key, set()).add(cause.stage)
    return [
        (
            deliveries[key],
            xdelays[key],
            key[0],
            whose(key[0]),
            key[1] or None,
            ", ".join(sorted(stages[key] - {""})) or None,
        )
        for key in sorted(deliveries)
    ]
