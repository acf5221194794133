"""What is judged by, as the options say it."""

from __future__ import annotations

from sqmail_checks.options import outside
from sqmail_judge import volume
from sqmail_judge.standstill.silence import lasting

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from sqmail_judge.standstill.silence import Limits


def limits(options: argparse.Namespace) -> Limits:
    """Return how long a silence may be: minutes, rounded up."""
    return lasting(options.silence_warning, options.silence_critical, learn=not options.no_learning)


def volumes(options: argparse.Namespace) -> volume.Thresholds:
    """Return how many messages are too many."""
    warning = None if options.volume_warning is None else outside(options.volume_warning)
    critical = options.volume_critical
    learn = not options.no_learning
    if critical is None:
        return volume.Thresholds(warning, learn=learn)
    return volume.Thresholds(warning, outside(critical), learn=learn)
