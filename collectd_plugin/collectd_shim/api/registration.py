"""The functions register_… and unregister_… of the module: their arguments, and the names that callbacks get."""

from collections.abc import Callable
from typing import Any

from collectd_shim.api.signature import Signature, anything, attribute_text, public, real, text
from collectd_shim.daemon.registry import NO_DATA, Callback, Kind, Registry

_NAME_SIZE = 512
_REGISTER = Signature({"callback": anything, "data": anything, "name": text}, required=1)
_REGISTER_READ = Signature(
    {"callback": anything, "interval": real, "data": anything, "name": text}, required=1
)


def register(registry: Registry, kind: Kind) -> Callable[..., str | bytes]:
    """Return the function that takes a callback of a kind and returns the identifier it got.

    That is "python." and its name or its module's.  The function raises TypeError for wrong arguments.
    """
    signature = _REGISTER_READ if kind == "read" else _REGISTER

    def function(*positional: Any, **keywords: Any) -> str | bytes:
        given = signature.bind(positional, keywords)
        called = given["callback"]
        if not callable(called):
            raise TypeError("callback needs a be a callable object.")
        raw = b"python." + (given["name"] if "name" in given else _module(called))
        name = raw[: _NAME_SIZE - 1].decode(errors="replace")
        registry.register(
            kind, Callback(name, called, given.get("data", NO_DATA), given.get("interval", 0.0))
        )
        return public(raw, _NAME_SIZE)

    return function


def unregister(registry: Registry, kind: Kind) -> Callable[..., None]:
    """Return the function that forgets a callback of a kind, by its identifier or by the function itself.

    The function raises TypeError for anything else, RuntimeError if none is registered so.
    """
    name = f"collectd.unregister_{kind}"

    def function(*positional: Any, **keywords: Any) -> None:
        if keywords:
            raise TypeError(f"{name}() takes no keyword arguments")
        if len(positional) != 1:
            raise TypeError(f"{name}() takes exactly one argument ({len(positional)} given)")
        (wanted,) = positional
        if isinstance(wanted, str | bytes):
            raw = attribute_text(wanted)
        elif callable(wanted):
            raw = b"python." + _module(wanted)
        else:
            raise TypeError("This function needs a string or a callable object as its only parameter.")
        registry.unregister(kind, raw.decode(errors="replace"))

    return function


def _module(function: Callable[..., Any]) -> bytes:
    module = getattr(function, "__module__", None)
    return attribute_text(module) if isinstance(module, str | bytes) else hex(id(function)).encode()
