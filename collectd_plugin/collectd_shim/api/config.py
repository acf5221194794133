"""Configuration: the tree that a config callback is given."""

from collections.abc import Iterable
from typing import Any

from collectd_shim.api.signature import Signature, anything, native_text

_CONFIG = Signature(
    {"key": native_text, "parent": anything, "values": anything, "children": anything}, required=1
)


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

    A tuple gives an option several values, a list repeats it; `children` are nested blocks, placed after
    the options.  Numbers become float, as collectd hands them over.
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
