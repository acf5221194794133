"""`python tests/drills [NAME…]`: the table of incidents, checks and minutes."""

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT), str(_ROOT / "tests")]
from project import FOLDERS  # noqa: E402 - found by the line above

sys.path[1:1] = [str(_ROOT / folder) for folder in FOLDERS]
sys.path = [path for path in sys.path if Path(path or ".").resolve() != Path(__file__).resolve().parent]

if __name__ == "__main__":
    from drills.table import main

    sys.exit(main(sys.argv[1:]))
