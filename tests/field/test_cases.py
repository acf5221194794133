"""Cases from the field: logs after reports of people who run such servers, with what each check must answer.

`expected.tsv` of a case holds the whole first line (without performance data) and the exit code of each command.
"""

import gzip
from collections import Counter

import pytest

from project import CHECKS, ROOT
from support import check

CASES = ROOT / "tests" / "data" / "field"
NAMES = sorted(path.name for path in CASES.iterdir())
COLUMNS = 6


def rows_of(name):
    lines = (CASES / name / "expected.tsv").read_text().splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


ROWS = [pytest.param(name, row, id="-".join((name, *row[:4]))) for name in NAMES for row in rows_of(name)]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """Return a function that unpacks a case, once."""
    root = tmp_path_factory.mktemp("field")

    def unpack(name):
        folder = root / name
        if not folder.exists():
            for packed in (CASES / name).rglob("*.gz"):
                path = folder / packed.relative_to(CASES / name).with_suffix("")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(gzip.decompress(packed.read_bytes()))
        return folder

    return unpack


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_a_case(name, row, unpacked):
    command, log, at, options, code, line = row
    folder = unpacked(name)
    found, status = check(command, "--log", folder / log, "--at", at, *options.split())
    assert found.splitlines()[0].partition(" | ")[0].replace(str(folder), "CASE") == line
    assert status == int(code)


@pytest.mark.parametrize("name", NAMES)
def test_every_log_of_a_case_is_asked(name):
    rows = rows_of(name)
    assert {len(row) for row in rows} == {COLUMNS}
    assert {row[0] for row in rows} <= set(CHECKS)
    logs = {str(path.relative_to(CASES / name).with_suffix("")) for path in (CASES / name).rglob("*.gz")}
    asked = Counter(log for log in logs for row in rows if log in {row[1], f"{row[1]}/current"})
    assert set(asked) == logs
