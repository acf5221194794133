"""How names of people and clients are kept in a store."""

from __future__ import annotations

PLAIN, MASKED, KEYED = "plain", "masked", "keyed"
WAYS = (PLAIN, MASKED, KEYED)
