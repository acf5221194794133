"""What pyproject.toml says of the project, for what is not installed with it: tests, benchmarks, docs/building."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
_WRITTEN: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
VERSION: str = _WRITTEN["project"]["version"]
_OF_CHECKS = {
    path.name: ":".join(re.findall(r"^from (\S+) import (\w+)$", path.read_text(encoding="utf-8"), re.MULTILINE)[0])
    for path in sorted((ROOT / "checks" / "scripts").iterdir())
}
SCRIPTS: dict[str, str] = _OF_CHECKS | _WRITTEN["project"]["scripts"]
"""Every command by name: `module:function`."""
CHECKS = tuple(name.removeprefix("check_qmail_") for name in SCRIPTS if name.startswith("check_qmail_"))
"""The checks without the `check_qmail_` that all names begin with."""
PACKAGES = tuple(_WRITTEN["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
"""The packages: `FOLDER/NAME`."""
FOLDERS = tuple(dict.fromkeys(package.partition("/")[0] for package in PACKAGES))
"""The folders that hold the packages."""
