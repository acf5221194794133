"""The option --jobs: how many processes share the work."""

import argparse
import os

__all__ = ["add_argument"]


def add_argument(parser: argparse.ArgumentParser, what: str) -> None:
    """Add --jobs, whose help says `what` is done with N processes; the default is one for each core."""
    parser.add_argument(
        "--jobs",
        type=_count,
        default=len(os.sched_getaffinity(0)),
        metavar="N",
        help=f"{what} with N processes (default: one for each core)",
    )


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 1000):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes")
    return int(text)
