"""Configuration: the tree that a config callback is given, built in Python or read from a file."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from collectd_shim.api.arguments import Signature, anything, native_text

__all__ = ["Config", "ConfigError", "block", "parse"]

_CONFIG: Final = Signature(
    {"key": native_text, "parent": anything, "values": anything, "children": anything}, required=1
)

_TOKEN: Final = re.compile(
    r"""
      (?P<blank>[ \t\b]+ | \#[^\n]* | \\\r?\n)
    | (?P<end>\r?\n)
    | (?P<mark></ | < | >)
    | "(?P<quoted>(?:[^\\"]|\\.)*)"
    | (?P<address>\d+\.\d+\.\d+\.\d+(?::\d+)?)
    | (?P<number>[+-]?\d*\.\d+(?:e[+-]\d+)?(?!\w) | 0x[0-9a-f]+(?!\w) | [+-]?\d+(?!\w))
    | (?P<word>\w+)
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII | re.DOTALL,
)
_BOOLEANS: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class ConfigError(ValueError):
    """A configuration that collectd would not read; the message names file and line."""


class Config:
    """One option or block: its key, its values (str, float, bool), its children, its parent or None."""

    __slots__ = ("children", "key", "parent", "values")

    def __init__(self, *positional: Any, **keywords: Any) -> None:
        given = _CONFIG.bind(positional, keywords)
        self.key: Any = given["key"]
        self.parent: Any = given.get("parent")
        self.values: Any = given.get("values", ())
        self.children: Any = given.get("children", ())

    def __repr__(self) -> str:
        # The daemon forgets the key inside the brackets and puts it in front.
        return f"{self.key!r}<collectd.Config {'root ' if self.parent is None else ''}node >"


Config.__module__ = "collectd"


def block(key: str, *values: str | float, children: Iterable[Config] = (), **options: Any) -> Config:
    """Return a block with an option for each keyword: `block("Module", "x", Log="/a", Interval=60)`.

    A tuple gives an option several values, a list repeats it; *children* are nested blocks, placed after
    the options. Numbers become float, as collectd hands them over.
    """
    node = Config(key, None, tuple(map(_value, values)))
    nodes = [
        Config(name, node, tuple(map(_value, one if isinstance(one, tuple) else (one,))))
        for name, option in options.items()
        for one in (option if isinstance(option, list) else [option])
    ]
    for child in children:
        child.parent = node
        nodes.append(child)
    node.children = tuple(nodes)
    return node


def _value(value: str | float) -> str | float:
    return value if isinstance(value, str | bool) else float(value)


class _Token(NamedTuple):
    kind: str
    text: str
    line: int

    def is_mark(self, text: str) -> bool:
        return self.kind == "mark" and self.text == text


_Open = list[tuple[Config, list[Config]]]


def parse(text: str, source: str = "collectd.conf") -> tuple[Config, ...]:
    """Read the text of a configuration file; return its options and blocks, without following Include.

    Raises ConfigError, worded "SOURCE:LINE: what is wrong".
    """
    open_nodes: _Open = [(Config("root"), [])]
    for line in _lines(text, source):
        try:
            if line[0].is_mark("</"):
                _close(line, open_nodes)
            else:
                _add(line, open_nodes)
        except ConfigError as error:
            raise ConfigError(f"{source}:{line[0].line}: {error}") from None
    node, children = open_nodes[-1]
    if len(open_nodes) > 1:
        raise ConfigError(f"{source}: the block <{node.key}> is not closed")
    return tuple(children)


def _close(line: list[_Token], open_nodes: _Open) -> None:
    node, children = open_nodes[-1]
    if len(open_nodes) == 1 or [token.text for token in line] != ["</", node.key, ">"]:
        raise ConfigError("this line does not close the block that is open")
    node.children = tuple(children)
    open_nodes.pop()
    if node.values or node.children:  # the daemon drops the others
        open_nodes[-1][1].append(node)


def _add(line: list[_Token], open_nodes: _Open) -> None:
    opening = line[0].is_mark("<")
    if opening:
        if not line[-1].is_mark(">"):
            raise ConfigError("this block's first line does not end with >")
        line = line[1:-1]
    if not line or line[0].kind != "word" or any(token.kind == "mark" for token in line):
        raise ConfigError("an option is a word and its values")
    if not opening and len(line) == 1:
        raise ConfigError(f"the option {line[0].text} has no value")
    parent, siblings = open_nodes[-1]
    node = Config(line[0].text, None if len(open_nodes) == 1 else parent, tuple(map(_literal, line[1:])))
    if opening:
        open_nodes.append((node, []))
    else:
        siblings.append(node)


def _lines(text: str, source: str) -> Iterator[list[_Token]]:
    line: list[_Token] = []
    number, position = 1, 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ConfigError(f"{source}:{number}: cannot read {text[position : position + 20]!a}")
        kind = match.lastgroup or ""
        if kind == "end" and line:
            yield line
            line = []
        elif kind not in {"end", "blank"}:
            line.append(_Token(kind, match[kind], number))
        number += match[0].count("\n")
        position = match.end()
    if line:
        yield line


def _literal(token: _Token) -> str | float:
    if token.kind == "quoted":
        return re.sub(r"\\(.)", r"\1", token.text, flags=re.DOTALL)
    if token.kind == "number":
        hexadecimal = token.text[:2].lower() == "0x"
        return float(int(token.text, 16) if hexadecimal else float(token.text))
    if token.kind == "word":
        return _BOOLEANS.get(token.text, token.text)
    return token.text
