"""What the generated qmail-send log says: senders, recipients and report texts with their shares.

The weights are the counts of a real s/qmail log of 16,551 lines; ``~`` stands for a number
that differs from line to line. Addresses are reserved for documentation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

Pool = list[tuple[str, str | None]]

TOO_LONG = "I'm_not_going_to_try_again;_this_message_has_been_in_the_queue_too_long./"
_REFUSES = "192.0.2.1_does_not_like_recipient./Remote_host_said:_"
_GIVES_UP = "/Giving_up_on_192.0.2.1./"
_ACCEPTS = "192.0.2.1_accepted_message./Remote_host_said:_250"
_NO_SUCH_USER = (
    "550-5.1.1_The_email_account_that_you_tried_to_reach_does_not_exist./550-5.1.1_Please_try_"
    "double-checking_the_recipient's_address_for_typos/550_5.1.1_https://support.example/mail/"
)

SENDERS = (
    (350, "rqann@test.example"),
    (257, "rqbob@test.example"),
    (232, "news@list.example"),
    (232, '"odd_name"@test.example'),
    (250, "m__ller@test.example"),
    (232, "rqdora@test.example"),
)
UIDS = (1008, 1010, 1002, 1009, 1011, 0)
BOUNCE_UID = 1007

RECIPIENTS = {
    "local": (
        (186, "rqann@test.example"),
        (160, "rqbob@test.example"),
        (157, "rqdora@test.example"),
        (138, "rqdora-a@test.example"),
        (136, "rqdora-b@test.example"),
        (130, "rqdora-chatty@test.example"),
        (126, "nouser~@test.example"),
        (118, "rqdora-null@test.example"),
        (108, "rqcarl@test.example"),
        (108, "rqann@mail.test.example"),
        (64, "nope~@test.example"),
        (34, '"odd_name"@test.example'),
        (23, "m__ller@test.example"),
        (18, "rqdora-later@test.example"),
    ),
    "remote": (
        (296, "u~@ok.example"),
        (268, "v~@ok.example"),
        (110, "z~@rcpt4.example"),
        (82, "u~@rcpt5.example"),
        (101, "u~@mixed.example"),
        (42, "news@list.example"),
        (36, "u~@data4.example"),
        (24, "u~@greet421.example"),
        (20, "t~@tls.example"),
        (40, "u~@refused.example"),
        (28, "u~@dropdata.example"),
    ),
}
FORWARD_TO = "carl.copy@ok.example"
STUCK_RECIPIENT = ("u", "@mute.example")
STUCK_REPORT = "Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(~4.4.1)/"

REPORTS = {
    ("local", "success"): (
        (1005, "did_1+0+0/"),
        (130, "multi/line//_output_with_tabs/did_0+0+1/"),
    ),
    ("local", "failure"): (
        (478, "Sorry,_no_mailbox_here_by_that_name._(#5.1.1)/"),
        (4, "I_am_sorry,_this_user_has_moved_to_100___nowhere:_caf___<x@y>/"),
        (2, "This_message_is_looping:_it_already_has_my_Delivered-To_line._(#5.4.6)/"),
        (1, "<script>alert(1)</script>_'\"_|_delivery_17:_success:_not_really/"),
    ),
    ("local", "deferral"): (
        (28, "disk_quota_exceeded,_try_later/"),
        (4, "Aack,_child_crashed._(#4.3.0)/"),
        (2, "Unable_to_chdir_to_maildir._(#4.2.1)/"),
        (1, ""),
    ),
    ("remote", "success"): (
        (133, f"{_ACCEPTS}_ok_1795331655_qp_~/"),
        (133, f"{_ACCEPTS}_2.0.0_OK__1795331655_d9443c01a7336-1ef4f1d2a0esi~.145_-_gsmtp/"),
        (133, f"{_ACCEPTS}-first_line_of_two/250_OK_id=1rK00004-~Xz-2L/"),
        (133, f"{_ACCEPTS}_Angenommen_f__r_die_Zustellung_____~_/"),
        (133, f"{_ACCEPTS}_2.0.0_Ok:_queued_as_3F2A9C~/"),
        (
            133,
            (
                f"{_ACCEPTS}_2.6.0_<00000003@corp.example>_[InternalId=~,_Hostname=EX01.corp.example]"
                "_1534_bytes_in_0.113,_13,254_KB/sec_Queued_mail_for_delivery/"
            ),
        ),
        (
            20,
            ("192.0.2.1_TLS_transmitted_message_accepted./Remote_host_said:_250_2.0.0_Ok:_queued_via_TLS_~/"),
        ),
    ),
    ("remote", "failure"): (
        (
            19,
            (
                "192.0.2.1_failed_after_I_sent_the_message./Remote_host_said:_554_5.7.1_Message_"
                "rejected:_spam_score_14.2/5.0_[SPAM_URIBL_BLACK=3.25]/"
            ),
        ),
        (
            11,
            (
                f"{_REFUSES}554_5.7.1_<u~@rcpt5.example>:_Relay_access_denied:"
                f"_delivery_17:_success:_not_really{_GIVES_UP}"
            ),
        ),
        (15, f"{_REFUSES}{_NO_SUCH_USER}?p=NoSuchUser_<u~@rcpt5.example>_-_gsmtp{_GIVES_UP}"),
        (13, f"{_REFUSES}550_5.1.0_Address_rejected._u~@rcpt5.example{_GIVES_UP}"),
        (
            14,
            (f"{_REFUSES}552_5.2.2_mailbox_full_____Postfach___berf__llt:_y~@rcpt5.example_(100_){_GIVES_UP}"),
        ),
        (
            7,
            (
                "Connected_to_192.0.2.1_but_sender_was_rejected./Remote_host_said:_554_5.3.2_"
                "mx7.example:_sorry,_no_service_for_you/"
            ),
        ),
        (
            11,
            (
                f"{_REFUSES}550_5.1.1_<y~@rcpt5.example>:_Recipient_address_rejected:"
                f"_User_unknown_in_virtual_mailbox_table{_GIVES_UP}"
            ),
        ),
        (7, f"{_REFUSES}551_sorry,_no_mailbox_here_by_that_name:_u~@rcpt5.example{_GIVES_UP}"),
        (
            6,
            (
                "Connected_to_192.0.2.1_but_sender_was_rejected./Remote_host_said:_553_5.1.8_"
                "<rqann@test.example>:_Sender_address_rejected:_Domain_not_found/"
            ),
        ),
    ),
    ("remote", "deferral"): (
        (48, STUCK_REPORT),
        (
            41,
            (
                "192.0.2.1_probably_greylisting./Remote_host_said:_450_4.2.0_<z~@rcpt4.example>:_"
                "Recipient_address_rejected:_Greylisted,_see_http://postgrey.example/help/x.html"
                f"{_GIVES_UP}"
            ),
        ),
        (
            36,
            (
                "192.0.2.1_probably_greylisting./Remote_host_said:_421_4.3.2_Service_not_available,"
                f"_closing_transmission_channel_z~@rcpt4.example{_GIVES_UP}"
            ),
        ),
        (
            36,
            (
                f"{_REFUSES}452_4.2.2_The_email_account_that_you_tried_to_reach_is_over_quota_"
                f"z~@rcpt4.example{_GIVES_UP}"
            ),
        ),
        (
            31,
            (f"{_REFUSES}451_4.7.1_Greylisting_in_action,_please_come_back_in_00:04:59_z~@rcpt4.example{_GIVES_UP}"),
        ),
        (
            13,
            (
                "Connected_to_192.0.2.1_but_greylisted./Remote_host_said:_421_4.7.0_mx8.example:_"
                "too_many_connections_from_your_IP_(throttled)/"
            ),
        ),
        (
            12,
            ("192.0.2.1_failed_after_I_sent_the_message./Remote_host_said:_451_4.3.0_queue_file_write_error/"),
        ),
        (11, "Connected_to_192.0.2.1_but_connection_died._Possible_duplicate!_(#4.4.2)/"),
        (6, "Connected_to_192.0.2.1_but_connection_died._(#4.4.2)/"),
    ),
}

WARNINGS = (
    "warning: unable to stat remote/11/~; will try again later",
    "warning: unable to utime remote/11/~; message will be retried too soon",
    "warning: trouble injecting bounce message, will try later",
    "warning: unable to unlink remote/11/~",
)
ALERTS = (
    "alert: unable to reread control/locals",
    "alert: qmail-todo: unable to reread control/virtualdomains",
    "alert: unable to append to bounce message; HELP! sleeping...",
)
FOREIGN = "/bin/sh: 1: vdelivermail: not found"
LOST_SPAWN = "alert: oh no! lost spawn connection! dying..."


def reason(number: int) -> str:
    """Word a refusal by letters that depend on ``number``, so that no two read alike."""
    letters = ""
    for _ in range(6):
        number, letter = divmod(number, 26)
        letters += "abcdefghijklmnopqrstuvwxyz"[letter]
    return f"Connected_to_192.0.2.1_but_policy_{letters}_stops_this_message./"


def pool(weighted: tuple[tuple[int, str], ...]) -> Pool:
    """Repeat texts by weight, cut at the number, to be picked evenly by :func:`one_of`."""
    entries: Pool = []
    for weight, text in weighted:
        head, mark, tail = text.partition("~")
        entries += [(head, tail if mark else None)] * weight
    return entries


def one_of(entries: Pool, random: Callable[[], float]) -> str:
    """Pick a text and give it a number of its own where it has one."""
    head, tail = entries[int(random() * len(entries))]
    return head if tail is None else f"{head}{int(random() * 9999)}{tail}"
