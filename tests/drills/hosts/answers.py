"""What deliveries meet: other hosts and mailboxes, well as a rule, otherwise in an incident."""

from drills.hosts.sender import LOCAL

ACCEPTED = "192.0.2.50_accepted_message./Remote_host_said:_250_ok_queued/"
LATER = "192.0.2.51_does_not_like_recipient./Remote_host_said:_451_4.3.0_try_again_later/Giving_up_on_192.0.2.51./"
UNKNOWN = "192.0.2.52_does_not_like_recipient./Remote_host_said:_550_5.1.1_no_such_user_here/Giving_up_on_192.0.2.52./"
NO_MAILBOX = "Sorry,_no_mailbox_here_by_that_name._(#5.1.1)/"
GREYLISTED = "192.0.2.53_does_not_like_recipient./Remote_host_said:_450_4.2.0_greylisted,_please_try_again_later/Giving_up_on_192.0.2.53./"
REFUSED = "192.0.2.54_does_not_like_recipient./Remote_host_said:_550_5.7.1_mail_from_your_network_is_refused/Giving_up_on_192.0.2.54./"
GREETING = "Connected_to_192.0.2.55_but_greeting_failed./Remote_host_said:_554_go_away,_your_address_is_blocked/"
NO_CONNECTION = "Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/"
NO_DNS = "CNAME_lookup_failed_temporarily._(#4.4.3)/"
FULL = "Temporary_error_on_maildir_delivery._(#4.3.0)/"
STORED = "did_1+0+0/"


class Answers:
    """Says how a delivery goes.  `rules` are asked first: `rule(channel, message, recipient, tries)`, None for as usual."""

    def __init__(self, random):
        self._random = random
        self.rules = []

    def of(self, channel, message, recipient, tries):
        """Return result, text, and how many seconds it takes (None: for ever)."""
        for rule in self.rules:
            if (answer := rule(channel, message, recipient, tries)) is not None:
                return answer
        chance = self._random.random()
        if channel == LOCAL:
            if recipient.startswith("nobody"):
                return "failure", NO_MAILBOX, 0.05
            return "success", STORED, 0.02 + chance * 0.1
        seconds = 0.2 + self._random.expovariate(1.2)
        if chance < 0.025 and not tries:
            return "deferral", LATER, seconds
        if chance > 0.985:
            return "failure", UNKNOWN, seconds
        return "success", ACCEPTED, seconds
