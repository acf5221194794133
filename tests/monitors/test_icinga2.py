"""A real icinga2 takes the example configuration and runs its checks."""

import json
import os
import re
import shutil

import pytest

from monitors import expectations, icinga
from monitors import site as sites
from monitors.gateway import gateway
from processes import until
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.page.model import page_name

pytestmark = [
    *(
        pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed ({package})")
        for program, package in {
            "icinga2": "icinga2-bin",
            "multilog": "daemontools",
            "openssl": "openssl",
        }.items()
    ),
    pytest.mark.skipif(
        os.geteuid() == 0 and shutil.which("setfacl") is None, reason="setfacl is not installed (acl)"
    ),
    pytest.mark.skipif(
        not os.access(icinga.TEMPLATES, os.R_OK),
        reason=f"{icinga.TEMPLATES} cannot be read (icinga2-common)",
    ),
]
SERVICES = {
    *(f"qmail-{what}-send" for what in ("queue", "delivery", "concurrency", "log")),
    *(f"qmail-{what}-{log}" for what in ("smtpd", "concurrency", "log") for log in ("smtpd", "submission")),
    *("qmail-concurrency-pop3d", "qmail-log-pop3d"),
    "qmail-auth",
    "qmail-flow",
    "qmail-senders",
}


@pytest.fixture
def daemon(site):
    return icinga.Icinga(site)


@pytest.mark.parametrize("agent", [True, False])
def test_the_example_is_valid(site, agent):
    daemon = icinga.Icinga(site, agent=agent)
    output, code = daemon.validate()
    assert code == 0, output
    assert not re.search("warning|critical", output), output
    assert f"Instantiated {len(SERVICES)} Services." in output


def test_services_are_checked(daemon, logs):
    for log in logs.values():
        log.feed()
    with daemon.running():
        daemon.check()
        services = until(
            lambda: all((found := daemon.services()).values()) and found,
            "icinga2 has a result of each service",
        )
    assert services.keys() == SERVICES
    data = {
        name: expectations.shown(" ".join(result["performance_data"])) for name, result in services.items()
    }
    fed = {name: log.lines for name, log in logs.items()}
    assert data["qmail-delivery-send"] == expectations.delivery_data(fed["qmail-send"])
    assert data["qmail-smtpd-smtpd"] == expectations.records_data(fed["qmail-smtpd"])
    assert data["qmail-smtpd-submission"] == expectations.records_data(fed["qmail-smtpsub"], 50, 80)
    assert data["qmail-auth"] == expectations.auth_data(expectations.together(fed, expectations.PASSWORDS))
    assert data["qmail-flow"] == expectations.flow_data(expectations.together(fed, fed))
    assert data["qmail-senders"] == expectations.senders_data(expectations.together(fed, expectations.MAIL))
    for name, log in expectations.LOGS.items():
        assert data[f"qmail-log-{name}"] == expectations.log_data(fed[log])
        if name != "send":
            assert data[f"qmail-concurrency-{name}"] == expectations.connections_at_once(fed[log])
    assert data["qmail-concurrency-send"] == expectations.deliveries_at_once(fed["qmail-send"])
    assert services["qmail-log-submission"]["exit_status"] == 2
    assert services["qmail-smtpd-submission"]["exit_status"] == 1
    assert services["qmail-flow"]["exit_status"] == 0
    assert data["qmail-queue-send"] == expectations.queue_data(fed["qmail-send"], sites.SPOOLED, sites.TODO)
    assert "critical/" not in daemon.log()


def test_every_check_is_seen_in_every_state(site, daemon):
    expectations.place_states(site / "samples")
    wanted = {}
    objects = []
    for check, code, logs, options in expectations.cases():
        name = f"{check}-{code}"
        wanted[name] = code
        own = {option: option if option == "at" else f"{check}_{option}" for option in options}
        values = "".join(f"\tvars.sqmail_{own[option]} = {json.dumps(value)}\n" for option, value in options.items())
        paths = json.dumps([f"{site}/samples/{log}" for log in logs])
        objects.append(
            f'object Service "{name}" {{\n\timport "sqmail"\n\thost_name = "mx1"\n\tcheck_command = "sqmail_{check}"\n'
            f"\tvars.sqmail_log = {paths}\n{values}}}\n"
        )
    daemon.add("".join(objects))
    with daemon.running():
        daemon.check()
        found = until(
            lambda: all((services := daemon.services()).get(name) for name in wanted) and services,
            "icinga2 has a result of each check in each state",
        )
    assert {name: found[name]["exit_status"] for name in wanted} == wanted
    outputs = {name: found[name]["output"] for name in wanted}
    assert outputs["flow-2"].startswith("QMAIL_FLOW CRITICAL - qmail-send has logged nothing for 11m, while SMTP accepted ")
    assert outputs["senders-2"].startswith("QMAIL_SENDERS CRITICAL - 127.0.0.0/24 has sent to 118 recipients in 15m")
    assert outputs["senders-3"].startswith(f"QMAIL_SENDERS UNKNOWN - {site}/samples/none: no such log")


def test_somebody_is_called_and_not_by_mail(site, daemon):
    """The notification of the example reaches its gateway, with the line and the runbook."""
    expectations.place_states(site / "samples")
    with gateway() as (address, calls):
        (notifications,) = daemon.place.glob("*notifications.conf")
        notifications.write_text(notifications.read_text().replace("https://ntfy.example.org", address))
        daemon.add(
            'object Service "stuck" {\n\thost_name = "mx1"\n\timport "sqmail-night"\n\tcheck_command = "sqmail_flow"\n'
            f'\tnotes_url = SqmailRunbooks + "#check_qmail_flow"\n\tvars.sqmail_at = "{expectations.STUCK}"\n'
            f'\tvars.sqmail_log = [ "{site}/samples/stuck/qmail-send", "{site}/samples/stuck/qmail-smtpd" ]\n}}\n'
        )
        with daemon.running():
            daemon.check()
            call = until(lambda: next((call for call in calls if "mx1 stuck" in call[1]), None), "somebody is called")
    path, title, text = call
    assert path == "/mail-alarms"
    assert title == "PROBLEM mx1 stuck: CRITICAL"
    assert text.splitlines()[0].startswith("QMAIL_FLOW CRITICAL - qmail-send has logged nothing for 11m, while SMTP accepted ")
    assert text.splitlines()[-2:] == [
        "https://graphs.example.org/qmail/runbooks/index.html#check_qmail_flow",
        "https://graphs.example.org/qmail/hosts/mx1/index.html",
    ]


def test_the_urls_are_those_of_the_page(daemon):
    with daemon.running():
        urls = daemon.urls()
    assert urls["qmail-queue-send"] == (
        "https://graphs.example.org/qmail/runbooks/index.html#check_qmail_queue",
        "https://graphs.example.org/qmail/hosts/mx1/send.queue.html",
    )
    for _, action in urls.values():
        path = action.removeprefix("https://graphs.example.org/qmail/hosts/mx1/")
        assert path == "index.html" or path in {page_name(log, graph) for log in expectations.LOGS for graph in GRAPHS}


def test_a_log_without_events(daemon, logs):
    """What has no value is "U" in the performance data, and Icinga hands that on as it is."""
    logs["qmail-send"].write([b"status: local 0/10 remote 0/20"])
    with daemon.running():
        daemon.check()
        result = until(lambda: daemon.services()["qmail-delivery-send"], "icinga2 has a result")
    assert result["output"].splitlines()[0] == "QMAIL_DELIVERY OK - no delivery attempt in 15m"
    assert result["performance_data"] == [
        "deferral=0;;;0",
        "deferral_ratio=U",
        "delay_p50=U",
        "delay_p95=U",
        "failure=0;;;0",
        "failure_ratio=U",
        "success=0;;;0",
    ]


def test_passive_results_by_the_api(site, daemon):
    """Each line that `check_qmail --format json` prints is taken as the result of the service that it names."""
    expectations.place_states(site / "samples")
    logs = [word for log in ("send", "smtpd") for word in ("--log", f"{site}/samples/{log}")]
    done = sites.as_user(
        str(site / "bin" / "check_qmail"), *logs, "--at", expectations.SENT, "--format", "json", "--host", "mx1", "--set", "queue=-c 100"
    )
    results = [json.loads(line) for line in done.stdout.splitlines()]
    wanted = {result["service"].removeprefix("mx1!"): result for result in results}
    daemon.add(
        "".join(
            f'object Service "{name}" {{\n\thost_name = "mx1"\n\tcheck_command = "dummy"\n'
            "\tenable_active_checks = false\n}\n"
            for name in wanted
        )
    )
    with daemon.running():
        for result in results:
            daemon.submit(result)
        found = until(
            lambda: all((services := daemon.services()).get(name) for name in wanted) and services,
            "icinga2 has taken the results",
        )
    assert len(wanted) == len(results) > 8
    for name, result in wanted.items():
        assert found[name]["state"] == result["exit_status"]
        assert found[name]["output"] == result["plugin_output"]
        assert found[name]["performance_data"] == result["performance_data"]
    assert found["qmail queue"]["state"] == 2
