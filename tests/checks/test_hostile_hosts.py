"""What a stranger calls his host goes through Nagios' macros and shells, and nothing in it is acted upon."""

import re
import subprocess

import pytest

from checks.answers import NOW
from support import check, stamp

HOSTS = [
    b"a`touch${IFS}canary`.example",
    b"$(touch canary).example",
    b'";touch canary;".example',
    b"';touch canary;'.example",
    b"$SERVICENOTES$.example",
    b"a&touch canary&.example",
    b"x>canary",
    b"\\`\xc3\xa4\x1b[2J|'~!*?{}=,^%#+/.example",
]
FINE = rb"[2001:db8::7]"
ALLOWED = re.compile(r"[A-Za-z0-9.:_\[\]-]*")
MACRO = re.compile(r"\$[A-Z0-9_]+\$")


def hanging(folder, host):
    """Write a log in which twenty deliveries to the host do not end, where others did before."""
    lines = []
    for ago in range(1200, 660, -30):
        lines += [(NOW - ago, b"starting delivery 900: msg 900 to remote b@well.example"), (NOW - ago, b"delivery 900: success: ok/")]
    for number in range(1, 21):
        lines.append((NOW - 640, b"starting delivery %d: msg %d to remote b@%s" % (number + 1, number, host)))
    lines.append((NOW - 640, b"status: local 0/10 remote 20/20"))
    (folder / "current").write_bytes(b"".join(stamp(moment) + b" " + line + b"\n" for moment, line in lines))
    return folder


def log(folder, host, name=""):
    """Write a log in which the host, busy up to the limit, puts everything off; for a check of slots one that hangs."""
    lines = []
    for number in range(1, 31):
        lines += [
            b"new msg %d" % number,
            b"info msg %d: bytes 17 from <a@test.example> qp 1 uid 2" % number,
            b"starting delivery %d: msg %d to remote b@%s" % (number, number, host),
            b"status: local 0/10 remote 20/20",
            b"delivery %d: deferral: Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/" % number,
        ]
    folder.mkdir()
    if name == "concurrency":
        return hanging(folder, host)
    (folder / "current").write_bytes(b"".join(stamp(NOW - 60) + b" " + line + b"\n" for line in lines))
    return folder


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize(
    ("name", "told", "arguments"),
    [
        ("delivery", r"no SMTP connection \(30 of 30, mostly (.*?)\)", ["--min-events", 1]),
        ("queue", r"deferred most: remote no SMTP connection \((.*)\), 30 times in 15m", ["-w", 1]),
        ("concurrency", r"none of 20 \(the limit\) remote deliveries has ended for 10m, 20 of 20 to (.*?):? is qmail-send", []),
    ],
)
def test_a_host_is_letters_digits_and_a_few_signs(tmp_path, host, name, told, arguments):
    output, code = check(name, "--log", log(tmp_path / "log", host, name), "--at", NOW, "-v", *arguments)
    assert code in {1, 2}
    first = output.split("\n", 1)[0].partition(" | ")[0]
    named = re.search(told, first)[1]
    assert ALLOWED.fullmatch(named)
    # Each character has one in its place.
    assert len(named) == len(host.decode("ascii", "replace"))
    assert not MACRO.search(output)
    for listed in re.findall(r"of them (.*)", output):
        assert ALLOWED.fullmatch(listed)
    # As Nagios hands it to a notification's shell, where nothing of it is declared illegal.
    told = 'printf "%s" "$SERVICEOUTPUT$"'.replace("$SERVICEOUTPUT$", first)
    shell = subprocess.run(["sh", "-c", told], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert shell.stdout == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log"]


def test_an_honest_host_stays_as_it_is(tmp_path):
    output, _ = check("delivery", "--log", log(tmp_path / "log", FINE), "--at", NOW, "--min-events", 1)
    assert "mostly [2001:db8::7])" in output
