"""The logs of a command line, and what each is called in the tree."""

import argparse
import os

from rrd_files.errors import RrdError
from sqmail_log.files.cursor import JOURNAL
from sqmail_log.places import distinct


def named_logs(args: argparse.Namespace) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return of each log its instance, its whole path, and the folders with more of its archives.

    Logs with the same name are one, the last of them the one that is followed.  Raises RrdError for an
    --instance too many, and where a log before the last is no directory.
    """
    if len(args.instance) > len(args.log):
        raise RrdError(f"--instance {args.instance[len(args.log)]!a} has no --log to name")
    logs: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for index, given in enumerate(args.log):
        log = given if given.startswith(JOURNAL) else absolute(given)
        folder = _name_of(log)
        name = args.instance[index] if index < len(args.instance) else names.get(folder, folder)
        names.setdefault(folder, name)
        logs.setdefault(name, []).append(log)
    return [_joined(name, distinct(of_name)) for name, of_name in logs.items()]


def _joined(name: str, logs: list[str]) -> tuple[str, str, tuple[str, ...]]:
    *archives, log = logs
    for archive in archives:
        if archive.startswith(JOURNAL) or log.startswith(JOURNAL) or not os.path.isdir(archive):  # noqa: PTH112
            raise RrdError(f"{archive}: is no directory; of logs called {name} only the last may be none")
    return name, log, tuple(archives)


def _name_of(log: str) -> str:
    if log.startswith(JOURNAL):
        return log.removeprefix(JOURNAL).rpartition("=")[2].removesuffix(".service")
    return log.rpartition("/")[2]


def absolute(path: str) -> str:
    """Return the path from the root on, links kept: the last name may become the instance's."""
    return os.path.abspath(path)  # noqa: PTH100
