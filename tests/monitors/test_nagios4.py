"""A real nagios4 schedules the checks of the example against logs that grow under a real multilog."""

import os
import re
import shutil
import subprocess

import pytest

from monitors import expectations, independent, nagios
from monitors import site as sites
from monitors.gateway import gateway
from processes import until

pytestmark = [
    pytest.mark.skipif(shutil.which("nagios4") is None, reason="nagios4 is not installed (nagios4-core)"),
    *(
        pytest.mark.skipif(
            not os.access(path, os.R_OK),
            reason=f"{path} cannot be read (nagios4-common, monitoring-plugins-basic)",
        )
        for path in nagios.DEBIAN
    ),
    pytest.mark.skipif(shutil.which("multilog") is None, reason="multilog is not installed (daemontools)"),
    pytest.mark.skipif(
        os.geteuid() == 0 and shutil.which("setfacl") is None, reason="setfacl is not installed (acl)"
    ),
]
OK, WARNING, CRITICAL = range(3)
# State and first line once the whole samples are written; ages are left to the clock.
# (Nagios turns ; into :.)
OUTPUT = {
    "qmail flow": (
        OK,
        (
            r"QMAIL_FLOW OK - 2247 connections, 1744 accepted, 1879 queued, 2662 deliveries started, "
            r"1814 messages ended in 15m"
        ),
    ),
    "qmail queue": (
        OK,
        r"QMAIL_QUEUE OK - 124 messages, oldest (at least )?\d+s \(#\d+\), spool 3 and 1 not yet preprocessed",
    ),
    "qmail delivery": (
        OK,
        (
            r"QMAIL_DELIVERY OK - of 2662 delivery attempts in 15m 13\.19 % failed: no such local mailbox "
            r"\(239 of 351\), 9\.39 % were deferred: greylisted \(121 of 250, mostly rcpt4\.example\)"
        ),
    ),
    "qmail smtpd": (
        OK,
        (
            r"QMAIL_SMTPD OK - 54\.5 % of 3736 records rejected in 15m: recipient unknown "
            r"\(534 of 2036, Reject::RCPT::Failed_Rcptto\), mostly from 127\.0\.0\.0/24"
        ),
    ),
    "qmail submission": (
        WARNING,
        (
            r"QMAIL_SMTPD WARNING - 77\.78 % of 36 records rejected in 15m: "
            r"authentication required but missing \(14 of 28, Reject::AUTH::missing\)"
        ),
    ),
    "qmail senders": (OK, r"QMAIL_SENDERS OK - 177 recipients of 5 senders in 15m, most of 127\.0\.0\.0/24 \(145\)"),
    "qmail auth": (
        WARNING,
        (
            r"QMAIL_AUTH WARNING - 192 failed logins in 15m: POP3 login with USER refused \(66\), "
            r"192 from 127\.0\.0\.0/24"
        ),
    ),
    "qmail concurrency send": (OK, r"QMAIL_CONCURRENCY OK - remote 20 of 20 \(100 %\), local 10 of 10 \(100 %\) in 15m"),
    "qmail concurrency smtpd": (OK, r"QMAIL_CONCURRENCY OK - connections 12 of 12 \(100 %\) in 15m"),
    "qmail concurrency submission": (OK, r"QMAIL_CONCURRENCY OK - connections 10 of 40 \(25 %\) in 15m"),
    "qmail concurrency pop3d": (OK, r"QMAIL_CONCURRENCY OK - connections 6 of 40 \(15 %\) in 15m"),
    "qmail log send": (OK, r"QMAIL_LOG OK - newest line \d+s ago"),
    "qmail log smtpd": (OK, r"QMAIL_LOG OK - newest line \d+s ago: 4 of 16572 lines unrecognised"),
    "qmail log submission": (
        CRITICAL,
        (
            r"QMAIL_LOG CRITICAL - fatal error: sslserver: \(111\) unable to bind to: 127\.0\.0\.1 port: 587 "
            r"\(23 times in 15m\): newest line \d+s ago"
        ),
    ),
    "qmail log pop3d": (OK, r"QMAIL_LOG OK - newest line \d+s ago"),
}


@pytest.fixture
def main(site):
    return nagios.configure(site)


def expected(logs):
    """Return the performance data of each service for the lines fed so far."""
    fed = {name: log.lines for name, log in logs.items()}
    return {
        "qmail flow": expectations.flow_data(expectations.together(fed, fed)),
        "qmail queue": expectations.queue_data(fed["qmail-send"], sites.SPOOLED, sites.TODO),
        "qmail delivery": expectations.delivery_data(fed["qmail-send"]),
        "qmail smtpd": expectations.records_data(fed["qmail-smtpd"]),
        "qmail submission": expectations.records_data(fed["qmail-smtpsub"], 50, 80),
        "qmail senders": expectations.senders_data(expectations.together(fed, expectations.MAIL)),
        "qmail auth": expectations.auth_data(expectations.together(fed, expectations.PASSWORDS)),
        "qmail concurrency send": expectations.deliveries_at_once(fed["qmail-send"]),
        **{
            f"qmail concurrency {name}": expectations.connections_at_once(fed[log])
            for name, log in expectations.LOGS.items()
            if name != "send"
        },
        **{f"qmail log {name}": expectations.log_data(fed[log]) for name, log in expectations.LOGS.items()},
    }


def follow(read, logs):
    """Wait until the services show what the logs hold; return them."""
    wanted = expected(logs)

    def shown():
        return {name: expectations.shown(status["performance_data"]) for name, status in read().items()}

    try:
        until(lambda: shown() == wanted, "the services show what was fed")
    except AssertionError:
        assert shown() == wanted
    return read()


def test_the_example_is_valid(main):
    output, code = nagios.validate(main)
    assert code == 0, output
    assert re.findall(r"Total (?:Warnings|Errors): +(\d+)", output) == ["0", "0"]
    assert f"Checked {len(OUTPUT)} services" in output


def test_services_follow_growing_logs(site, main, logs):
    for log in logs.values():
        log.feed(0.6)
    with nagios.running(main) as read:
        follow(read, logs)
        for log in logs.values():
            log.feed(0.5)
        follow(read, logs)
        for log in logs.values():
            log.feed()
        services = follow(read, logs)

    assert len(logs["qmail-send"].files()) > 25, "multilog rotated meanwhile"
    assert services.keys() == OUTPUT.keys()
    for name, (state, output) in OUTPUT.items():
        if name == "qmail queue" and not expectations.has_room(site):
            continue
        assert re.fullmatch(output, services[name]["plugin_output"]), services[name]["plugin_output"]
        assert state in {None, int(services[name]["current_state"])}, name

    delays = independent.delays(site / "log" / "qmail-send")
    shown = re.findall(r"delay_p\d\d=([\d.]+)s", services["qmail delivery"]["performance_data"])
    assert [float(delay) for delay in shown] == [
        pytest.approx(delays[-(-len(delays) * share // 100) - 1], rel=0.01, abs=0.001) for share in (50, 95)
    ]

    details = services["qmail smtpd"]["long_plugin_output"].split("\\n")
    assert details[0] == "534 Reject::RCPT::Failed_Rcptto: recipient unknown"
    log = (site / "nagios" / "nagios.log").read_text()
    assert not re.search("Warning: |Error: ", log), log


def test_every_check_is_seen_in_every_state(site):
    expectations.place_states(site / "samples")
    wanted, objects = {}, []
    for check, code, logs, options in expectations.cases():
        name = f"{check}-{code}"
        wanted[name] = code
        first, *others = (f"{site}/samples/{log}" for log in logs)
        words = [*(f"--log {log}" for log in others), *(f"--{option} '{value}'" for option, value in options.items())]
        command = "check_qmail" if check == "host" else f"check_qmail_{check}"
        objects.append(
            f"define service {{\n use qmail-service\n host_name mx1\n service_description {name}\n _LOG {first}\n"
            f" check_command {command}!{' '.join(words)}\n}}\n"
        )
    main = nagios.configure(site, "".join(objects))
    with nagios.running(main) as read:
        found = until(
            lambda: (shown := read()) and all(shown.get(name, {}).get("has_been_checked") == "1" for name in wanted) and shown,
            "nagios4 has a result of each check in each state",
        )
    assert {name: int(found[name]["current_state"]) for name in wanted} == wanted
    assert found["flow-2"]["plugin_output"].startswith("QMAIL_FLOW CRITICAL - qmail-send has logged nothing for 11m, while SMTP")
    assert found["host-1"]["plugin_output"].startswith("QMAIL WARNING - log: newest line 11m 46s ago")


def test_passive_results_by_the_command_file(site):
    """Each line that `check_qmail --format passive` prints is taken as the result of the service that it names."""
    expectations.place_states(site / "samples")
    logs = [word for log in ("send", "smtpd") for word in ("--log", f"{site}/samples/{log}")]
    results = sites.as_user(
        str(site / "bin" / "check_qmail"), *logs, "--at", expectations.SENT, "--format", "passive", "--host", "mx1", "--set", "queue=-c 100"
    ).stdout
    wanted = {
        name: (code, output, figures)
        for name, code, output, figures in re.findall(r"^\[\d+\] PROCESS_SERVICE_CHECK_RESULT;mx1;(.+?);(\d);(.*) \| (.*)$", results, re.MULTILINE)
    }
    services = "".join(
        f"define service {{\n use qmail-service\n host_name mx1\n service_description passive {name}\n _LOG none\n"
        " check_command check_qmail_log\n active_checks_enabled 0\n passive_checks_enabled 1\n}\n"
        for name in wanted
    )
    main = nagios.configure(site, services)
    with nagios.running(main) as read:
        nagios.submit(main, results.replace(";mx1;", ";mx1;passive "))
        found = until(
            lambda: (shown := read()) and all(shown[f"passive {name}"]["has_been_checked"] == "1" for name in wanted) and shown,
            "nagios4 has taken the results",
        )
    assert len(wanted) == len(results.splitlines()) > 8
    for name, result in wanted.items():
        status = found[f"passive {name}"]
        assert (status["current_state"], status["plugin_output"], status["performance_data"]) == result
    assert wanted["qmail queue"][0] == "2"


def test_somebody_is_called_and_not_by_mail():
    """The notification command of the example reaches its gateway, whatever the line holds."""
    text = (nagios.EXAMPLES / "commands.cfg").read_text()
    line = re.search(r"command_name +call-by-https\n +command_line +(.+)\n", text)[1]
    macros = {
        "NOTIFICATIONTYPE": "PROBLEM",
        "HOSTNAME": "mx1",
        "SERVICEDESC": "qmail flow",
        "SERVICESTATE": "CRITICAL",
        "SERVICEOUTPUT": "QMAIL_FLOW CRITICAL - 50 % of 12: see (svstat) #1",
        "SERVICENOTESURL": "https://graphs.example.org/qmail/runbooks/index.html#check_qmail_flow",
        "SERVICEACTIONURL": "https://graphs.example.org/qmail/hosts/mx1/index.html",
    }
    with gateway() as (address, calls):
        line = line.replace("https://ntfy.example.org", address)
        for name, value in macros.items():
            line = line.replace(f"${name}$", value)
        done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    ((path, _, text),) = calls
    assert path == "/mail-alarms"
    assert text == (
        "PROBLEM mx1 qmail flow: CRITICAL\nQMAIL_FLOW CRITICAL - 50 % of 12: see (svstat) #1\n"
        "https://graphs.example.org/qmail/runbooks/index.html#check_qmail_flow\nhttps://graphs.example.org/qmail/hosts/mx1/index.html\n"
    )
