"""Pseudonyms: stable under a key, unlike without, and nobody's name left over."""

import re

import pytest

from report.reports import SAMPLES, answer, log, run, table
from sqmail_report.pseudonyms import Pseudonyms


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "key"
    path.write_bytes(b"0123456789abcdef0123456789abcdef\n")
    return path


def test_domains_stay_and_local_parts_go(key):
    rows = answer("senders", "--anonymise-key", key, "--log", SAMPLES / "send")
    assert all(re.fullmatch(r"\d+/<(u-[0-9a-f]{12}@[\w.]+|#@\[\]|)>", row["sender"]) for row in rows)
    assert {row["sender"].rpartition("@")[2] for row in rows} >= {"test.example>", "list.example>"}


def test_figures_stay(key):
    plain = answer("recipients", "--log", SAMPLES / "send")
    hidden = answer("recipients", "--anonymise-key", key, "--log", SAMPLES / "send")
    assert sorted((row["mess"], row["xdelay"]) for row in hidden) == sorted(
        (row["mess"], row["xdelay"]) for row in plain
    )
    names = [row["recipient"] for row in hidden]
    assert names == sorted(names)
    assert len(set(names)) == len(plain)


def test_one_person_is_one_pseudonym_in_all_tables(key):
    options = ["--anonymise-key", key, "--log", SAMPLES / "send"]
    sender = {row["sender"].partition("<")[2].rstrip(">") for row in answer("senders", *options)}
    recipient = {row["recipient"].partition(".")[2] for row in answer("recipients", *options)}
    assert sender & recipient


def test_without_a_key_each_run_has_its_own():
    options = ["recipients", "--anonymise", "--top", 1, "--log", SAMPLES / "send"]
    assert table(*options) != table(*options)


@pytest.mark.parametrize("command", [["all", "--verbatim"], ["pending"], ["rejects"], ["sessions"]])
def test_no_local_part_is_left(key, command):
    logs = [option for name in ("send", "smtpd", "pop3d") for option in ("--log", SAMPLES / name)]
    out = table(*command, "--anonymise-key", key, *logs)
    assert not re.search(r"rq(ann|bob|carl|dora)|127\.0\.0\.\d", out)
    for found in re.finditer(r"[^\s<>@/:,]+(?=@[a-z])", out):
        assert re.fullmatch(r"(local\.|remote\.)?u-[0-9a-f]{12}", found[0])


def test_a_trace_is_hidden_too(key):
    options = ["trace", "--recipient", "rqann@test.example", "--anonymise-key", key]
    out = table(*options, "--log", SAMPLES / "smtpd")
    assert "@test.example" in out
    assert not re.search(r"rqann|127\.0\.0\.\d", out)


def test_words_with_addresses():
    hide = Pseudonyms(b"k" * 32).words
    for word in ("192.0.2.1", "2001:db8::1", "::1", "[2001:db8::25:7]"):
        assert word.strip("[]") not in hide(f"connection to {word} died")
    assert hide("at 07:14:31 code 5.1.1 <a@example.org>").startswith("at 07:14:31 code 5.1.1 <u-")


def test_a_short_key_is_refused(tmp_path):
    key = tmp_path / "key"
    key.write_bytes(b"secret\n")
    status, out, err = run("overview", "--anonymise-key", key, "--log", log(tmp_path / "log", ["new msg 1"]))
    assert (status, out) == (1, "")
    assert err == (
        f"sqmail-report: {key}: a key of 6 bytes can be guessed; head -c 32 /dev/urandom | base64 makes one\n"
    )
