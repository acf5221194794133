"""Lines torn or mangled anywhere: every report is still made."""

import random

import pytest

from report.reports import SAMPLES, answer, log, stamped, table

NINES = b"9" * 5000


def mangled(line, chance):
    """Return a line as a full disk, a killed logger or two writers at once would leave it."""
    place = chance.randrange(len(line) + 1)
    words = line.split(b" ")
    match chance.randrange(12):
        case 0:
            return line[:place]
        case 1:
            return line[:place] + line
        case 2:
            return line[:place] + bytes([chance.randrange(11, 256)]) + line[place + 1 :]
        case 3:
            chance.shuffle(words)
            return b" ".join(words)
        case 4:
            return b" ".join(NINES if word.strip(b":").isdigit() else word for word in words)
        case 5:
            return b" ".join(words[:-1])
    return line


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("name", "commands"),
    [
        ("send", [["all"], ["all", "--verbatim", "--jobs", 2], ["pending"], ["trace", "--sender", "<>"]]),
        ("smtpd", [["sessions"], ["rejects", "--show-addresses"], ["trace", "--client", "127.0.0.1"]]),
        ("smtpsub", [["sessions", "--show-users"], ["trace", "--client", "127.0.0.1"]]),
    ],
)
def test_mangled_lines_spoil_no_report(tmp_path, name, commands, seed):
    chance = random.Random(seed)
    where = tmp_path / "log"
    where.mkdir()
    for path in [*sorted((SAMPLES / name).glob("@*"))[: 2 + seed], SAMPLES / name / "current"]:
        lines = path.read_bytes().split(b"\n")[:-1]
        (where / path.name).write_bytes(b"".join(mangled(line, chance) + b"\n" for line in lines))
    for command in [*commands, ["daily", "--day", "2026-11-22", "--utc"]]:
        for form in (["--format", "json"], ["--format", "csv", "--anonymise"], []):
            assert table(*command, *form, "--log", where)


def test_a_torn_number_is_not_shown(tmp_path):
    info = "info msg {}: bytes 100 from <ann@example.org> qp 7y uid 1008"
    where = log(tmp_path / "log", [info.format("12x"), info.format(12)])
    (row,) = answer("pending", "--log", where)
    assert (row["message"], row["qp"], row["bytes"], row["sender"]) == (12, None, 100, "1008/<ann@example.org>")
    assert answer("overview", "--log", where)["unrecognised"] == 1


def test_a_torn_status_is_no_ending(tmp_path):
    where = log(tmp_path / "log", ["tcpserver: end 7 status 0", "tcpserver: end 8 status tcpserver: status: 1/40"])
    tables = answer("sessions", "--log", where)
    # It begins as an end, so it is not unrecognised: check_qmail_log says the same.
    assert tables["connections"]["unrecognised"] == 0
    assert tables["endings"] == [{"sessions": 1, "status": 0, "meaning": "done"}]


def test_a_line_with_a_torn_label_has_the_time_of_the_one_before(tmp_path):
    where = log(
        tmp_path / "log",
        ["new msg 5", "info msg 5: bytes 1 from <> qp 7 uid 8", "starting delivery 1: msg 5 to local ann@example.org"],
    )
    whole = stamped("delivery 1: success: did_1+0+0/", 3)
    with (where / "current").open("ab") as current:
        current.write(whole[:12] + b"x" + whole[13:] + stamped("end msg 5", 4))
    assert table("trace", "--message", 5, "--log", where).splitlines()[-2].split()[:2] == ["07:00:02.000", "success"]
