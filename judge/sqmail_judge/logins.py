"""Whether passwords are guessed."""

from __future__ import annotations

from sqmail_judge.finding import CRITICAL, WARNING, Finding, counted, span
from sqmail_log.figures.sums import LOGIN, OTHERS
from sqmail_log.units import MINUTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqmail_log.figures.sums import Sums
    from sqmail_log.units import Nanoseconds

FAILED_WARNING = 100
FAILED_CRITICAL = 500
"""Failed logins in a window of a quarter of an hour."""


def judge(of: Sums, window: Nanoseconds) -> Iterator[Finding]:
    """Yield that very many logins fail."""
    failed = of.numbers.get("auth_reject", 0)
    if failed <= FAILED_WARNING:
        return
    state = CRITICAL if failed > FAILED_CRITICAL else WARNING
    minutes = int(window // MINUTE)
    words = f"{counted(failed, 'login')} failed in {span(minutes)}{whence(of, failed)}"
    step = "block the network if it is none of yours; see sqmail-report sessions --show-users for the names tried"
    yield Finding("guessing", state, words, step=step, minutes=minutes, count=failed)


def whence(of: Sums, failed: int) -> str:
    """Return the network that most failed logins came from, or how many networks there were; '' for none."""
    networks = of.top(LOGIN)
    if not networks:
        return ""
    network, times = networks[0]
    if 2 * times > failed and network != OTHERS:
        return f", {times} from {network}"
    known = sum(1 for name, _ in networks if name != OTHERS)
    return f", from {known}{' or more' if len(networks) > known else ''} networks"
