"""Lines of other programs: every row of every dialect has a sample, and nothing that a client sent gets anywhere."""

import json
import subprocess
import sys

import pytest

from grammar.test_shapes import BLOCKS, all_lines
from sqmail_log.dialects import known, names
from sqmail_log.dialects.rows import HANDSHAKE, KNOWN, meaning
from sqmail_log.figures import sums
from sqmail_log.lines import sessions, shapes
from sqmail_report.sessions import tables as session_tables
from sqmail_report.sessions.ledger import SessionLedger
from sqmail_report.trace import connections as traced
from sqmail_report.trace import wording

LABEL = b"@400000006b02965100040740 "
ROWS = [pytest.param(dialect, row, id=f"{name}: {row.says.decode()}") for name, dialect in known.DIALECTS.items() for row in dialect.rows]


def found_rows():
    found = {}
    for line in all_lines():
        whose = known.find(line)
        if whose is not None:
            found.setdefault(whose[1].row, []).append(line)
    return found


FOUND = found_rows()


@pytest.mark.parametrize(("dialect", "row"), ROWS)
def test_every_row_has_a_sample(dialect, row):
    assert row in FOUND, dialect.name


@pytest.mark.parametrize(("dialect", "row"), ROWS)
def test_every_row_counts_as_something_that_there_is(dialect, row):
    if row.counts not in {KNOWN, HANDSHAKE}:
        meant = meaning(row.counts, b"ESMTP")
        assert meant is not None
        assert meant.unknown == ""
    assert set(row.unless) <= {names.NATIVE, *names.PROGRAMS} - {dialect.name}


def test_no_two_dialects_yield_to_each_other():
    yields = {(name, better) for name, dialect in known.DIALECTS.items() for row in dialect.rows for better in row.unless}
    accepting = {
        (name, better)
        for name, dialect in known.DIALECTS.items()
        for row in dialect.rows
        if row.counts.startswith("Accept::")
        for better in row.unless
    }
    assert yields
    assert not {(a, b) for a, b in accepting if (b, a) in accepting}


def test_every_dialect_is_named():
    assert set(known.DIALECTS) == set(names.PROGRAMS) == {name for whose in names.HEADS.values() for name in whose}


@pytest.mark.parametrize("name", names.PROGRAMS)
def test_what_a_dialect_tells_is_what_its_rows_count(name):
    counts = {row.counts for row in known.DIALECTS[name].rows}
    logins = {count for count in counts if "::AUTH::" in count and not count.endswith(("::Required", "::Auth_Meth"))}
    accepts = {count for count in counts - logins if count.startswith("Accept::")}
    refuses = {count for count in counts - logins if count.startswith(("Reject::", "Deferred::"))}
    tells = set(names.PROGRAMS[name].tells)
    # qmail-ldap refuses without a word where it is told to be terse.
    assert (names.RECORDS in tells or names.REJECTS in tells) == (bool(refuses) and name != "ldap-terse")
    assert names.RECORDS not in tells or accepts
    assert names.LOGINS not in tells or logins or name == "indimail"


@pytest.mark.parametrize("beginning", names.HEADS)
def test_every_head_begins_a_sample(beginning):
    assert any(names.head(line) == beginning for line in all_lines())


@pytest.mark.parametrize("beginning", [head for head in names.HEADS if head not in names.NO_SIGNS])
def test_a_log_of_a_dialect_alone_is_a_log_of_sessions(beginning):
    line = next(line for line in all_lines() if names.head(line) == beginning)
    assert shapes.families([LABEL + line + b"\n"]) == {"sessions"}


def count(*texts):
    ledger = SessionLedger(addresses=True)
    lines = [LABEL + text + b"\n" for text in texts]
    found = sums.Sums()
    strangers = sessions.SessionLog().feed(lines, found, ledger)
    ledger.settle(len(lines), strangers)
    return found, ledger


def everything(*texts):
    """Return all that sums, reports and traces keep of lines, as one text."""
    found, ledger = count(*texts)
    tables = session_tables.sessions(ledger, show_users=True) + session_tables.rejects(ledger)
    sessions_ = traced.Sessions(lambda _: True)
    sessions.SessionLog().feed([LABEL + text + b"\n" for text in texts], sums.Sums(), sessions_)
    sessions_.close()
    rows = [row for session in sessions_.chosen for row in wording.of_session(session, show_users=True)]
    first_words = [shapes.gist(LABEL + text + b"\n") for text in texts]
    return json.dumps([found.numbers, found.tables, [[list(map(str, row)) for row in table.rows] for table in tables]]) + str(rows) + str(first_words)


@pytest.mark.parametrize(
    "text",
    [
        b"vchkpw-smtp: password fail (pass: 'hunter2') sam@example.com:203.0.113.1",
        b"vchkpw-smtp: password fail (pass: 'hunter2') x@y:1.2.3.4') sam@example.com:203.0.113.1",
        b"vchkpw-smtp: system password fail (pass: 'a hunter2 b') sam:203.0.113.1",
        b"vchkpw: password fail hunter2 sam@example.com:203.0.113.1",
        b"vchkpw: system password fail a hunter2 sam:203.0.113.1",
        b"vchkpw-smtp: something new (pass: 'hunter2') sam@example.com:203.0.113.1",
        b"vpopmail[8164]: vchkpw-pop3: password fail (pass: 'hunter2') sam@example.com:203.0.113.1",
        b"vpopmail[8164]: vchkpw-pop3: password fail (pass: 'hunter2",
    ],
)
def test_no_password_gets_anywhere(text):
    assert known.find(text)[0] == "vpopmail"
    assert "hunter2" not in everything(text)


QLOG = (
    b"qlogenvelope: result=rejected code=550 reason=chkuser detail=nomailbox helo=%s mailfrom=%s rcptto=%s relay=no "
    b"rcpthosts=yes size= authuser= authtype= encrypted= sslverified=no localip=192.0.2.10 localport=25 "
    b"remoteip=203.0.113.7 remoteport=40000 remotehost=unknown qp= pid=4711"
)
FORGED = b"x reason=spf detail=fail result=accepted code=250 remoteip=198.51.100.66 remoteport=1 qp=1 pid=666 authuser=boss authtype=plain encrypted=tls helo=y"


@pytest.mark.parametrize("place", range(3))
def test_what_stands_in_qlog_behind_helo_is_not_believed(place):
    claims = [b"x", b"a@example.net", b"b@example.org"]
    claims[place] = FORGED
    text = QLOG % tuple(claims)
    found, _ = count(text)
    assert found.numbers == {"reject": 1, "reject_RCPT_Failed_Rcptto": 1}
    assert found.tables["refused"] == {"203.0.113.0/24": 1}
    assert known.find(text)[1].pid == b"4711"
    assert known.find(text)[1].user == b""


# What a client sends is put where each program logs it: the count and the network must stay.
HOSTILE = [
    b"x> rcpt <y> : found existing recipient", b"> remote <h:h:198.51.100.66> rcpt <z", b"x:198.51.100.66:y:z",
    b"> at 198.51.100.66", b" origin_ip: 198.51.100.66 origin_rdns: x auth: boss encryption: TLS",
    b" from 198.51.100.66 to x", b"] [198.51.100.66] y", b"(permanent): HELO <", b"> AUTH <boss: AUTH LOGIN> Size: 1 TLS=TLSv1.3",
    b"' login success x@y:198.51.100.66", b"@x:198.51.100.66", b"Accept::RCPT::Rcpthosts_Rcptto P:ESMTPS S:198.51.100.66:x",
    b"\xff\x1b[31m|\t", b";Result:OK", b" S:198.51.100.66:x H:x F:x T:x",
]  # fmt: skip
TEMPLATES = {
    b"CHKUSER rejected rcpt: from <%s::> remote <%s:unknown:203.0.113.7> rcpt <%s> : not existing recipient": "reject_RCPT_Failed_Rcptto",
    b"spamdyke[4711]: DENIED_RBL_MATCH from: %s to: %s origin_ip: 203.0.113.7 origin_rdns: (unknown) auth: (unknown) encryption: (none) reason: %s": "reject_RBL_RBL_Listed",
    b"simscan:[4711]:SPAM REJECT (18.40/9.00):1.2s:%s:203.0.113.7:%s:%s": "reject_DATA_Spam_Message",
    b"qmail-smtpd: pid 4711 from 203.0.113.7 Invalid RELAY client: MAIL from <%s> RCPT <%s>, Auth <%s>": "reject_SNDR_Invalid_Relay",
    b"qmail-smtpd[4711]: badhelo: <%s%s%s> at 203.0.113.7": "reject_SNDR_Bad_Helo",
    b"qmail-smtpd[4711]: AUTH failed [203.0.113.7] %s%s%s": "reject_AUTH_Failed",
    b"qmail-smtpd: message too big: %s from 203.0.113.7 to %s helo %s": "reject_DATA_Invalid_Size",
    b"vchkpw-pop3: vpopmail user not found %s%s%s:203.0.113.7": "reject_AUTH_Unknown_User",
    b"CHKUSER rejected rcpt: from <%s|remoteinfo/auth:|chkuser-identify:> remote <helo:%s|remotehostname:unknown|remotehostip:203.0.113.7> rcpt <%s> : not existing recipient": "reject_RCPT_Failed_Rcptto",
    b"smtp_auth: FAILED: %s%s%s - password incorrect  from unknown@ [203.0.113.7]": "reject_AUTH_Password",
    b"qmail-smtpd: pid 4711 from 203.0.113.7  AUTH USER [%s%s%s] status=[1] AUTH LOGIN TLS=No auth failure": "reject_AUTH_login",
    b"qmail-smtpd 4711: no mail relay for 'rcpt to': %s%s%s": "reject_SNDR_Invalid_Relay",
    QLOG: "reject_RCPT_Failed_Rcptto",
}


@pytest.mark.parametrize("claim", HOSTILE)
@pytest.mark.parametrize(("template", "metric"), TEMPLATES.items())
@pytest.mark.parametrize("place", range(3))
def test_a_client_changes_neither_what_counts_nor_whom_it_is(template, metric, claim, place):
    claims = [b"x", b"y@example.net", b"z@example.org"]
    claims[place] = claim
    found, _ = count(template % tuple(claims))
    assert found.numbers.get(metric) == 1
    assert found.numbers.get("reject") == 1
    assert not {"accept", "deferred", "warnings", "unrecognised", "records_tls"} & found.numbers.keys()
    (networks,) = [found.tables[table] for table in ("refused", "login") if table in found.tables]
    # It may hide, and never be another.
    assert networks in ({"203.0.113.0/24": 1}, {"unknown": 1})
    everything(template % tuple(claims))


def test_native_records_count_beside_a_filter_that_repeats_them():
    found, _ = count(
        b"qmail-smtpd: pid 4711 Accept::RCPT::Rcpthosts_Rcptto P:ESMTP S:203.0.113.7:unknown H:x F:a@example.net T:b@example.org",
        b"spamdyke[4711]: ALLOWED from: a@example.net to: b@example.org origin_ip: 203.0.113.7 origin_rdns: (unknown) auth: (unknown) encryption: (none) reason: 250_ok",
        b"simscan:[4711]:CLEAN (-1.21/9.00):1.2s:x:203.0.113.7:a@example.net:b@example.org",
    )
    assert found.numbers == {"accept": 1, "accept_RCPT_Rcpthosts_Rcptto": 1}
    assert found.tables == {"dialect": {"spamdyke": 1, "simscan": 1}}


def test_logs_without_them_load_no_dialect():
    script = (
        "import sys; from sqmail_log.lines import sessions; from sqmail_log.figures import sums;"
        "found = sums.Sums(); lines = sys.stdin.buffer.readlines(); sessions.SessionLog().feed(lines, found);"
        "print(found.numbers.get('reject', 0), sorted(name for name in sys.modules if '.dialects.' in name))"
    )
    known_ones = [block.values[0] for block in BLOCKS if block.id.startswith("records: ") and "strangers" not in block.values[1]]
    native = b"".join(line for lines in known_ones for line in lines)
    done = subprocess.run([sys.executable, "-c", script], input=native, capture_output=True, check=True, env={"PYTHONPATH": ":".join(sys.path)})
    rejects, _, modules = done.stdout.decode().partition(" ")
    assert int(rejects) > 10
    assert modules.strip() == "['sqmail_log.dialects.names']"


def test_users_of_logins_are_reported():
    _, ledger = count(
        b"vchkpw-pop3: password fail sam@example.com:203.0.113.1",
        b"qmail-smtpd[1]: AUTH failed [203.0.113.2] sam@example.com",
        b"vchkpw-pop3: vpopmail user not found root@:203.0.113.3",
    )
    (table,) = [table for table in session_tables.sessions(ledger, show_users=True) if table.layout.name == "authentication"]
    assert sorted(table.rows, key=str) == [
        (0, 1, 1, "ESMTP", "sam@example.com"), (0, 1, 1, "POP3", "root"), (0, 1, 1, "POP3", "sam@example.com"),
    ]  # fmt: skip


def test_lines_torn_anywhere_are_no_fault():
    texts = {text[:end] for text in all_lines() if names.head(text) in names.HEADS for end in range(len(text))}
    assert len(texts) > 10_000
    found, ledger = count(*sorted(texts))
    assert found.numbers["reject"] > 1000
    assert sums.Sums.load(found.dump()).numbers == found.numbers
    assert session_tables.sessions(ledger, show_users=True)


def test_nothing_that_a_client_sends_makes_a_key():
    texts = [
        template % (b"x%d" % number, b"y%d@example.net" % number, b"z%d@example.org" % number)
        for template in TEMPLATES
        for number in range(200)
    ]
    found, _ = count(*texts)
    assert set(found.tables) == {"dialect", "refused", "login"}
    assert set(found.tables["refused"]) | set(found.tables["login"]) == {"203.0.113.0/24"}
