"""What makes the generated parts of the documentation from the programs themselves.

The pages describe the tree that they lie in, whatever is installed: its
packages come first on the search path.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from project import FOLDERS, ROOT

SOURCES = tuple(str(ROOT / name) for name in FOLDERS)
"""The folders that hold the packages."""

sys.path[:0] = SOURCES
