"""A check's command line, read without argparse where nothing about it is unusual.

Monitors give whole options, each with its value behind it.  To load argparse
for that would be a tenth of an idle check (benchmark: idle).
"""

from __future__ import annotations

import sys
from types import SimpleNamespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

    from sqmail_checks.plugin.usage import Usage

_PLAIN = {None, "append", "count", "store_true"}
_ALONE = {"count", "store_true"}
# argparse gives these no default.
_ASKS = {"help"}
_KNOWN = {"action", "choices", "default", "dest", "help", "metavar", "required", "type"}


class _NotPlain(Exception):  # noqa: N818 - nothing is wrong
    """Somebody else must read it."""


class CheckParser:
    """The options of a check, added as to argparse's parser.

    A command line of whole options and their values is read here.  Whatever
    else it holds (a mistake, --help, an abbreviation) makes that parser, which
    then reads all of it: `read` and argparse never differ.
    """

    def __init__(self, prog: str, **terms: Any) -> None:
        self.prog = prog
        self._terms = terms
        self._options: list[tuple[tuple[str, ...], dict[str, Any]]] = []

    def add_argument(self, *names: str, **terms: Any) -> None:
        """Add an option."""
        self._options.append((names, terms))

    def whole(self) -> Usage:
        """Return argparse's parser with the same options."""
        from sqmail_checks.plugin.usage import Usage  # noqa: PLC0415 - an idle run must not pay for argparse

        made = Usage(prog=self.prog, **self._terms)
        for names, terms in self._options:
            made.add_argument(*names, **terms)
        return made

    def parse_args(self, words: Sequence[str] | None = None, given: object | None = None) -> Any:
        """Return what a command line (the process's own) says, set in `given` where that is handed in.

        Exits with 3 where it is wrong, or asks for help.
        """
        words = sys.argv[1:] if words is None else words
        found = self.read(words)
        if found is None:
            return self.whole().parse_args(words, given)
        into = SimpleNamespace() if given is None else given
        for name, value in self._defaults().items():
            if name not in found and not hasattr(into, name):
                setattr(into, name, value)
        for name, value in found.items():
            setattr(into, name, value)
        return into

    def read(self, words: Sequence[str]) -> dict[str, Any] | None:
        """Return what each option that is there says, by its attribute; None for what argparse must read."""
        known = {name: (_attribute(names, terms), terms) for names, terms in self._options for name in names}
        found: dict[str, Any] = {}
        left = iter(words)
        try:
            for word in left:
                name, sign, value = (word, "", "") if word in known else word.partition("=")
                attribute, terms = known[name]
                action = terms.get("action")
                if action not in _PLAIN or not terms.keys() <= _KNOWN or (sign and (name[:2] != "--" or not value)):
                    return None
                if action in _ALONE:
                    if sign:
                        return None
                    found[attribute] = True if action == "store_true" else found.get(attribute, 0) + 1
                    continue
                if not sign:
                    value = next(left)
                    if value[:1] == "-":
                        return None
                one = _value(value, terms)
                found[attribute] = [*(found.get(attribute) or terms.get("default") or ()), one] if action else one
        except (KeyError, StopIteration, _NotPlain):
            return None
        if any(terms.get("required") and _attribute(names, terms) not in found for names, terms in self._options):
            return None
        return found

    def default(self, wanted: str) -> Any:
        """Return what an option says that is not given: the very object."""
        found = (terms for names, terms in self._options if _attribute(names, terms) == wanted)
        return next(found, {}).get("default")

    def _defaults(self) -> dict[str, Any]:
        return {
            _attribute(names, terms): _default(terms)
            for names, terms in self._options
            if terms.get("action") not in _ASKS
        }

    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line and exit with 3."""
        self.whole().error(message)


def _attribute(names: Sequence[str], terms: dict[str, Any]) -> str:
    """Return what argparse calls an option."""
    named: str | None = terms.get("dest")
    return named or next((name for name in names if name[:2] == "--"), names[0]).lstrip("-").replace("-", "_")


def _value(text: str, terms: dict[str, Any]) -> Any:
    try:
        value = terms["type"](text) if "type" in terms else text
    except Exception as error:  # argparse will say what is wrong
        raise _NotPlain from error
    if "choices" in terms and value not in terms["choices"]:
        raise _NotPlain
    return value


def _default(terms: dict[str, Any]) -> Any:
    if terms.get("action") == "store_true":
        return False
    value = terms.get("default")
    return terms["type"](value) if isinstance(value, str) and "type" in terms else value
