"""Who sends too much: whole lines."""

import re
import time

import pytest

from support import SAMPLES, check, write_log

NOW = 1795332000
SAMPLE = [word for name in ("smtpd", "smtpsub") for word in ("--log", SAMPLES / name)]
STEP = "see sqmail-report sessions --show-users; change the password, stop the sender, look at the queue"
ACCEPT = "qmail-smtpd: pid {pid} Accept::AUTH::plain P:ESMTPA S:{client}:unknown H:x F:a@b.example T:c@d.example ?~ '{user}'"
FAILED = "qmail-smtpd: pid {pid} Reject::AUTH::plain P:ESMTPA S:{client}:unknown H:x F: T: ?~ '{user}'"


def mails(number, user, networks=1, before=600, line=ACCEPT):
    """Return the records of so many recipients of a user, from the clients of so many networks, in five minutes."""
    return [
        (NOW - before + 300 * n / number, line.format(pid=n, user=user, client=f"203.0.{n % networks}.{n % 200 + 1}"))
        for n in range(number)
    ]


def asked(tmp_path, lines, *options):
    log = write_log(tmp_path / "qmail-smtpsub", sorted(lines))
    return check("senders", "--log", log, "--at", NOW, *options)


def test_ok():
    assert check("senders", *SAMPLE, "--at", "2026-11-22T07:15Z") == (
        "QMAIL_SENDERS OK - 118 recipients of 1 sender in 15m, most of 127.0.0.0/24 (118) "
        "| recipients=118;;;0 senders=1;;;0 top_messages=118;;;0 top_networks=1;;;0\n",
        0,
    )


def test_logins_fail_where_somebody_sends_all_the_time():
    output, code = check("senders", *SAMPLE, "--at", "2026-11-22T07:04Z", "-v")
    assert output == (
        "QMAIL_SENDERS OK - 177 recipients of 5 senders in 15m, most of 127.0.0.0/24 (145)\n"
        "145 recipients of 127.0.0.0/24, 1 network\n"
        "8 recipients of m**r@test.example, 1 network\n"
        "8 recipients of o**n@test.example, 1 network\n"
        "8 recipients of r**n@test.example, 1 network\n"
        "8 recipients of r**b, 1 network\n"
        "| recipients=177;;;0 senders=5;;;0 top_messages=145;;;0 top_networks=1;;;0\n"
    )
    assert code == 0


def test_nobody(tmp_path):
    assert asked(tmp_path, [(NOW - 9, "tcpserver: status: 0/40")]) == (
        "QMAIL_SENDERS OK - nobody has sent mail in 15m | recipients=0;;;0 senders=0;;;0 top_messages=0;;;0 top_networks=0;;;0\n",
        0,
    )


@pytest.mark.parametrize(("number", "state", "code"), [(499, "OK", 0), (500, "WARNING", 1), (1999, "WARNING", 1), (2000, "CRITICAL", 2)])
def test_a_burst_by_the_figures(tmp_path, number, state, code):
    output, status = asked(tmp_path, mails(number, "anna@example.org"))
    words = (
        f"{number} recipients of 1 sender in 15m, most of a**a@example.org ({number})"
        if state == "OK"
        else f"a**a@example.org has sent to {number} recipients in 15m from 203.0.0.0/24: {STEP}"
    )
    assert output == f"QMAIL_SENDERS {state} - {words} | recipients={number};;;0 senders=1;;;0 top_messages={number};;;0 top_networks=1;;;0\n"
    assert status == code


def test_names_are_whole_where_asked_for(tmp_path):
    output, _ = asked(tmp_path, mails(600, "anna@example.org"), "--show-users", "-v")
    assert output.splitlines()[0] == f"QMAIL_SENDERS WARNING - anna@example.org has sent to 600 recipients in 15m from 203.0.0.0/24: {STEP}"
    assert output.splitlines()[1] == "600 recipients of anna@example.org, 1 network"


@pytest.mark.parametrize(("networks", "state"), [(9, "OK"), (10, "WARNING"), (39, "WARNING"), (40, "CRITICAL")])
def test_many_networks(tmp_path, networks, state):
    output, _ = asked(tmp_path, mails(80, "anna", networks))
    assert output.startswith(f"QMAIL_SENDERS {state} - ")
    assert (f"a**a has sent to 80 recipients in 15m from {networks} networks: " in output) is (state != "OK")


def test_few_recipients_from_many_networks_are_a_traveller(tmp_path):
    assert asked(tmp_path, mails(19, "anna", 19))[1] == 0


def test_own_thresholds(tmp_path):
    lines = mails(80, "anna", 5)
    assert asked(tmp_path, lines, "-w", "79")[1] == 1
    assert asked(tmp_path, lines, "-w", "80")[1] == 0
    assert asked(tmp_path, lines, "-c", "79")[1] == 2
    assert asked(tmp_path, lines, "--networks-warning", "4")[1] == 1
    assert asked(tmp_path, lines, "--networks-warning", "3", "--networks-critical", "4")[1] == 2


def test_a_password_was_guessed(tmp_path):
    guesses = mails(25, "anna", 1, 800, FAILED)
    output, code = asked(tmp_path, [*guesses, *mails(3, "anna")])
    assert output.startswith(
        f"QMAIL_SENDERS WARNING - a**a has sent to 3 recipients in 15m from 203.0.0.0/24, where 25 logins failed before: {STEP} |"
    )
    assert code == 1


def test_an_old_password_where_people_send_from_is_no_guess(tmp_path):
    assert asked(tmp_path, [*mails(40, "bert", 1, 700, FAILED), *mails(12, "anna", 1, 700)])[1] == 0


def test_an_old_password_of_one_who_was_there_before_is_no_guess(tmp_path):
    """A telephone asks all night; in the morning its owner writes."""
    guesses = mails(60, "anna", 1, 800, FAILED)
    assert asked(tmp_path, [*guesses, *mails(3, "anna", 1, 400)])[1] == 1
    assert asked(tmp_path, [*mails(1, "anna", 1, 40_000), *guesses, *mails(3, "anna", 1, 400)])[1] == 0


def test_the_worst_comes_first_and_others_are_counted(tmp_path):
    output, code = asked(tmp_path, [*mails(600, "anna"), *mails(2500, "berta"), *mails(700, "clara")])
    assert output.startswith(
        f"QMAIL_SENDERS CRITICAL - b**a has sent to 2500 recipients in 15m from 203.0.0.0/24: {STEP}; 2 more | recipients=3800;;;0 senders=3;;;0 top_messages=2500;;;0 top_networks=1;;;0"
    )
    assert code == 2


def usual(tmp_path, each_hour, now):
    """Write two days in which anna sends so much each hour, and 150 in the last ten minutes."""
    begin = int(time.time())
    lines = [
        (begin - 3600 * hour - 1800 + n, ACCEPT.format(pid=n, user="anna", client="203.0.113.9"))
        for hour in range(1, 30)
        for n in range(each_hour)
    ]
    lines += [(begin - 600 + n, ACCEPT.format(pid=n, user="anna", client="203.0.113.9")) for n in range(now)]
    return write_log(tmp_path / "qmail-smtpsub", sorted(lines))


@pytest.mark.parametrize(("each_hour", "now", "code"), [(1, 150, 1), (30, 150, 0), (1, 550, 2), (300, 550, 0), (1, 90, 0)])
def test_what_is_usual_is_learnt(tmp_path, each_hour, now, code):
    log = usual(tmp_path, each_hour, now)
    output, status = check("senders", "--log", log, "--state-dir", tmp_path / "state")
    assert f"{now} recipients" in output
    assert status == code, output


def test_learning_can_be_switched_off(tmp_path):
    log = usual(tmp_path, 1, 150)
    assert check("senders", "--log", log, "--state-dir", tmp_path / "state", "--no-learning")[1] == 0


def test_very_many_senders(tmp_path):
    """Recipients are counted to the last one; of senders a minute keeps 64, and says that there are more."""
    # They come in two minutes, whenever this runs.
    begin = int(time.time()) // 60 * 60 - 300 + 40
    client = "203.0.113.9"
    lines = [(begin + n // 20, ACCEPT.format(pid=n, user=f"u{n}", client=client)) for n in range(1000)]
    output, status = check("senders", "--log", write_log(tmp_path / "log", lines), "--state-dir", tmp_path / "state")
    assert status == 0
    assert "1000 recipients of " in output
    number = int(output.partition("recipients of ")[2].split()[0])
    assert 64 < number < 1000
    assert f"of {number} or more senders in 15m" in output


def test_of_the_networks_beside_very_many_senders_some_are_not_kept(tmp_path):
    lines = [line for number in range(2000) for line in mails(1, f"u{number}", before=300)]
    output, code = asked(tmp_path, [*lines, *mails(2500, "anna", 250)])
    assert re.match(rf"QMAIL_SENDERS CRITICAL - a\*\*a has sent to 2500 recipients in 15m from \d+ or more networks: {STEP}", output)
    assert code == 2


def test_what_a_client_sends_stays_out_of_the_line(tmp_path):
    lines = [(second, text.encode().replace(b"anna", b"a\x1b[2J|x=1")) for second, text in mails(600, "anna")]
    output, code = asked(tmp_path, lines)
    assert code == 1
    assert "\x1b" not in output
    assert output.count("|") == 1


RELAY = "qmail-smtpd: pid {pid} Accept::SNDR::Relay_Client P:ESMTP S:{client}:unknown H:x F:a@b.example ?~ 'boss@test.example' T:c ?~ '{user}'"


def test_a_client_that_relays_cannot_pass_for_users(tmp_path):
    """What it wrote into addresses looks like a user; nobody logged in."""
    lines = [(NOW - 600 + n / 10, RELAY.format(pid=n, client="203.0.113.9", user=f"u{n}")) for n in range(600)]
    output, code = asked(tmp_path, lines)
    assert output.startswith(f"QMAIL_SENDERS WARNING - 203.0.113.0/24 has sent to 600 recipients in 15m: {STEP} |")
    assert code == 1


def test_of_several_users_on_a_line_the_last_logged_in(tmp_path):
    line = ACCEPT.replace("F:a@b.example", "F:x ?~ 'boss'@b.example").replace("?~ '{user}'", "?= '{user}'")
    output, _ = asked(tmp_path, mails(600, "anna", line=line), "--show-users")
    assert output.startswith("QMAIL_SENDERS WARNING - anna has sent to 600 recipients")
