"""Clients by network: all at once as one by one."""

import ipaddress
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sqmail_log.lines import networks

ADDRESSES = {
    b"192.0.2.77": "192.0.2.0/24",
    b"10.1.2.3": "10.1.2.0/24",
    b"2001:db8:1:2::77": "2001:db8:1:2::/64",
    b"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
    b"::1": "::/64",
    b"::ffff:192.0.2.77": "192.0.2.0/24",
    b"::FFFF:c000:24d": "192.0.2.0/24",
    b"0:0:0:0:0:ffff:192.0.2.77": "192.0.2.0/24",
    b"::192.0.2.77": "::/64",
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


PARTS = st.one_of(
    st.integers(0, 0xFFFF).map("{:x}".format),
    st.integers(0, 0xFFFF).map("{:04X}".format),
    st.sampled_from(["0", "", "", "00000", "g", "1.2.3.4", "01.2.3.4", "1.2.3.256", "ffff:192.0.2.1", " 1", "\u0661", "\0"]),
)
SPELLINGS = st.one_of(
    st.lists(PARTS, max_size=9).map(":".join),
    st.ip_addresses(v=6).map(str),
    st.ip_addresses(v=6).map(lambda address: address.exploded.upper()),
    st.ip_addresses(v=4).map("::ffff:{}".format),
    st.ip_addresses(v=4).map("64:ff9b::{}".format),
    st.text("0123456789abcdefABCDEFx:.", max_size=40),
)
ZONES = st.sampled_from(["", "", "", "%eth0", "%1", "%", "%a%b"])


@given(SPELLINGS, ZONES)
def test_networks_are_those_of_ipaddress(text, zone):
    """In every spelling, and of what is none; a network has no zone, which ipaddress leaves at some."""
    try:
        found = ipaddress.IPv6Address(text + zone)
        if found.ipv4_mapped is not None:
            expected = str(ipaddress.IPv4Network((int(found.ipv4_mapped), 24), strict=False))
        else:
            expected = str(ipaddress.IPv6Network((int(found), 64), strict=False))
    except ValueError:
        expected = "unknown"
    address = (text + zone).encode()
    # Of IPv4 only what stands before the last dot is looked at.
    assume(b":" in address and b"." not in address.partition(b":")[0])
    assert networks.of(address) == expected
    assert networks.of_all([address, b"2001:db8::1"]) == Counter([expected, "2001:db8::/64"])
    if not set(address) & set(b" \n"):
        assert networks.of_last_words([b"pid 5 from " + address + b"\n"]) == {expected: 1}
        assert networks.of_named([address + b":host.example H:x"]) == {expected: 1}


@given(st.ip_addresses(v=4))
def test_networks_of_ipv4_are_those_of_ipaddress(address):
    expected = str(ipaddress.ip_network((str(address), 24), strict=False))
    assert networks.of(str(address).encode()) == expected
    assert networks.of_all([str(address).encode()]) == {expected: 1}


def test_none():
    assert networks.of_last_words([]) == networks.of_named([]) == networks.of_all([]) == {}
