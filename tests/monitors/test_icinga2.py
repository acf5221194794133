"""A real icinga2 takes the example configuration and runs its checks."""

import os
import re
import shutil

import pytest

from monitors import expectations, icinga
from monitors import site as sites
from processes import until

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
}


@pytest.fixture
def daemon(site):
    return icinga.Icinga(site)


def test_the_example_is_valid(daemon):
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
    passwords = [line for name in expectations.PASSWORDS for line in fed[name]]
    assert data["qmail-delivery-send"] == expectations.delivery_data(fed["qmail-send"])
    assert data["qmail-smtpd-smtpd"] == expectations.records_data(fed["qmail-smtpd"])
    assert data["qmail-smtpd-submission"] == expectations.records_data(fed["qmail-smtpsub"])
    assert data["qmail-auth"] == expectations.auth_data(passwords)
    assert data["qmail-concurrency-smtpd"] == expectations.connections_at_once(fed["qmail-smtpd"])
    assert data["qmail-concurrency-send"] == expectations.deliveries_at_once(fed["qmail-send"])
    for name, log in expectations.LOGS.items():
        assert data[f"qmail-log-{name}"] == expectations.log_data(fed[log])
    assert services["qmail-log-submission"]["exit_status"] == 2
    spool = f"spool={sites.SPOOLED};1000;10000;0 todo={sites.TODO};;;0"
    assert data["qmail-queue-send"] == f"{expectations.queue_data(fed['qmail-send'])} {spool}"
    assert "critical/" not in daemon.log()


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
