"""The programs measured beside ours: how to run each over a log, and what it answers."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Command

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.datasets import Dataset

PROGRAMS = Path(__file__).with_name("programs")
_SEND_FLAGS = "1 2 3 4 5 6"
_SMTPD_FLAGS = "a b c d e f g h i j z"
_WHOLE_LOG = "1000000"  # minutes that qmail-mrtg looks back
_ALL_FLAGS = 'for flag in $2; do "$0" -$flag $3 < "$1" || exit 1; done'
_ANALOG = '"$0" < "$3" | "$1" 5>/dev/null | "$2"'

# Processor seconds for 100 MB on one machine, whose mawk took the last: for estimates where
# the C programs themselves are not installed.
PUBLISHED = {
    "send": ("qmail-mrtg, all 6 flags", 1.88 / 0.543),
    "smtpd": ("qmail-mrtg, all 11 flags", 4.87 / 0.380),
    "report": ("tai64nfrac | matchup | zoverall", 4.1 / 0.543),
}


@dataclass(frozen=True, slots=True)
class Tools:
    """Where programs are that no distribution packages; None where no path was given."""

    qmail_mrtg: str | None = None
    tai64nfrac: str | None = None
    matchup: str | None = None
    zoverall: str | None = None
    check_logfiles: str | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """A program over one log, ours or a peer; without a command, ``missing`` says what to do.

    ``answers`` reads the counts off its output, under the names of the truth's counts.
    """

    name: str
    command: Command | None
    missing: str = ""
    answers: Callable[[str], dict[str, int]] | None = None

    def disagreement(self, output: str, dataset: Dataset) -> str:
        """Say what was counted wrongly, or nothing."""
        if self.answers is None:
            return ""
        truth = dataset.counts()
        try:
            told = self.answers(output)
        except (ValueError, KeyError, IndexError):
            return "something that is not an answer"
        wrong = [f"{name} {n} for {truth.get(name, 0)}" for name, n in told.items() if n != truth.get(name, 0)]
        return "; ".join(wrong[:3])


def _packaged(name: str, argv: tuple[str, ...], answers: Callable[[str], dict[str, int]] | None) -> Program:
    program = shutil.which(argv[0])
    if program is None:
        return Program(name, None, f"apt install {argv[0]}")
    return Program(name, Command(name, (program, *argv[1:])), answers=answers)


def _built(name: str, argv: tuple[str | None, ...], option: str) -> Program:
    given = tuple(part for part in argv if part is not None)
    if len(given) < len(argv):
        return Program(name, None, f"give {option}")
    return Program(name, Command(name, given))


def _names_and_numbers(output: str) -> dict[str, int]:
    pairs = (line.rpartition(" ") for line in output.splitlines())
    return {name: int(number) for name, _, number in pairs}


def _first_number(name: str) -> Callable[[str], dict[str, int]]:
    return lambda output: {name: int(output.split()[0])}


def _mtail_send(output: str) -> dict[str, int]:
    values = _mtail_values(output)
    names = {
        "new": "new",
        "info_bytes": "info_bytes",
        "starts local": "start_local",
        "starts remote": "start_remote",
        "deliveries success": "success",
        "deliveries failure": "failure",
        "deliveries deferral": "deferral",
        "queue_events end msg": "end",
        "queue_events bounce msg": "bounce",
    }
    return {ours: values.get(theirs, 0) for theirs, ours in names.items()}


def _mtail_smtpd(output: str) -> dict[str, int]:
    values = _mtail_values(output)
    names = {"words ok": "ok", "words deny": "deny", "rbl greetdelay:": "greetdelay", "esmtps": "esmtps"}
    return {ours: values.get(theirs, 0) for theirs, ours in names.items()}


def _mtail_values(output: str) -> dict[str, int]:
    return {
        " ".join([metric["Name"], *entry.get("Labels", [])]): entry["Value"]["Value"]
        for metrics in json.loads(output).values()
        for metric in metrics
        for entry in metric.get("LabelValues") or []
    }


def counting(kind: str, dataset: Dataset, tools: Tools, scratch: Path) -> list[Program]:
    """List the programs that count what the checks answer, over the whole of ``current``."""
    log = str(dataset.current)
    awk = str(PROGRAMS / f"{kind}.awk")
    pattern, counted = (" end msg ", "end") if kind == "send" else (": greetdelay: ", "greetdelay")
    flags = _SEND_FLAGS if kind == "send" else _SMTPD_FLAGS
    mtail = ("mtail", "--one_shot", "--one_shot_format=json", f"--log_dir={scratch}",
             "--progs", str(PROGRAMS / f"{kind}.mtail"), "--logs", log)  # fmt: skip
    return [
        _packaged("wc -l", ("wc", "-l", log), _first_number("lines")),
        _packaged("grep -c, one pattern", ("grep", "-a", "-c", "-F", pattern, log), _first_number(counted)),
        _packaged("mawk", ("mawk", "-f", awk, log), _names_and_numbers),
        _packaged("gawk", ("gawk", "-f", awk, log), _names_and_numbers),
        _packaged("mtail --one_shot", mtail, _mtail_send if kind == "send" else _mtail_smtpd),
        _built(
            f"qmail-mrtg, all {len(flags.split())} flags",
            ("/bin/sh", "-c", _ALL_FLAGS, tools.qmail_mrtg, log, flags, _WHOLE_LOG),
            "--qmail-mrtg PATH",
        ),
        check_logfiles("all lines", kind, dataset, tools, scratch, cold=True),
    ]


def analysing(dataset: Dataset, tools: Tools) -> list[Program]:
    """List the programs that tell what the report tells, over the whole of ``current``."""
    log = str(dataset.current)
    programs = (tools.tai64nfrac, tools.matchup, tools.zoverall)
    return [
        _built(
            "tai64nfrac | matchup | zoverall",
            ("/bin/sh", "-c", _ANALOG, *programs, log),
            "--tai64nfrac, --matchup and --zoverall PATH",
        ),
        _packaged("mawk", ("mawk", "-f", str(PROGRAMS / "send.awk"), log), _names_and_numbers),
    ]


def hello_world(python: str = sys.executable) -> Program:
    """Return a nagiosplugin check that does nothing, run by the given interpreter."""
    name = "nagiosplugin hello-world"
    return Program(name, Command(name, (python, str(PROGRAMS.parent / "hello_world.py"))))


def check_log(dataset: Dataset, scratch: Path) -> Program:
    """Return monitoring-plugins' check_log; it remembers the log by a copy in ``scratch``."""
    name = "check_log"
    program = shutil.which("check_log", path="/usr/lib/nagios/plugins:/usr/lib64/nagios/plugins")
    if program is None:
        return Program(name, None, "apt install monitoring-plugins-basic")
    argv = (program, "-F", str(dataset.current), "-O", str(scratch / "check_log.old"), "-q", ": failure: ")
    return Program(name, Command(name, argv, accepts=(0, 2)))


def check_logfiles(what: str, kind: str, dataset: Dataset, tools: Tools, scratch: Path, *, cold: bool) -> Program:
    """Return check_logfiles with five patterns; ``cold`` makes it forget what it has seen."""
    name = f"check_logfiles, {what}"
    if tools.check_logfiles is None:
        return Program(name, None, "give --check-logfiles PATH")
    seen = scratch / f"check_logfiles-{kind}-{'cold' if cold else 'idle'}"
    patterns = {
        "send": (
            " delivery .*: failure: ",
            " delivery .*: deferral: ",
            " triple bounce: ",
            " warning: ",
            " alert: ",
        ),
        "smtpd": (" Reject::RCPT::", " Reject::ORIG::", " Reject::SNDR::", " Reject::AUTH::", ": deny "),
    }
    quoted = ", ".join(f"'{pattern}'" for pattern in patterns[kind])
    configuration = scratch / f"{seen.name}.cfg"
    configuration.write_text(
        f"$seekfilesdir = '{seen}';\n@searches = ({{ tag => 'qmail', logfile => '{dataset.current}',"
        f" rotation => 'QMAIL', criticalpatterns => [{quoted}],"
        " options => 'noprotocol,nocase,allyoucaneat' });\n"
    )

    def forget() -> None:
        shutil.rmtree(seen, ignore_errors=True)
        seen.mkdir()

    forget()
    argv = (tools.check_logfiles, "-f", str(configuration))
    prepare = forget if cold else None
    return Program(name, Command(name, argv, accepts=(0, 1, 2), prepare=prepare))
