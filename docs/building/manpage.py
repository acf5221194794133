"""Man pages, written from the parsers of the commands."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from building.commands import COMMANDS, Command, help_of, subparsers
from project import VERSION
from sqmail_checks.options import DEFAULT_STATE_DIR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_ENVIRONMENT = (
    ("MP_STATE_PATH", "where to remember what was read, unless --state-dir is given"),
    ("NAGIOS_PLUGIN_STATE_DIRECTORY", "the same, unless MP_STATE_PATH is set"),
)
_FILES = ((f"{DEFAULT_STATE_DIR}/", "where what was read is remembered otherwise"),)


def page(command: Command) -> str:
    """Return a command's man page in section 1, as roff."""
    parser = command.parser()
    lines = [
        f'.TH {_text(command.name.upper())} 1 "" "sqmail-monitoring {VERSION}" "User Commands"',
        ".SH NAME",
        f"{_text(command.name)} \\- {_text(_summary(parser))}",
        ".SH SYNOPSIS",
        *_synopsis(parser),
        ".SH DESCRIPTION",
        _text(parser.description or ""),
        *_options(parser),
    ]
    if parser.epilog:
        lines += [".SH NOTES", _text(parser.epilog % {"prog": parser.prog})]
    lines += _terms("EXIT STATUS", command.statuses)
    if command.is_check:
        lines += _terms("ENVIRONMENT", _ENVIRONMENT)
        lines += _terms("FILES", _FILES)
    others = [f".BR {_text(name)} (1)" for name in COMMANDS if name != command.name]
    lines += [".SH SEE ALSO", ",\n".join(others)]
    return "\n".join(lines) + "\n"


def _summary(parser: argparse.ArgumentParser) -> str:
    """Return the description's first sentence, in the manner of a man page's NAME."""
    sentence = re.split(r"[.:;](?:\s|$)", parser.description or "", maxsplit=1)[0]
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]


def _synopsis(parser: argparse.ArgumentParser) -> list[str]:
    usage = parser.format_usage().removeprefix("usage: ").removeprefix(parser.prog)
    return [".ad l", f".B {_text(parser.prog)}", _marked(" ".join(usage.split())), ".ad b"]


def _marked(text: str) -> str:
    """Return a synopsis as roff: options bold, placeholders italic."""
    marked = re.sub(r"(?<![\w-])(--?[\w-]+)", r"\\fB\1\\fR", text.replace("\\", "\\e"))
    marked = re.sub(r"(\S) (?=[A-Z{])", r"\1\\ ", marked)
    marked = re.sub(r"\b([A-Z]{2,}|N)\b", r"\\fI\1\\fR", marked)
    return marked.replace("-", "\\-")


def _options(parser: argparse.ArgumentParser) -> list[str]:
    """Return the sections of arguments and options, and of the command's own commands, if it has any."""
    lines: list[str] = []
    plain = [action for action in parser._actions if not isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001
    positional = [action for action in plain if not action.option_strings]
    if positional:
        lines += [".SH ARGUMENTS", *_described(positional, parser)]
    lines += [".SH OPTIONS", *_described([action for action in plain if action.option_strings], parser)]
    commands = subparsers(parser)
    if commands:
        shared = _shared(commands)
        lines.append(".SH COMMANDS")
        for name, sub in commands.items():
            own = [action for action in sub._actions if _key(action) not in shared]  # noqa: SLF001
            description = _text((sub.description or "") % {"prog": sub.prog})
            lines += [f".SS {_text(name)}", description, ".PP", *_synopsis(sub), *_described(own, sub)]
        lines.append(".SH OPTIONS THAT COMMANDS SHARE")
        for action, sub, names in shared.values():
            lines += _described([action], sub)
            lines += _of(names, list(commands))
    return lines


def _of(names: list[str], commands: list[str]) -> list[str]:
    """Return a remark that says which commands have an option, nothing if all have."""
    others = [name for name in commands if name not in names]
    if not others:
        return []
    few = f"all but {', '.join(others)}" if len(others) < len(names) else ", ".join(names)
    return [_text(f"(of {few})")]


def _shared(
    commands: Mapping[str, argparse.ArgumentParser],
) -> dict[tuple[str, ...], tuple[argparse.Action, argparse.ArgumentParser, list[str]]]:
    """Return the options that several commands have with the same help: a parser and the commands of each."""
    found: dict[tuple[str, ...], tuple[argparse.Action, argparse.ArgumentParser, list[str]]] = {}
    for name, parser in commands.items():
        for action in parser._actions:  # noqa: SLF001
            found.setdefault(_key(action), (action, parser, []))[2].append(name)
    return {key: entry for key, entry in found.items() if len(entry[2]) > 1}


def _key(action: argparse.Action) -> tuple[str, ...]:
    return (*action.option_strings, action.dest, action.help or "")


def _described(actions: Iterable[argparse.Action], parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in actions:
        value = "" if action.nargs == 0 else _value(action)
        if action.option_strings:
            names = ", ".join(f"\\fB{_text(name)}\\fR" for name in action.option_strings)
            yield f".TP\n{names}{f' {value}' if value else ''}\n{_text(help_of(action, parser))}"
        else:
            yield f".TP\n{value}\n{_text(help_of(action, parser))}"


def _value(action: argparse.Action) -> str:
    """Return how an option's value is called: its metavar, or its choices."""
    if action.metavar is None and action.choices is not None:
        return "{" + ",".join(_text(str(choice)) for choice in action.choices) + "}"
    metavar = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    return f"\\fI{_text(metavar)}\\fR"


def _terms(heading: str, rows: Iterable[tuple[str, str]]) -> list[str]:
    return [f".SH {heading}", *(f".TP\n.B {_text(term)}\n{_text(meaning)}" for term, meaning in rows)]


def _text(text: str) -> str:
    """Return text as roff shows it: no line of it is a request, hyphens can be copied."""
    safe = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    safe = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in safe)
    return "\\&" + safe if safe[:1] in {".", "'"} else safe
