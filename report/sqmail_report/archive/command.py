"""sqmail-archive: finished log files copied to an archive by year, and purged in time."""

from __future__ import annotations

import os
import re
import stat
import sys
from contextlib import nullcontext
from pathlib import Path

from sqmail_command import output
from sqmail_command.arguments import add_version, count, typed
from sqmail_command.parser import Parser
from sqmail_command.text import terminal
from sqmail_log import tai64n
from sqmail_log.errors import SqmailError
from sqmail_log.places import status
from sqmail_report.archive import copies
from sqmail_report.archive.folder import Shelf
from sqmail_report.archive.run import DAY, Keeper, ServiceLog
from sqmail_report.store import ways as names
from sqmail_report.store.folder import host_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from sqmail_report.store.keeping import Keeping

PROG = "sqmail-archive"
_SERVICE = re.compile(r"\w[\w.+@-]*", re.ASCII)


def main(arguments: list[str] | None = None) -> int:
    """Archive, remove, purge; return the exit status: 0, 1 where something failed, 2 for wrong usage."""
    folder: object = ""
    try:
        made = parser()
        options = made.parse_args(arguments)
        _check(made, options)
        folder = options.folder
        now = tai64n.now()
        keeper = Keeper(
            shelf=Shelf(options.folder),
            method=options.compress,
            state_dirs=tuple(options.state_dir),
            cutoff=None if options.purge_after is None else now - options.purge_after * DAY,
            dry=options.dry_run,
            keeping=_keeping(options),
            copied=not options.no_copies,
            say=_say if options.verbose or options.dry_run else _say_nothing,
            complain=_complain,
            now=now,
        )
        with nullcontext() if keeper.dry else keeper.shelf.alone():
            if options.rotate:
                for log in options.log:
                    keeper.rotate(log)
            for log in options.log:
                keeper.archive(log, remove=options.remove)
            if options.daily_report:
                _report(options, keeper)
            keeper.purge()
        if sys.stdout is not None:
            sys.stdout.flush()
    except SqmailError as error:
        _complain(str(error))
        return output.FAILED
    except BrokenPipeError:
        # Whoever reads what is printed has gone; the interpreter is not to complain of that at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return output.FAILED
    except OSError as error:
        _complain(f"{error.filename or folder}: {error.strerror or error}")
        return output.FAILED
    except KeyboardInterrupt:
        _complain("interrupted; what it was copying will be copied by the next run")
        return output.INTERRUPTED
    return output.FAILED if keeper.failed else output.DONE


def _keeping(options: Namespace) -> Keeping | None:
    """Return what keeps the event store, None where none was asked for."""
    if options.store is None:
        return None
    from sqmail_report.store.keeping import Keeping  # noqa: PLC0415 - most archives are without

    return Keeping(options.store, options.host, options.addresses, options.key_file)


def _report(options: Namespace, keeper: Keeper) -> None:
    """Have sqmail-report mail the report of yesterday, from the archive: all its lines are there by now."""
    from sqmail_report import cli  # noqa: PLC0415 - most runs mail nothing

    recent = tai64n.now() - 2 * DAY
    folders = [folder for log in options.log for folder in keeper.shelf.folders(log.service, recent)]
    if keeper.dry:
        keeper.say(f"would mail yesterday's report to {', '.join(options.daily_report)}")
        return
    if not folders:
        keeper.complain(f"{options.folder}: nothing in it to report on")
        return
    arguments = ["daily", "--quiet"]
    for folder in folders:
        arguments += ["--log", str(folder)]
    for address in options.daily_report:
        arguments += ["--mail-to", address]
    if options.rrd is not None:
        arguments += ["--rrd", options.rrd]
    if options.sendmail is not None:
        arguments += ["--sendmail", options.sendmail]
    done = cli.main(arguments)
    if done == output.INTERRUPTED:
        raise KeyboardInterrupt
    if done != output.DONE:
        keeper.failed = True


def parser() -> Parser:
    """Return the command line's parser."""
    made = Parser(
        prog=PROG,
        usage="%(prog)s --log [NAME=]DIR... [options] FOLDER",
        description="Copy the finished files of logs to FOLDER/YEAR/NAME, each once, and purge them in time.",
        epilog="Nothing is printed where all went well; -v prints what was done.",
        allow_abbrev=False,
    )
    made.add_argument("folder", metavar="FOLDER", type=Path, help="the archive")
    made.add_argument(
        "--log",
        action="append",
        default=[],
        type=typed(_log),
        metavar="[NAME=]DIR",
        help="directory of multilog, s6-log or svlogd, and its name there (default: its last part)",
    )
    made.add_argument(
        "--compress",
        choices=tuple(copies.SUFFIXES),
        default="gzip",
        help="how copies are stored (default: gzip)",
    )
    made.add_argument(
        "--remove", action="store_true", help="remove a file once its copy is known to be whole"
    )
    made.add_argument(
        "--state-dir",
        action="append",
        default=[],
        type=typed(_directory),
        metavar="DIR",
        help="remove nothing that a check which keeps its state here has not read yet; repeatable",
    )
    made.add_argument(
        "--purge-after",
        type=typed(count),
        metavar="DAYS",
        help="remove copies of files that were closed so many days ago, and archive none as old",
    )
    made.add_argument(
        "--rotate",
        action="store_true",
        help="first have each log's logger close the file it is writing (ALRM)",
    )
    made.add_argument(
        "--daily-report",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="mail yesterday's report of these logs (sqmail-report daily); needs --rotate; repeatable",
    )
    made.add_argument("--rrd", metavar="TREE", help="put the day's pictures into it, from this tree of RRD files")
    made.add_argument("--sendmail", metavar="PATH", help="command to mail it with (default: sendmail)")
    made.add_argument("--store", metavar="STORE", type=Path, help="also bring the logs into this event store")
    made.add_argument("--no-copies", action="store_true", help="keep the store alone, and copy no files")
    made.add_argument(
        "--host", type=typed(host_name), metavar="NAME", help="the host's name in the store (default: this host's)"
    )
    made.add_argument(
        "--addresses",
        choices=names.WAYS,
        default=names.PLAIN,
        help="addresses, users and clients in the store as they are, masked, or as pseudonyms (default: plain)",
    )
    made.add_argument("--key-file", metavar="FILE", help="key for the pseudonyms; needed for --addresses keyed")
    made.add_argument(
        "-n", "--dry-run", action="store_true", help="change nothing, print what would be done"
    )
    made.add_argument("-v", "--verbose", action="store_true", help="print what is done")
    add_version(made)
    return made


def _check(made: Parser, options: Namespace) -> None:
    """Refuse options that contradict each other."""
    if not options.log and options.purge_after is None:
        made.error("give a --log to archive, or --purge-after")
    if options.daily_report and not (options.log and options.rotate):
        made.error("--daily-report needs --log and --rotate: yesterday's last lines are still in `current`")
    if options.no_copies and options.store is None:
        made.error("--no-copies needs --store, or nothing would be kept")
    if options.no_copies and options.daily_report:
        made.error("--daily-report is made of the copies that --no-copies leaves out")
    if (options.addresses == names.KEYED) != (options.key_file is not None):
        made.error("--addresses keyed and --key-file belong together")
    services = [log.service for log in options.log]
    for service in services:
        if services.count(service) > 1:
            made.error(f"--log: two logs would be archived as {service}; give one another name, NAME=DIR")


def _log(text: str) -> ServiceLog:
    """Parse `[NAME=]DIR`; raise ValueError."""
    name, equals, path = text.partition("=")
    if not equals or "/" in name:
        name, path = "", text
    directory = Path(_directory(path))
    service = name or directory.resolve().name
    if not _SERVICE.fullmatch(service):
        raise ValueError(f"{service!r} is no name for a folder; give another one, NAME=DIR")
    return ServiceLog(service, directory)


def _directory(text: str) -> str:
    """Parse the path of a directory; raise ValueError, and LogError where it cannot be looked at."""
    found = status(text)
    if found is None or not stat.S_ISDIR(found.st_mode):
        raise ValueError(f"{text!r} is no directory")
    return text


def _say(message: str) -> None:
    print(terminal(message))


def _say_nothing(_: str) -> None:
    pass


def _complain(message: str) -> None:
    output.complain(PROG, message)


if __name__ == "__main__":
    sys.exit(main())
