"""Pseudonyms: stable under a key, unlike without, and nobody's name left over."""

import re

import pytest

from report.reports import SAMPLES, answer, log, run, table
from sqmail_report.tables.pseudonyms import Pseudonyms, unnamed


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


NAMES = ("ann/home,x", "a:b(c)", "jane_doe", "secret.name", "<i>odd</i>")


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_no_name_is_left_however_it_is_written(tmp_path, key, form):
    sent, served = [], []
    for number, name in enumerate(NAMES, 100):
        for domain in ("@example.org", ""):
            sent += [
                f"info msg {number}: bytes 9 from <{name}{domain}> qp {number} uid 1",
                f"starting delivery 7: msg {number} to remote {name}{domain}",
                f"delivery 7: deferral: 192.0.2.9_said:_450_No_{name}_here,_<{name}{domain}>/Sorry_{name}/",
                f"starting delivery 7: msg {number} to local example.org-{name}{domain}",
                f"delivery 7: failure: mailbox_of_{name.upper()}_is_gone/",
            ]
            record = f"P:ESMTPA S:198.51.100.7:host-198-51-100-7.example.net H:h F:{name}{domain} T:{name}{domain}"
            served += [
                f"tcpserver: pid {number} from 198.51.100.7",
                f"tcpserver: ok {number} mx:192.0.2.1:25 host-198-51-100-7.example.net:198.51.100.7:ident:4321",
                f"qmail-smtpd: pid {number} Reject::RCPT::Failed_Rcptto {record.replace('_', ' ')}",
                f"qmail-smtpd: pid {number} Accept::AUTH::plain {record} ?~ '{name}{domain}'",
                f"tcpserver: end {number} status 0",
            ]
    logs = ["--log", log(tmp_path / "send", sent), "--log", log(tmp_path / "smtpd", served)]
    told = ""
    for command in (
        ["all", "--verbatim"], ["all", "--verbatim", "--top", 3], ["pending"], ["rejects", "--show-addresses"],
        ["sessions"], ["sessions", "--show-users"], ["trace", "--client", "198.51.100.7"],
        ["trace", "--client", "198.51.100.7", "--show-users"], ["trace", "--qp", "102"],
        ["daily", "--day", "2026-11-22", "--utc"],
    ):  # fmt: skip
        told += table(*command, *logs, "--anonymise-key", key, "--format", form)
    assert not re.search(r"(?i)ann/|home|a:b|\(c\)|jane|\bdoe|secret|odd|\bident\b|198.51.100.7|192\.0\.2\.9", told)
    assert told.count("SOMEBODY") > len(NAMES)


@pytest.mark.parametrize(
    ("words", "address", "told"),
    [
        ("no ann here, Ann", "ann@example.org", "no SOMEBODY here, SOMEBODY"),
        ("no ann here", "ann", "no SOMEBODY here"),
        ("no ann here", "example.org-ann@example.org", "no SOMEBODY here"),
        ("no example.org-ann here", "example.org-ann@example.org", "no SOMEBODY here"),
        ("no joanna, no anna here", "ann@example.org", "no joanna, no anna here"),
        ("no such host example.org", "ann@example.org", "no such host example.org"),
        ("<ann@example.org>", "ann@example.org", "<ann@example.org>"),
        ("no a:b@example.org here", "a:b@example.org", "no SOMEBODY@example.org here"),
        ("nobody, - here", "", "nobody, - here"),
    ],
)
def test_a_name_alone_is_somebody(words, address, told):
    assert unnamed(words, address) == told


def test_a_name_with_its_address_is_the_address_s_pseudonym(tmp_path, key):
    text = "192.0.2.9_said:_450_<ann@example.org>,ann@example.org/"
    lines = [
        "info msg 1: bytes 9 from <> qp 1 uid 1",
        "starting delivery 7: msg 1 to remote ann@example.org",
        f"delivery 7: deferral: {text}",
    ]
    (row,) = answer("pending", "--anonymise-key", key, "--log", log(tmp_path / "log", lines))
    name = row["recipient"].removeprefix("remote.")
    assert row["reason"].endswith(f" said: 450 <{name}>,{name}/")


def test_a_short_key_is_refused(tmp_path):
    key = tmp_path / "key"
    key.write_bytes(b"secret\n")
    status, out, err = run("overview", "--anonymise-key", key, "--log", log(tmp_path / "log", ["new msg 1"]))
    assert (status, out) == (1, "")
    assert err == (
        f"sqmail-report: {key}: a key of 6 bytes can be guessed; head -c 32 /dev/urandom | base64 makes one\n"
    )
