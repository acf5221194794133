"""Answers of remote hosts as qmail-remote logs them, and the files of labelled ones."""

from pathlib import Path

from sqmail_log.answers.reply import STAGES

HEADS = {stage: head for head, stage in STAGES}
SIDES = {"us", "recipient", "them"}


def labelled(path: Path) -> list[tuple[str, ...]]:
    """Return the rows of a file: stage, answer, cause, whose trouble it is, and in some files what is named."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if not line.startswith("#")]


def logged(answer: str) -> bytes:
    """Return an answer as qmail-remote logs it: blanks as `_`, what is not printable as `?`, lines parted by `/`."""
    text = bytes(byte if 33 <= byte < 127 else ord("_") if byte == 32 else ord("?") for byte in answer.encode())
    return text.replace(b"\\n", b"/") + b"/"


def report(stage: str, answer: str) -> bytes:
    """Return qmail-remote's report of an answer at a stage of the dialog."""
    return b"192.0.2.33_" + HEADS[stage] + b"./Remote_host_said:_" + logged(answer) + b"Giving_up_on_192.0.2.33./"
