"""Records how the real collectd answers the probes.

Run from the project's top folder, it writes the contract anew: python -m shim.record_contract
"""

import json
import tempfile
from pathlib import Path

from shim import harness
from shim.probes import LIFECYCLE, STARTS

HERE = Path(__file__).parent
CONTRACT = HERE / "contract.golden.json"


def record(directory):
    """Return the contract of the installed collectd; *directory* is an empty one to work in."""
    out = directory / "contract.json"
    hide = {f"{directory}/rrd": "DATADIR"}
    block = (HERE / "probes.conf").read_text()
    text = harness.configuration(directory, f'ModulePath "{HERE}"\nLogTraces true\nImport "probes"\n{block}')
    code, _log = harness.run(
        directory,
        text,
        until=out.with_suffix(".done"),
        environment={"CONTRACT_PROBES": json.dumps({"out": str(out), "hide": hide})},
    )
    assert code == 0
    recorded = json.loads(out.read_text())
    return {"collectd": harness.collectd_version(), **recorded, "starts": starts(directory)}


def starts(directory):
    """Return how the daemon takes plugins that fail to start: whether it lives, what it logs."""
    answers = {}
    for index, (name, (source, block)) in enumerate(STARTS.items()):
        place = directory / str(index)
        place.mkdir()
        marker = place / "read"
        # A plugin of its own shows that the daemon got as far as reading.
        (place / "alive.py").write_text(
            "import collectd, pathlib\n"
            f"collectd.register_read(lambda: pathlib.Path({str(marker)!r}).touch())\n"
        )
        (place / "started.py").write_text(source)
        text = harness.configuration(
            place, f'ModulePath "{place}"\nImport "alive"\nImport "started"\n{block}'
        )
        try:
            harness.run(place, text, until=marker)
        except AssertionError:
            alive = False
        else:
            alive = True
        lines = (place / "log").read_text().splitlines()
        answers[name] = [alive, *(line for line in lines if not line.startswith(LIFECYCLE))]
    return answers


def main():
    with tempfile.TemporaryDirectory() as directory:
        contract = record(Path(directory))
    CONTRACT.write_text(json.dumps(contract, indent=1, ensure_ascii=False) + "\n")
    print(f"{CONTRACT}: {len(contract['answers'])} answers, {len(contract['events'])} events")


if __name__ == "__main__":
    main()
