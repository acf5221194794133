"""The peers are asked the same questions and, where they can, give the true answers."""

import json
import shutil
import subprocess

import pytest

from benchmarks import peers
from benchmarks.datasets import Datasets
from benchmarks.measure import Launcher


@pytest.fixture(scope="module")
def datasets(tmp_path_factory):
    return Datasets(tmp_path_factory.mktemp("datasets"))


@pytest.fixture(scope="module")
def logs(datasets):
    return {"send": datasets.send(1_000_000), "smtpd": datasets.smtpd(1_000_000, server="sslserver")}


@pytest.fixture
def launcher():
    with Launcher() as running:
        yield running


@pytest.mark.parametrize("kind", ["send", "smtpd"])
@pytest.mark.parametrize("name", ["wc -l", "grep -c, one pattern", "mawk", "gawk"])
def test_counts_are_the_true_ones(kind, name, logs, launcher, tmp_path):
    everything = {peer.name: peer for peer in peers.counting(kind, logs[kind], peers.Tools(), tmp_path)}
    peer = everything[name]
    if peer.command is None:
        pytest.skip(f"{name} is not installed: {peer.missing}")
    output = launcher.run(peer.command).output

    assert peer.answers(output)
    assert peer.disagreement(output, logs[kind]) == ""


def test_mtail_counts_the_send_log_truly(logs, launcher, tmp_path):
    if shutil.which("mtail") is None:
        pytest.skip("mtail is not installed")
    everything = {peer.name: peer for peer in peers.counting("send", logs["send"], peers.Tools(), tmp_path)}
    peer = everything["mtail --one_shot"]

    assert peer.disagreement(launcher.run(peer.command).output, logs["send"]) == ""


@pytest.mark.skipif(shutil.which("mtail") is None, reason="mtail is not installed")
def test_mtail_program_for_sessions_compiles(tmp_path):
    argv = [
        "mtail",
        "--compile_only",
        "--progs",
        str(peers.PROGRAMS / "smtpd.mtail"),
        f"--log_dir={tmp_path}",
    ]
    assert subprocess.run(argv, check=False, capture_output=True, timeout=60).returncode == 0


def test_a_wrong_count_is_told(logs):
    log = logs["send"]
    everything = {peer.name: peer for peer in peers.counting("send", log, peers.Tools(), log.log.parent)}
    lines = log.truth["lines"]

    assert everything["mawk"].disagreement("end many\n", log) == "something that is not an answer"
    assert everything["wc -l"].disagreement(f"{lines - 1} current\n", log) == f"lines {lines - 1} for {lines}"


def test_programs_nobody_packages_need_their_paths(logs, tmp_path):
    sending = {peer.name: peer for peer in peers.counting("send", logs["send"], peers.Tools(), tmp_path)}
    analysing = {
        peer.name: peer for peer in peers.analysing(logs["send"], peers.Tools(tai64nfrac="/bin/true"))
    }

    assert sending["qmail-mrtg, all 6 flags"].command is None
    assert sending["qmail-mrtg, all 6 flags"].missing == "give --qmail-mrtg PATH"
    assert sending["check_logfiles, all lines"].missing == "give --check-logfiles PATH"
    assert analysing["tai64nfrac | matchup | zoverall"].missing == (
        "give --tai64nfrac, --matchup and --zoverall PATH"
    )


def test_each_flag_of_qmail_mrtg_reads_the_log_anew(logs, launcher, tmp_path):
    """A stand-in that prints its flag and the size of what it reads: what is run, not what it counts."""
    program = tmp_path / "qmail-mrtg"
    program.write_text('#!/bin/sh\necho "$1 $2 $(wc -c)"\n')
    program.chmod(0o755)
    log = logs["smtpd"]
    everything = {
        peer.name: peer
        for peer in peers.counting("smtpd", log, peers.Tools(qmail_mrtg=str(program)), tmp_path)
    }
    output = launcher.run(everything["qmail-mrtg, all 11 flags"].command).output

    assert output == "".join(f"-{flag} 1000000 {log.truth['bytes']}\n" for flag in "abcdefghijz")


def test_analysis_is_one_pipeline(logs, launcher, tmp_path):
    for name, text in {
        "frac": "#!/bin/sh\nwc -l\n",
        "matchup": "#!/bin/sh\ncat; cat <&5 >/dev/null\n",
    }.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    tools = peers.Tools(
        tai64nfrac=str(tmp_path / "frac"), matchup=str(tmp_path / "matchup"), zoverall="/bin/cat"
    )
    pipeline = peers.analysing(logs["send"], tools)[0]

    assert launcher.run(pipeline.command).output == f"{logs['send'].truth['lines']}\n"


def test_a_log_is_made_once_and_grows_by_whole_lines(datasets, logs):
    assert datasets.send(1_000_000).truth == logs["send"].truth
    grown, parts = datasets.growing("send", 200_000, 30_000, 3)
    before = grown.current.read_bytes()

    assert len(parts) == 3
    assert all(part.endswith(b"\n") for part in [before, *parts])
    assert all(29_000 < len(part) < 31_000 for part in parts)
    whole = json.loads((datasets.send(320_000).log.parent / "truth.json").read_text())
    assert whole == grown.truth
    text = before + b"".join(parts)
    assert datasets.send(320_000).current.read_bytes().startswith(text)
