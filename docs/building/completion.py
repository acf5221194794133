"""Bash completions, written from the parsers of the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from building.commands import Command, subparsers

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

_PATHS: Final = ("DIR", "[NAME=]DIR", "FILE", "FOLDER", "PATH")
"""How values are called that name a place in the file system."""
_FILES: Final = "files"
_FORM: Final = """\
# Bash completion of {name}.  Written by docs/build.py.

{function}() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} command={command} offered='' files=''
    COMPREPLY=()
    # Bash takes --option=value for three words.
    if [[ $word == '=' ]]; then
        word=''
    elif [[ $before == '=' ]]; then
        before=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
    case $command/$before in
{values}
        *)
            case $command in
{words}
            esac
            ;;
    esac
    if [[ $files && $word != -* ]]; then
        compopt -o filenames 2> /dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$word")
    fi
}}
complete -F {function} {name}
"""
_FIRST: Final = '"${COMP_WORDS[1]}"'
"""Where a command's own command stands, if it has any."""


def completion(command: Command) -> str:
    """Return what bash sources to complete a command's options, their values, and its own commands."""
    parser = command.parser()
    parsers = {"": parser, **subparsers(parser)}
    return _FORM.format(
        name=command.name,
        function="_" + command.name.replace("-", "_"),
        command=_FIRST if len(parsers) > 1 else "",
        values="\n".join(_values(parsers)),
        words="\n".join(_words(parsers)),
    )


def _values(parsers: Mapping[str, argparse.ArgumentParser]) -> Iterator[str]:
    """Yield a branch for all options that take the same kind of value."""
    kinds: dict[str, dict[str, list[str]]] = {}
    for name, parser in parsers.items():
        for action in parser._actions:  # noqa: SLF001 - argparse has no other way to ask
            for option in action.option_strings if action.nargs != 0 else ():
                kinds.setdefault(option, {}).setdefault(_kind(action), []).append(name)
    branches: dict[str, list[str]] = {}
    for option, found in kinds.items():
        for kind, names in found.items():
            whose = ["*"] if len(found) == 1 else names
            branches.setdefault(kind, []).extend(f"{name}/{option}" for name in whose)
    for kind, patterns in branches.items():
        yield f"        {' | '.join(patterns)}) {_offer(kind)} ;;"


def _words(parsers: Mapping[str, argparse.ArgumentParser]) -> Iterator[str]:
    """Yield a branch for each command of the command's own, and one for where none was named yet."""
    for name, parser in sorted(parsers.items(), reverse=True):
        words: list[str] = []
        files = ""
        for action in parser._actions:  # noqa: SLF001
            if action.option_strings:
                words += action.option_strings
            elif _kind(action) == _FILES:
                files = "; files=yes"
            else:
                words += map(str, action.choices or ())
        yield f"                {name or '*'}) offered='{' '.join(words)}'{files} ;;"


def _kind(action: argparse.Action) -> str:
    """Return the values that an option or argument takes: its choices, `_FILES`, or nothing to offer."""
    if action.choices is not None:
        return " ".join(map(str, action.choices))
    return _FILES if action.metavar in _PATHS else ""


def _offer(kind: str) -> str:
    return "files=yes" if kind == _FILES else f"offered='{kind}'" if kind else "return"
