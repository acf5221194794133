"""In how many of the labelled answers of each cause each word stands."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING

from project import ROOT
from sqmail_log.answers.reply import STAGES, Reply
from sqmail_log.answers.weights.signs import signs
from sqmail_log.answers.whose import REMOTE

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = ROOT / "parser/sqmail_log/answers/weights/counts.py"
ANSWERS = ROOT / "tests/data/answers"
_HEADS = {stage: head for head, stage in STAGES}
_LEAST = 2
"""A word of fewer answers tells nothing."""
_CHANCE = 0.05
"""A word that stood once with a cause, and in all others so much more often, stood there by chance."""
_WIDTH = 200
_BLANK = "\N{NO-BREAK SPACE}"
_HEAD = '''"""In how many labelled answers of each cause each word stood.

docs/build.py counts them in tests/data/answers.  A row is a cause, how many
answers it has, and the words, each with the number of its answers if that is
not one.
"""

from __future__ import annotations

COUNTS: tuple[tuple[str, int, str], ...] = (
'''


def counts() -> str:
    """Return the module of the counts."""
    answers: Counter[str] = Counter()
    stood = {cause: Counter[str]() for cause in REMOTE}
    for cause, reply in _labelled():
        answers[cause] += 1
        stood[cause].update(signs(reply))
    total = sum(stood.values(), Counter[str]())
    rows = []
    for cause in REMOTE:
        told = {
            sign: count
            for sign, count in stood[cause].items()
            if total[sign] >= _LEAST and (count > 1 or count >= _CHANCE * total[sign])
        }
        entries = [sign if count == 1 else f"{sign}={count}" for sign, count in sorted(told.items(), key=_order)]
        text = ", ".join(entries).replace(" ", _BLANK).replace("," + _BLANK, ", ")
        lines = "\n     ".join(textwrap.wrap(text, _WIDTH, break_on_hyphens=False)).replace(_BLANK, " ")
        rows.append(f'    ("{cause}", {answers[cause]}, """{lines}"""),\n')
    return _HEAD + "".join(rows) + ")\n"


def _order(entry: tuple[str, int]) -> tuple[int, str]:
    return -entry[1], entry[0]


def _labelled() -> Iterator[tuple[str, Reply]]:
    for path in sorted(ANSWERS.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                stage, answer, cause, *_ = line.split("\t")
                yield cause, Reply(_report(stage, answer))


def _report(stage: str, answer: str) -> bytes:
    """Return an answer as qmail-remote logs it."""
    text = bytes(byte if 33 <= byte < 127 else ord("_") if byte == 32 else ord("?") for byte in answer.encode())
    return b"192.0.2.33_" + _HEADS[stage] + b"./Remote_host_said:_" + text.replace(b"\\n", b"/") + b"/"
