"""What a playbook is."""

from __future__ import annotations

from dataclasses import dataclass

LIST = "the list that refuses it"
"""Stands in a step where the name of a list, and where to ask it, belong."""


@dataclass(frozen=True)
class Playbook:
    """What to do about a cause: `retries` can succeed (`yes`, `no`, `later`: once it is mended), and the steps."""

    retries: str
    steps: tuple[str, ...]

    def told(self, named: str, page: str) -> tuple[str, ...]:
        """Return the steps as plain text, with the list that answers named, and its page; both may be ''."""
        where = f"{named} ({page})" if page else named or LIST
        return tuple(step.replace("`", "").replace("**", "").replace(LIST, where) for step in self.steps)
