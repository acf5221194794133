"""Clients by network: all at once as one by one."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqmail_log import networks

ADDRESSES = {
    b"192.0.2.77": "192.0.2.0/24",
    b"10.1.2.3": "10.1.2.0/24",
    b"2001:db8:1:2::77": "2001:db8:1:2::/64",
    b"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
    b"::1": "::/64",
    b"::ffff:192.0.2.77": "::/64",
    b"fe80::1%eth0": "fe80::/64",
    b"unknown": "unknown",
    b"mail.example.org": "unknown",
    b"": "unknown",
}
ANY = st.one_of(
    st.sampled_from(sorted(ADDRESSES)),
    st.ip_addresses().map(lambda address: str(address).encode()),
    st.text("0123456789.:abx", max_size=12).map(str.encode),
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_network_of_an_address(address):
    assert networks.of(address) == ADDRESSES[address]
    assert networks.of_last_words([b"pid 5 from " + address + b"\n"]) == {ADDRESSES[address]: 1}


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_network_of_a_client_with_its_name(address):
    for name in (b"unknown", b"a.mail.example.org"):
        assert networks.of_named([address + b":" + name + b" H:[192.0.2.1] F:a@b.example T:c:d@e.example\n"]) == {
            ADDRESSES[address]: 1
        }


@given(st.lists(ANY))
def test_all_at_once_as_one_by_one(addresses):
    assert networks.of_last_words([b"pid 5 from " + address + b"\n" for address in addresses]) == Counter(map(networks.of, addresses))


def test_none():
    assert networks.of_last_words([]) == networks.of_named([]) == {}
