import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

import public
from support import SAMPLES, check, write_log

SEND = SAMPLES / "send"
NOW = 1795332000


def queue_log(tmp_path, births, now=NOW):
    lines = []
    for number, age in enumerate(births, 100):
        lines += [
            (now - age, f"new msg {number}"),
            (now - age, f"info msg {number}: bytes 5 from <a@test.example> qp 1 uid 2"),
        ]
    return write_log(tmp_path / "send", lines)


def test_ok():
    assert check("queue", "--log", SEND, "--at", "2026-11-22T07:15:00") == (
        "QMAIL_QUEUE OK - 124 messages, oldest at least 50s (#2414819) "
        "| messages=124;1000;10000;0 oldest=50s;691200;;0\n",
        0,
    )


def test_warning_and_its_cause():
    assert check("queue", "--log", SEND, "--at", "2026-11-22T07:15:00", "-w", "100", "-c", "200") == (
        "QMAIL_QUEUE WARNING - 124 messages, oldest at least 50s (#2414819); "
        "deferred most: remote greylisted (rcpt4.example), 95 times in 15m "
        "| messages=124;100;200;0 oldest=50s;691200;;0\n",
        1,
    )


def test_critical():
    output, code = check("queue", "--log", SEND, "--at", "2026-11-22T07:15:00", "-c", "123")
    assert (output.split(" - ")[0], code) == ("QMAIL_QUEUE CRITICAL", 2)


def test_the_oldest_message_by_age(tmp_path):
    log = queue_log(tmp_path, [90000, 3600, 5])
    assert check("queue", "--log", log, "--at", NOW, "--oldest-warning", "1d", "--oldest-critical", "2d") == (
        "QMAIL_QUEUE WARNING - 3 messages, oldest 1d 1h (#100) | messages=3;1000;10000;0 oldest=90000s;86400;172800;0\n",
        1,
    )


def test_an_empty_queue(tmp_path):
    log = write_log(tmp_path / "send", [(NOW - 9, "new msg 7"), (NOW - 8, "end msg 7")])
    assert check("queue", "--log", log, "--at", NOW) == (
        "QMAIL_QUEUE OK - 0 messages | messages=0;1000;10000;0 oldest=0s;691200;;0\n",
        0,
    )


def test_verbose_lists_the_oldest(tmp_path):
    log = queue_log(tmp_path, [90000, 3600, 5])
    assert check("queue", "--log", log, "--at", NOW, "-v") == (
        "QMAIL_QUEUE OK - 3 messages, oldest 1d 1h (#100)\n"
        "#100 waits for 1d 1h\n"
        "#101 waits for 1h\n"
        "#102 waits for 5s\n"
        "| messages=3;1000;10000;0 oldest=90000s;691200;;0\n",
        0,
    )


def test_verbose_lists_ten_messages_of_all_logs(tmp_path):
    log = queue_log(tmp_path, [10 * n for n in range(12, 0, -1)])
    other = write_log(tmp_path / "other", [(NOW - 115, "new msg 5")])
    rows = check("queue", "--log", log, "--log", other, "--at", NOW, "-v")[0].splitlines()[1:-1]
    assert [row.split()[0] for row in rows] == ["#100", "#5", *(f"#{number}" for number in range(101, 109))]
    rows = check("queue", "--log", log, "--at", NOW, "-v")[0].splitlines()[1:-1]
    assert [row.split()[0] for row in rows] == [f"#{number}" for number in range(100, 110)]


def test_several_logs_add_up(tmp_path):
    one = queue_log(tmp_path, [10, 20])
    other = write_log(tmp_path / "other", [(NOW - 30, "new msg 5")])
    output, code = check("queue", "--log", one, "--log", other, "--at", NOW)
    assert output.startswith("QMAIL_QUEUE OK - 3 messages, oldest 30s (#5) ")
    assert code == 0


def test_the_queue_lives_on_in_the_state(tmp_path):
    now = time.time()
    log = queue_log(tmp_path, [50, 40], now)
    live = ("--log", log, "--state-dir", tmp_path / "state")
    assert check("queue", *live)[0].startswith("QMAIL_QUEUE OK - 2 messages, oldest ")
    write_log(log, [(now - 3, "end msg 100"), (now - 2, "new msg 101"), (now - 1, "new msg 102")], mode="ab")
    output, _ = check("queue", *live)
    assert output.startswith("QMAIL_QUEUE OK - 2 messages, oldest ")
    assert "(#101)" in output


@public.needs_nobody
@pytest.mark.parametrize(
    ("shut", "told"),
    [
        (["queue"], "-m u:nobody:X {0} && setfacl -R -m u:nobody:rX {0}/mess {0}/todo"),
        (["queue/mess"], "-R -m u:nobody:rX {0}/mess"),
        (["queue/mess/0", "queue/todo"], "-R -m u:nobody:rX {0}/mess {0}/todo"),
        (["queue/todo"], "-R -m u:nobody:rX {0}/todo"),
        ([".", "queue"], "-m u:nobody:X {1} {0} && setfacl -R -m u:nobody:rX {0}/mess {0}/todo"),
    ],
)
def test_all_that_keeps_a_user_out_of_the_spool_is_told_at_once(shut, told):
    with tempfile.TemporaryDirectory() as place:
        site = Path(place) / "site"
        for folder in ("queue/mess/0", "queue/todo"):
            (site / folder).mkdir(parents=True)
        log = queue_log(Path(place), [10])
        for path in [Path(place), *Path(place).rglob("*")]:
            path.chmod(0o755)
        for folder in shut:
            (site / folder).chmod(0o700)
        with public.as_nobody() as run:
            ask = ("-m", "sqmail_checks.queue", "--log", log, "--at", str(NOW), "--queue", site / "queue")
            refused = run(*ask)
            assert refused.returncode == 3
            assert f"; setfacl {told.format(site / 'queue', site)}; 1 message" in refused.stdout
            done = "setfacl " + refused.stdout.partition("; setfacl ")[2].partition("; 1 message")[0]
            subprocess.run(["sh", "-ec", done], check=True)
            # How full the disk of the tests is may be told now.
            assert run(*ask).returncode in {0, 1}


def test_spool(tmp_path):
    log = queue_log(tmp_path, [10])
    for folder, names in (("mess/0", ["23", "46"]), ("mess/1", ["24"]), ("todo", ["24"])):
        (tmp_path / "queue" / folder).mkdir(parents=True)
        for name in names:
            (tmp_path / "queue" / folder / name).touch()
    output, _ = check("queue", "--log", log, "--at", NOW, "--queue", tmp_path / "queue")
    # How full the disk of these tests is nobody knows.
    output = re.sub(r" - .* left: see df and df -i; ", " - ", output).replace("WARNING", "OK").replace("CRITICAL", "OK")
    assert re.sub(r"(spool_free|todo_age)=[\d.]+", r"\1=N", output) == (
        "QMAIL_QUEUE OK - 1 message, oldest 10s (#100), spool 3 and 1 not yet preprocessed "
        "| messages=1;1000;10000;0 oldest=10s;691200;;0 spool=3;1000;10000;0 spool_free=N%;;;0;100 todo=1;;;0 todo_age=Ns;;;0\n"
    )


def test_what_qmail_send_does_not_take_up_is_critical(tmp_path):
    log = queue_log(tmp_path, [10])
    for folder in ("mess/0", "todo"):
        (tmp_path / "queue" / folder).mkdir(parents=True)
    for name, age in (("23", 1000), ("24", 10)):
        for folder in ("mess/0", "todo"):
            (tmp_path / "queue" / folder / name).touch()
        os.utime(tmp_path / "queue" / "todo" / name, (time.time() - age,) * 2)
    output, code = check("queue", "--log", log, "--at", NOW, "--queue", tmp_path / "queue")
    assert code == 2
    assert (
        f"2 messages in {tmp_path}/queue not taken up by qmail-send, the oldest for 16m: "
        "is qmail-send running? see svstat of its service and of its log"
    ) in output


def test_each_of_several_spools_is_named(tmp_path):
    for name in ("a", "b"):
        for folder in ("mess", "todo"):
            (tmp_path / name / folder).mkdir(parents=True)
    (tmp_path / "b" / "mess" / "7").touch()
    (tmp_path / "b" / "todo" / "7").touch()
    log = write_log(tmp_path / "log", [(NOW - 10, "new msg 100")])
    output, _ = check("queue", "--log", log, "--at", NOW, "--queue", tmp_path / "a", "--queue", tmp_path / "b", "-v")
    assert f", spool {tmp_path}/a: 0, spool {tmp_path}/b: 1 and 1 not yet preprocessed" in output.splitlines()[0]
    assert re.search(rf"^spool {tmp_path}/b: 1 messages, 1 not taken up, [\d.]+ % of space and [\d.]+ % of inodes free$", output, re.MULTILINE)
    assert "spool=1;1000;10000;0" in output


def test_a_spool_that_is_not_there_is_unknown_and_the_log_still_counts(tmp_path):
    output, code = check("queue", "--log", queue_log(tmp_path, [10]), "--at", NOW, "--queue", tmp_path / "nowhere")
    assert code == 3
    assert output.startswith("QMAIL_QUEUE UNKNOWN - ")
    assert f"{tmp_path}/nowhere" in output
    assert "1 message" in output


@pytest.mark.parametrize("option", ["--oldest-warning", "--oldest-critical", "--window"])
def test_bad_durations(option):
    assert check("queue", "--log", SEND, option, "soon|x") == (
        f"UNKNOWN - usage: argument {option}: 'soon?x' is no duration like 90s, 15m, 6h or 2d; "
        "see check_qmail_queue --help\n",
        3,
    )


def test_the_log_of_each_message_where_there_are_several(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one, two = queue_log(tmp_path / "one", [3600]), queue_log(tmp_path / "two", [60, 7200])
    assert check("queue", "--log", one, "--log", two, "--at", NOW, "-v") == (
        "QMAIL_QUEUE OK - 3 messages, oldest 2h (#101)\n"
        f"#101 waits for 2h in {two}\n"
        f"#100 waits for 1h in {one}\n"
        f"#100 waits for 1m in {two}\n"
        "| messages=3;1000;10000;0 oldest=7200s;691200;;0\n",
        0,
    )
