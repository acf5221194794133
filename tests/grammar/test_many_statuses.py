"""What a status says is remembered for some thousand texts; a minute with more of them loses none."""

from sqmail_log.figures.sums import Sums
from sqmail_log.lines.send import SendLog
from sqmail_log.queue import Queue
from support import stamp


def test_the_highest_use_of_a_minute_is_seen_whatever_follows():
    texts = [b"status: local 199/200 remote 99/100", *(b"status: local %d/200 remote %d/100" % (i % 150, i // 150) for i in range(9000))]
    minute = Sums()
    lines = [stamp(1795332000 + i / 1000) + b" " + text + b"\n" for i, text in enumerate(texts)]
    assert SendLog(Queue(), {}).feed(lines, minute) == []
    assert (minute.numbers["local"], minute.numbers["remote"]) == (199, 99)
    assert (minute.numbers["local_now"], minute.numbers["remote_now"]) == (149, 59)
