"""The parser finds in a generated log what the generator put there."""

import json

import pytest

from benchmarks.generate import main
from sqmail_log import watch
from sqmail_log.figures.sums import total

SEND = {
    "messages": "new",
    "ended": "end",
    "bytes": "info_bytes",
    "starts_local": "start_local",
    "starts_remote": "start_remote",
    "success_local": "success_local",
    "success_remote": "success_remote",
    "failure_local": "failure_local",
    "failure_remote": "failure_remote",
    "deferral_local": "deferral_local",
    "deferral_remote": "deferral_remote",
    "bounces": "bounce",
    "double_bounces": "double_bounce",
    "triple_bounces": "triple_bounce",
    "restarts": "exiting",
    "warnings": "warning",
    "alerts": "alert",
    "tls_out": "tls",
    "expired": "expired",
    "unrecognised": "foreign",
    "local": "max_local",
    "remote": "max_remote",
}
SMTPD = {
    "accept": "accept",
    "reject": "reject",
    "deferred": "deferred",
    "ok": "ok",
    "deny": "deny",
    "greetdelay": "greetdelay",
    "rbl_451": "rbl_451",
    "rbl_553": "rbl_553",
    "unrecognised": "foreign",
    "connections": "max_connections",
}


def known(tmp_path, *arguments):
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 0
    truth = json.loads((tmp_path / "out" / "truth.json").read_text())
    now = truth["last_ns"] + 10**9
    view = watch.watch(
        str(tmp_path / "out" / "log"), str(tmp_path / "state"), history=None, seconds=200, now=now
    )
    assert view.behind == 0
    return truth, view


@pytest.mark.parametrize("archives", ["0", "37"])
def test_send_log(tmp_path, archives):
    truth, view = known(
        tmp_path, "send", "--size", "4M", "--seed", "21", "--open", "3000", "--archives", archives
    )
    numbers = total(sums for _, sums in view.minutes(0, 1 << 40)).numbers

    assert {name: numbers.get(name, 0) for name in SEND} == {
        name: truth["counts"][count] for name, count in SEND.items()
    }
    assert numbers["lines"] == truth["lines"]
    assert not [name for name in numbers if name.endswith("_unknown")]
    assert view.queue == truth["queue"]["messages"]


@pytest.mark.parametrize("server", ["tcpserver", "sslserver"])
def test_session_log(tmp_path, server):
    truth, view = known(
        tmp_path, "smtpd", "--size", "4M", "--seed", "21", "--archives", "20", "--server", server
    )
    numbers = total(sums for _, sums in view.minutes(0, 1 << 40)).numbers

    assert {name: numbers.get(name, 0) for name in SMTPD} == {
        name: truth["counts"][count] for name, count in SMTPD.items()
    }
    reasons = {
        name.replace("::", "_").replace("-", "_"): count
        for name, count in truth["conditions"].items()
        if name.startswith("Reject")
    }
    found = {
        name.replace("reject", "Reject", 1): n for name, n in numbers.items() if name.startswith("reject_")
    }
    assert found == reasons
    assert numbers["lines"] == truth["lines"]
