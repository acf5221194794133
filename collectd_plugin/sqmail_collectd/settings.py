"""One <Module sqmail_collectd> block: its options, read and judged."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqmail_log.errors import LogError, SqmailError
from sqmail_log.files.cursor import JOURNAL
from sqmail_log.stamps.dates import zone_of
from sqmail_log.tai64n import MULTILOG_OFFSET
from sqmail_log.units import Seconds

STATE_DIR = "/var/lib/collectd/sqmail"
_DAY = 86400.0
_CENTURY = 36525 * _DAY
RRDTOOL = "rrdtool"
RRDCACHED = "rrdcached"
NETWORK = "network"
BY_NAME = (RRDTOOL, RRDCACHED, NETWORK)
"""The daemon's plugins that take values at once and in order, asked for by name."""
DISPATCH = "dispatch"
"""What WriteTo says for all others: they get the past as they get the present."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}")


class SettingsError(SqmailError):
    """A block that cannot be used; the text is one line that says why."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What is read, and how often.

    `history` is how far back the first run goes and `interval` the pause
    between two looks, in seconds.  `data_dir` is where collectd's rrdtool
    plugin writes, None for the usual places; `host` the name that the values
    bear, None for the daemon's own.  `tai_offset` is how many seconds the
    log's stamps are ahead of Unix time, `zone` the time zone of dates that name
    none, '' for the machine's.  `write_to` names the daemon's plugins that take
    the past, () where others take it as any plugin's values; None leaves it to
    this plugin to find out.
    """

    instance: str
    log: str
    queue: str | None = None
    state_dir: str = STATE_DIR
    data_dir: str | None = None
    host: str | None = None
    history: float = _DAY
    interval: float = 60.0
    tai_offset: Seconds = MULTILOG_OFFSET
    zone: str = ""
    write_to: tuple[str, ...] | None = None


def read(block: Any) -> tuple[Settings, list[str]]:
    """Return the settings of a block, and a warning for each option that means nothing here.

    `block` is a collectd.Config.  Raises SettingsError.
    """
    given: dict[str, Any] = {}
    warnings = []
    for option in block.children:
        key = str(option.key)
        reader = _OPTIONS.get(key.lower())
        if reader is None:
            warnings.append(f"{key} is no option here and left out; there are {', '.join(_SPELLING)}")
            continue
        field, convert = reader
        if field in given:
            raise SettingsError(f"{key} is there twice; each log has a <Module> block of its own")
        if field == "write_to":
            given[field] = _takers(key, option.values)
            continue
        if len(option.values) != 1:
            raise SettingsError(f"{key} takes one value, not {len(option.values)}")
        given[field] = convert(key, option.values[0])
    for field in ("instance", "log"):
        if field not in given:
            raise SettingsError(f"{field.capitalize()} is missing in a <Module sqmail_collectd> block")
    return Settings(**given), warnings


def _name(key: str, value: object) -> str:
    text = _text(key, value)
    if not _NAME.fullmatch(text):
        raise SettingsError(
            f"{key} {text!a} becomes part of file names: "
            "up to 63 letters, digits, '_', '.' and '-', the first a letter, digit or '_'"
        )
    return text


def _path(key: str, value: object) -> str:
    text = _text(key, value)
    if not text.startswith("/"):
        raise SettingsError(f"{key} {text!a} has to begin with /: the daemon changes its directory")
    return text


def _log(key: str, value: object) -> str:
    text = _text(key, value)
    return text if text.startswith(JOURNAL) else _path(key, text)


def _text(key: str, value: object) -> str:
    if isinstance(value, bytes):
        return os.fsdecode(value)  # the daemon hands over what is not UTF-8 like this
    if not isinstance(value, str):
        raise SettingsError(f"{key} takes a text in quotes")
    return value


def _seconds(key: str, value: object) -> float:
    return _number(key, value, 0.0)


def _pause(key: str, value: object) -> float:
    return _number(key, value, 0.01)


def _number(key: str, value: object, least: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= _CENTURY:
        raise SettingsError(f"{key} takes a number of seconds without quotes, from {least:g} to {_CENTURY:g}")
    return float(value)


def _offset(key: str, value: object) -> Seconds:
    number = _number(key, value, 0.0)
    if not number.is_integer():
        raise SettingsError(f"{key} takes whole seconds: 10 for multilog and svlogd, 37 for s6-log")
    return Seconds(number)


def _takers(key: str, values: Sequence[object]) -> tuple[str, ...]:
    names = tuple(_taker(key, value) for value in values)
    if not names or (DISPATCH in names and len(names) > 1):
        raise SettingsError(f'{key} takes one or more of {_in_quotes(BY_NAME)}, or "{DISPATCH}" alone')
    return () if names == (DISPATCH,) else names


def _taker(key: str, value: object) -> str:
    text = _text(key, value)
    if text not in {*BY_NAME, DISPATCH}:
        raise SettingsError(
            f'{key} {text!a} takes no values by name; those that do are {_in_quotes(BY_NAME)}, '
            f'and "{DISPATCH}" means all others'
        )
    return text


def _in_quotes(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _zone(key: str, value: object) -> str:
    text = _text(key, value)
    try:
        zone_of(text)
    except LogError as error:
        raise SettingsError(f"{key}: {error}") from error
    return text


_SPELLING = {
    "Instance": _name,
    "Host": _name,
    "Log": _log,
    "Queue": _path,
    "StateDir": _path,
    "DataDir": _path,
    "History": _seconds,
    "Interval": _pause,
    "TaiOffset": _offset,
    "TimeZone": _zone,
    "WriteTo": _taker,
}
_FIELDS = {
    "StateDir": "state_dir",
    "DataDir": "data_dir",
    "TaiOffset": "tai_offset",
    "TimeZone": "zone",
    "WriteTo": "write_to",
}
_OPTIONS = {
    name.lower(): (_FIELDS.get(name, name.lower()), convert) for name, convert in _SPELLING.items()
}
