"""PROXY headers in front of clients: whose word is taken, and what becomes of the others."""
import socket
import struct

import pytest

from guest import Guest
from waiting import eventually
from wire import refusal

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
V1 = b"PROXY TCP4 192.0.2.7 198.51.100.9 50000 5432\r\n"
ADDRESSES = socket.inet_aton("192.0.2.8") + socket.inet_aton("198.51.100.9") + struct.pack("!HH", 50001, 5432)
HEADERS = "sidecar_proxy_protocol_headers_total"


def v2(tlvs=b"", command=0x21, family=0x11, addresses=ADDRESSES):
    return SIGNATURE + struct.pack("!BBH", command, family, len(addresses + tlvs)) + addresses + tlvs


def checked(crc=None):
    """With a CRC-32C: its own, if not given."""
    header = v2(b"\x03\0\x04\0\0\0\0")
    return header[:-4] + struct.pack("!I", crc32c(header) if crc is None else crc)


def crc32c(data):
    """RFC 3720 appendix B.4, a bit at a time."""
    remainder = 0xFFFFFFFF
    for byte in data:
        remainder ^= byte
        for _ in range(8):
            remainder = remainder >> 1 ^ (0x82F63B78 if remainder & 1 else 0)
    return remainder ^ 0xFFFFFFFF


@pytest.fixture(scope="module")
def strict(shared_fleet):
    """Everybody must send a header."""
    with Guest(shared_fleet, "proxy-balanced", "--proxy-protocol-v2", "required") as guest:
        yield guest


@pytest.fixture(scope="module")
def wary(shared_fleet):
    """Takes the word of 127.0.0.2 alone."""
    with Guest(shared_fleet, "proxy-wary", "--proxy-protocol-v2", "required", "--proxy-protocol-from",
               "127.0.0.2,2001:db8::/32") as guest:
        yield guest


def port_of(guest):
    return int(guest.told["postgres"].rsplit(":", 1)[1])


def answer(guest, opening, **how):
    """What a client with a wrong password hears behind this opening."""
    return refusal(port_of(guest), ca_file=guest.fleet.description["ca_file"], server_name="demo.localtest.me",
                   wrong_password=True, opening=opening, **how)


def ends_silently(guest, data, source="127.0.0.1", then_close=False):
    with socket.create_connection(("127.0.0.1", port_of(guest)), 20, source_address=(source, 0)) as connection:
        connection.sendall(data)
        if then_close:
            connection.shutdown(socket.SHUT_WR)
        try:
            return connection.recv(100) == b""
        except ConnectionResetError:
            return True


def log_of(guest):
    return (guest.fleet.data / "logs" / f"{guest.name}.log").read_text()


@pytest.mark.parametrize("opening, shown", [
    (V1, "192.0.2.7:50000"), (v2(), "192.0.2.8:50001"), (checked(), "192.0.2.8:50001"),
    (v2(b"\xea\0\x07\x01vpce-1" + b"\x04\0\x01x"), "192.0.2.8:50001"),
    (v2(family=0x21, addresses=socket.inet_pton(socket.AF_INET6, "2001:db8::5") * 2 + struct.pack("!HH", 7, 8)),
     "[2001:db8::5]:7"),
    (b"PROXY UNKNOWN\r\n", "unknown"), (v2(command=0x20, family=0, addresses=b""), "127.0.0.1:"),
], ids=["v1", "v2", "crc", "aws", "v6", "unknown", "local"])
def test_a_client_behind_a_balancer(strict, opening, shown):
    told = len(log_of(strict))
    assert answer(strict, opening)["C"] == "28P01"
    eventually(lambda: shown in log_of(strict)[told:], 5, f"a line with {shown}")


def test_a_header_in_two_pieces_and_a_client_that_does_not_wait(strict):
    with socket.create_connection(("127.0.0.1", port_of(strict)), 20) as connection:
        connection.sendall(v2()[:13])
        connection.sendall(v2()[13:] + struct.pack("!ii", 8, 80877103))
        assert connection.recv(1) == b"S"


@pytest.mark.parametrize("data, outcome", [
    (struct.pack("!ii", 8, 80877103), "missing"), (b"\x16\x03\x01", "missing"), (b"PROXY TCP4 x\r\n", "malformed"),
    (checked(crc=1), "malformed"), (v2(b"\x04\0\x09"), "malformed"), (v2(command=0x25), "malformed"),
], ids=["none", "tls", "v1", "crc", "tlv", "command"])
def test_no_header_or_a_bad_one(strict, data, outcome):
    before = strict.metric(HEADERS, outcome=outcome)
    assert ends_silently(strict, data)
    assert strict.metric(HEADERS, outcome=outcome) == before + 1


def test_a_header_that_does_not_come(strict):
    before = strict.metric(HEADERS, outcome="late")
    assert ends_silently(strict, SIGNATURE[:5])
    assert strict.metric(HEADERS, outcome="late") == before + 1


def test_health_checks_are_quiet(strict):
    told, balancer, left = len(log_of(strict)), *(strict.metric(HEADERS, outcome=o) for o in ("balancer", "left"))
    refusals = strict.metric("sidecar_session_refusals_total")
    assert ends_silently(strict, v2(command=0x20, family=0, addresses=b""), then_close=True)
    assert ends_silently(strict, b"", then_close=True)
    assert strict.metric(HEADERS, outcome="balancer") == balancer + 1
    assert strict.metric(HEADERS, outcome="left") == left + 1
    assert strict.metric("sidecar_session_refusals_total") == refusals
    assert "refused" not in log_of(strict)[told:]


def test_trouble_is_logged_sparingly(strict):
    for _ in range(5):
        assert ends_silently(strict, b"GET / HTTP/1.1\r\n")
    assert log_of(strict).count("a PROXY header is required") == 1


def test_whose_word_is_taken(wary):
    """A stranger that comes directly is served as itself, and can never speak for others."""
    told = len(log_of(wary))
    assert answer(wary, b"")["C"] == "28P01"
    eventually(lambda: "127.0.0.1:" in log_of(wary)[told:], 5, "the stranger's own address")
    before = wary.metric(HEADERS)
    with socket.create_connection(("127.0.0.1", port_of(wary)), 20) as connection:
        connection.sendall(V1)
        assert connection.recv(100)[:1] in (b"E", b""), "no Postgres client begins like this"
    assert "192.0.2.7" not in log_of(wary)[told:]
    assert wary.metric(HEADERS) == before
    assert ends_silently(wary, struct.pack("!ii", 8, 80877103), source="127.0.0.2")
    assert wary.metric(HEADERS, outcome="missing") == 1


def test_nobody_is_asked_by_default(fleet):
    with socket.create_connection(("127.0.0.1", fleet.postgres_port(0)), 20) as connection:
        connection.sendall(v2())
        assert connection.recv(100)[:1] in (b"E", b"")
