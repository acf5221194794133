#!/usr/bin/env python3
"""Write the generated parts of the documentation: quoted help texts and outputs, metrics, man pages, completions.

`python docs/build.py` writes what is stale; with --check it only says what
is, and exits with 1 if anything is.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from building import basket, completion, counts, grafana, manpage, prometheus, quotes
from building.commands import COMMANDS

from project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DOCS = ROOT / "docs"
SKELETON = DOCS / "skeleton"
"""A check to copy; it quotes a command that is not there."""


def main() -> int:
    """Write or check; return the exit status: 1 where --check found something stale."""
    parser = argparse.ArgumentParser(description="Write the generated parts of the documentation.")
    parser.add_argument("--check", action="store_true", help="change nothing, name what is stale")
    options = parser.parse_args()
    # argparse folds help texts to the terminal's width.
    os.environ["COLUMNS"] = "100"
    stale = 0
    for path, text in contents().items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        print(f"{path.relative_to(ROOT)}: {'stale; run docs/build.py' if options.check else 'written'}")
        if not options.check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if stale and options.check else 0


def contents() -> dict[Path, str]:
    """Return what the pages with quotes, the man pages, bash's completions and generated examples have to be."""
    pages = [ROOT / "README.md", *sorted(page for page in DOCS.rglob("*.md") if page.parent != SKELETON)]
    found = {counts.PATH: counts.counts()}
    found |= {path: quotes.quoted(path.read_text(encoding="utf-8")) for path in pages if path.exists()}
    for name, command in COMMANDS.items():
        found[DOCS / "man" / f"{name}.1"] = manpage.page(command)
        found[DOCS / "completion" / name] = completion.completion(command)
    found[basket.PATH] = basket.basket()
    found[grafana.PATH] = grafana.dashboard()
    found[prometheus.PATH] = prometheus.rules()
    return found


if __name__ == "__main__":
    sys.exit(main())
