"""The generated logs: shaped like real ones, and their truth is what grep counts."""

import json
import os
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.generate import main

HERE = Path(__file__).parent
START = r"^@[0-9a-f]{24} "
SMTPD = "(tcpserver|sslserver)"
SEND_GREPS = {
    "new": "new msg ",
    "info": "info msg ",
    "start_local": "starting delivery [0-9]*: msg [0-9]* to local ",
    "start_remote": "starting delivery [0-9]*: msg [0-9]* to remote ",
    "bounce": "bounce msg ",
    "double_bounce": "double bounce: ",
    "triple_bounce": "triple bounce: ",
    "end": "end msg ",
    "status": "status: local ",
    "exitasap": "status: local .* exitasap$",
    "exiting": "status: exiting$",
    "todo_stop": "status: qmail-todo ",
    "warning": "warning: ",
    "alert": "alert: ",
    "tls": "delivery [0-9]*: success: [0-9.]*_TLS_transmitted",
    "expired": "delivery [0-9]*: failure: .*the_queue_too_long./$",
    "foreign": "/bin/sh: ",
}
SMTPD_GREPS = {
    "accept": "qmail-smtpd: pid [0-9]+ Accept::",
    "reject": "qmail-smtpd: pid [0-9]+ Reject::",
    "deferred": "qmail-smtpd: pid [0-9]+ Deferred::",
    "ok": f"{SMTPD}: ok ",
    "deny": f"{SMTPD}: deny ",
    "pid": f"{SMTPD}: pid ",
    "end": f"{SMTPD}: (end|ended by) ",
    "tls": f"{SMTPD}: tls [0-9]+ accept",
    "status": f"{SMTPD}: status: ",
    "startup": "sslserver: (ciphers|[a-z]*file|cadir|cert|key|dhparam) [0-9]+ ",
    "greetdelay": "rblsmtpd: [0-9a-f.:]+ pid [0-9]+: greetdelay: ",
    "rbl_451": "rblsmtpd: [0-9a-f.:]+ pid [0-9]+: 451 ",
    "rbl_553": "rblsmtpd: [0-9a-f.:]+ pid [0-9]+: 553 ",
    "esmtps": "qmail-smtpd: pid [0-9]+ [A-Za-z]+::[^ ]+ P:ESMTPS",
}


@pytest.fixture(scope="module")
def generate(tmp_path_factory):
    """Generate once per set of arguments: returns the output directory and its truth."""
    made = {}

    def make(*arguments):
        if arguments not in made:
            out = tmp_path_factory.mktemp("generated") / "out"
            assert main([*arguments, "--out", str(out)]) == 0
            made[arguments] = out, json.loads((out / "truth.json").read_text())
        return made[arguments]

    return make


def paths(out, truth):
    return [out / "log" / entry["name"] for entry in truth["files"]]


def grep(pattern, files):
    command = ["grep", "-a", "-h", "-E", "-c", START + pattern, *map(str, files)]
    env = {**os.environ, "LC_ALL": "C"}
    counts = subprocess.run(command, env=env, capture_output=True, text=True, check=False).stdout
    return sum(map(int, counts.split()))


def content(out, truth):
    return b"".join(path.read_bytes() for path in paths(out, truth))


def kind_of(payload, channels):
    """The same classes as in sample_mix.json, which was made from a real log."""
    if start := re.match(r"starting delivery (\d+): msg \d+ to (\w+) ", payload):
        channels[start[1]] = start[2]
        return "starting delivery to " + start[2]
    if report := re.match(r"delivery (\d+): (\w+): ", payload):
        return f"delivery {report[2]} {channels.get(report[1], 'unknown')}"
    if queue := re.match(
        r"(new msg|info msg|end msg|bounce msg|double bounce|triple bounce|status: local|status: \S+) ?",
        payload,
    ):
        return queue[1]
    if smtp := re.match(
        r"(?:qmail-smtpd: pid \d+ (\w+::\w+::\S+) P:|rblsmtpd: \S+ pid \d+: (\S+) |(tcpserver: \S+) )",
        payload,
    ):
        return smtp[1] or (smtp[2] and "rblsmtpd " + smtp[2]) or smtp[3]
    return "other"


@pytest.mark.parametrize("kind", ["send", "smtpd"])
def test_line_mix_is_that_of_the_real_samples(generate, kind):
    out, truth = generate(kind, "--size", "6M", "--seed", "7")
    lines, sizes, channels = Counter(), Counter(), {}
    for line in content(out, truth).decode("latin-1").splitlines(keepends=True):
        name = kind_of(line[26:], channels)
        lines[name] += 1
        sizes[name] += len(line)
    real = json.loads((HERE / "sample_mix.json").read_text())[kind]
    real_lines = sum(count for count, _ in real.values())
    real_bytes = sum(size for _, size in real.values())

    assert sizes.total() / lines.total() == pytest.approx(real_bytes / real_lines, rel=0.03)
    for name, (count, size) in real.items():
        share = count / real_lines
        if share > 0.05:
            assert lines[name] / lines.total() == pytest.approx(share, rel=0.05), name
        else:
            assert lines[name] / lines.total() == pytest.approx(share, abs=0.003), name
        if share > 0.03:
            assert sizes[name] / lines[name] == pytest.approx(size / count, rel=0.08), name
    for name in lines.keys() - real.keys():
        assert lines[name] / lines.total() < 0.003, name


@pytest.mark.parametrize(
    "arguments",
    [
        ("send", "--size", "3M", "--seed", "3", "--archives", "25", "--open", "400", "--reasons", "30"),
        ("send", "--size", "300k", "--seed", "4", "--open", "0"),
        ("send", "--size", "400k", "--seed", "5", "--open", "20000"),
    ],
)
def test_send_truth_is_what_grep_counts(generate, arguments):
    out, truth = generate(*arguments)
    files = paths(out, truth)
    counts = truth["counts"]

    assert {name: grep(pattern, files) for name, pattern in SEND_GREPS.items()} == {
        name: counts[name] for name in SEND_GREPS
    }
    for result in ("success", "failure", "deferral"):
        assert grep(f"delivery [0-9]+: {result}: ", files) == (
            counts[f"{result}_local"] + counts[f"{result}_remote"]
        )
    text = content(out, truth).decode("ascii")
    assert counts["info_bytes"] == sum(map(int, re.findall(r" info msg \d+: bytes (\d+) ", text)))
    highest = [tuple(map(int, pair)) for pair in re.findall(r": local (\d+)/10 remote (\d+)/20", text)]
    assert counts["max_local"] == max(local for local, _ in highest)
    assert counts["max_remote"] == max(remote for _, remote in highest)
    assert truth["lines"] == text.count("\n")
    assert truth["bytes"] == len(text)


@pytest.mark.parametrize("server", ["tcpserver", "sslserver"])
def test_smtpd_truth_is_what_grep_counts(generate, server):
    out, truth = generate("smtpd", "--size", "4M", "--seed", "3", "--archives", "12", "--server", server)
    files = paths(out, truth)
    counts = truth["counts"]

    assert {name: grep(pattern, files) for name, pattern in SMTPD_GREPS.items()} == {
        name: counts[name] for name in SMTPD_GREPS
    }
    for condition, count in truth["conditions"].items():
        assert grep(f"qmail-smtpd: pid [0-9]+ {condition} ", files) == count, condition
    assert counts["torn"] > 0
    assert counts["foreign"] >= truth["inside_torn"] > 0
    known = f"(qmail-smtpd: pid [0-9]+ (Accept|Reject|Deferred)::|rblsmtpd: |{SMTPD}: )"
    assert truth["lines"] - grep(known, files) == counts["foreign"]
    highest = re.findall(rb"server: status: (\d+)/12", content(out, truth))
    assert counts["max_connections"] == max(map(int, highest))


def test_per_minute_rows_are_those_of_the_lines(generate):
    out, truth = generate("send", "--size", "3M", "--seed", "3", "--archives", "25", "--open", "400",
                          "--reasons", "30")  # fmt: skip
    columns = truth["per_minute"]["columns"]
    expected = Counter()
    for line in content(out, truth).splitlines():
        if line[26:].startswith(b"end msg "):
            seconds = int(line[1:17], 16) - 2**62 - 10
            expected[seconds - seconds % 60] += 1
    rows = {row[0]: row[columns.index("end")] for row in truth["per_minute"]["rows"]}

    assert {minute: count for minute, count in rows.items() if count} == expected
    assert list(rows) == list(range(min(rows), max(rows) + 60, 60))


@pytest.mark.parametrize("wanted", [0, 400, 20000])
def test_queue_is_what_the_lines_leave_open(generate, wanted):
    sizes = {0: ("300k", "4"), 400: ("3M", "3"), 20000: ("400k", "5")}
    extra = ("--archives", "25", "--open", "400", "--reasons", "30") if wanted == 400 else ()
    size, seed = sizes[wanted]
    out, truth = generate("send", "--size", size, "--seed", seed, *(extra or ("--open", str(wanted))))
    births = {}
    for line in content(out, truth).decode("ascii").splitlines():
        words = line.split(" ")
        if words[1:3] == ["new", "msg"]:
            births[words[3]] = str((int(words[0][1:17], 16) - 2**62 - 10) * 10**9 + int(words[0][17:], 16))
        elif words[1:3] == ["end", "msg"]:
            births.pop(words[3], None)
        elif words[1] == "starting":
            births.setdefault(words[5], "-")
    listed = (out / "queue.tsv").read_text().splitlines()

    assert listed[0] == "message\tbirth_ns"
    assert dict(row.split("\t") for row in listed[1:]) == births
    assert len(births) == wanted == truth["queue"]["messages"]
    known = [int(birth) for birth in births.values() if birth != "-"]
    assert truth["queue"]["birth_unknown"] == len(births) - len(known)
    assert truth["queue"]["oldest_birth_ns"] == min(known, default=None)


def test_reasons_are_as_many_as_asked_for(generate):
    out, truth = generate("send", "--size", "3M", "--seed", "3", "--archives", "25", "--open", "400",
                          "--reasons", "30")  # fmt: skip
    found = set(re.findall(rb"_policy_([a-z]+)_", content(out, truth)))

    assert len(found) == truth["reasons"] == 30


@pytest.mark.parametrize("kind", ["send", "smtpd"])
def test_archives_are_those_of_multilog(generate, kind):
    out, truth = generate(kind, "--size", "3M", "--seed", "6", "--archives", "40")
    *archives, current = paths(out, truth)

    assert len(archives) == 40
    assert [path.name for path in archives] == sorted(path.name for path in archives)
    assert sorted(path.name for path in (out / "log").iterdir()) == sorted(
        [*(path.name for path in archives), "current", "lock", "state"]
    )
    assert [path.suffix for path in archives].count(".u") == 1
    for path in archives:
        assert (path.stat().st_mode & 0o777) == (0o644 if path.suffix == ".u" else 0o744)
        last = path.read_bytes().splitlines()[-1]
        assert last[:25] < path.name.encode()
    assert (current.stat().st_mode & 0o777) == 0o644
    stamps = re.findall(rb"^@[0-9a-f]{24} ", content(out, truth), re.MULTILINE)
    assert stamps == sorted(stamps)
    assert len(stamps) == truth["lines"]
    for entry, path in zip(truth["files"], [*archives, current], strict=True):
        text = path.read_bytes()
        assert (len(text), text.count(b"\n")) == (entry["bytes"], entry["lines"])


@pytest.mark.parametrize("kind", ["send", "smtpd"])
def test_same_seed_same_bytes(generate, kind, tmp_path):
    out, truth = generate(kind, "--size", "300k", "--seed", "9")
    assert main([kind, "--size", "300k", "--seed", "9", "--out", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again" / "log" / "current").read_bytes() == content(out, truth)
    assert (tmp_path / "again" / "truth.json").read_text() == (out / "truth.json").read_text()


def test_last_line_is_written_about_when_asked(generate):
    for kind in ("send", "smtpd"):
        _, truth = generate(kind, "--size", "6M", "--seed", "7", "--end", "1800000000")
        assert 1_799_999_900 < truth["last_ns"] / 1e9 < 1_800_000_060


def test_a_directory_in_use_is_refused(tmp_path, capsys):
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "current").write_text("somebody's log\n")
    with pytest.raises(SystemExit) as leaving:
        main(["send", "--size", "10k", "--out", str(tmp_path)])
    assert leaving.value.code == 2
    assert capsys.readouterr().err.endswith(
        f"error: {tmp_path}/log is not empty: give a directory of its own\n"
    )


@pytest.mark.parametrize("size", ["", "x", "0", "-1M", "1T"])
def test_a_size_that_is_none_is_refused(size, tmp_path, capsys):
    with pytest.raises(SystemExit) as leaving:
        main(["send", f"--size={size}", "--out", str(tmp_path)])
    assert leaving.value.code == 2
    assert f"{size!r} is not a size: write 300k, 16M or 1G" in capsys.readouterr().err
