"""What a playbook is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Playbook:
    """What to do about a cause: `retries` can succeed (`yes`, `no`, `later`: once it is mended), and the steps."""

    retries: str
    steps: tuple[str, ...]
