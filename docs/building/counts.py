"""In how many of the labelled answers of each cause each word stands."""

from __future__ import annotations

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
_HEAD = '''"""In how many labelled answers of each cause each word stood.

docs/build.py counts them in tests/data/answers.
"""

from __future__ import annotations

ANSWERS = (
{answers})
"""How many answers each cause of `whose.REMOTE` has."""

STOOD = (
{stood})
"""Each word, and the places of causes in `whose.REMOTE`, each with the number of answers if that is not one."""
'''


def counts() -> str:
    """Return the module of the counts."""
    answers: Counter[str] = Counter()
    stood = {cause: Counter[str]() for cause in REMOTE}
    for cause, reply in _labelled():
        answers[cause] += 1
        stood[cause].update(signs(reply))
    total = sum(stood.values(), Counter[str]())
    entries = []
    for sign in sorted(sign for sign, count in total.items() if count >= _LEAST):
        told = [(place, stood[cause][sign]) for place, cause in enumerate(REMOTE)]
        told = [(place, count) for place, count in told if count > 1 or count >= _CHANCE * total[sign]]
        texts = [f"{place}*{count}" if count > 1 else f"{place}" for place, count in told if count]
        entries.append(f"{sign}:{' '.join(texts)}")
    return _HEAD.format(
        answers="".join([f"    {answers[cause]},  # {cause}\n" for cause in REMOTE]),
        stood="".join([f'    "{line}"\n' for line in _lines(entries)]),
    )


def _lines(entries: list[str]) -> Iterator[str]:
    """Return entries joined by `|`, in pieces of about one width."""
    line = ""
    for entry in entries:
        if len(line) + len(entry) > _WIDTH:
            yield line
            line = ""
        line += "|" + entry if line or entry is not entries[0] else entry
    yield line


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
