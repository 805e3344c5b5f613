"""Clients that mean harm cost their own connections: a grpcio client beside them never sees an error, nor a pause of a second."""
import socket
import struct
import time

import grpc
import pytest

from interop import OurServer, pb
from rawhttp2 import PREFACE, Attacker, Bystander, block, call, descriptors, frame, literal, message, odd, resident_kib

PAUSE_LIMIT = 1.0
# Memory that an attack may leave behind, over what was there before the first.
GROWTH_LIMIT_KIB = 48 * 1024


def flooding(make, count=60_000, before=b"", **options):
    def attack(address):
        with Attacker(address, **options) as attacker:
            attacker.send(before)
            heard, closed = attacker.flood(make, count)
            assert closed, "the connection lives on"
            return heard
    return attack


def hpack_bomb(address):
    value = b"a" * 3900
    entry = b"\x40\x01x\x7f\xbd\x1d" + value
    with Attacker(address) as attacker:
        attacker.flood(lambda number: frame(1, 5, odd(number), block() + (entry if number == 0 else b"") + b"\xbe" * 12_000), 100, 10)


def closed_windows(address):
    """Unary answers that nobody takes: four hundred of 256 KiB."""
    request = pb.SimpleRequest(response_size=1 << 18).SerializeToString()
    attackers = [Attacker(address, settings=struct.pack(">HI", 4, 0)) for _ in range(4)]
    for attacker in attackers:
        for number in range(100):
            attacker.send(call(odd(number)) + message(request, odd(number)))
    time.sleep(0.5)
    for attacker in attackers:
        attacker.socket.close()


def unread_answers(address):
    """The socket itself is never read."""
    request = pb.SimpleRequest(response_size=60_000).SerializeToString()
    with Attacker(address, settings=struct.pack(">HI", 4, 0x7FFFFFFF), reads=False) as attacker:
        attacker.send(frame(8, payload=struct.pack(">I", 0x7FFF0000)))
        for number in range(200):
            attacker.send(call(odd(number)) + message(request, odd(number)))
        time.sleep(0.5)


def half_open(address):
    host, port = address.split(":")
    silent = [socket.create_connection((host, int(port))) for _ in range(300)]
    for number, connection in enumerate(silent):
        connection.sendall((PREFACE + b"\0\0\0\4")[:number % 28])
    time.sleep(0.3)
    for connection in silent:
        connection.close()


def garbage(address):
    host, port = address.split(":")
    for data in (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"\x16\x03\x01" * 999, PREFACE + b"\xff" * 5000, b"\0" * 5000):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(data)
            connection.settimeout(5)
            try:
                while connection.recv(4096):
                    pass
            except ConnectionResetError:
                pass


def announced_lengths(address):
    """Messages of 4 MiB, announced and never sent."""
    attackers = [Attacker(address) for _ in range(5)]
    for attacker in attackers:
        for number in range(100):
            attacker.send(call(odd(number)) + frame(0, 0, odd(number), b"\0\0\x3f\xff\xff" + b"x" * 100))
    time.sleep(0.3)
    for attacker in attackers:
        attacker.socket.close()


def malformed_messages(address):
    with Attacker(address) as attacker:
        for number, data in enumerate([b"\0\0", b"\0\0\0\0\x09ab", b"\x07\0\0\0\0", b"\0\xff\xff\xff\xff", b"\x01\0\0\0\x01x"]):
            attacker.send(call(odd(number)) + frame(0, 1, odd(number), data))
        attacker.send(frame(1, 4, 21, block(b"/grpc.testing.TestService/UnaryCall", (b"content-length", b"3"))) + message(b"four", 21))
        attacker.hear(0.3)
        assert not attacker.is_closed, "a malformed message costs its call, not the connection"


def too_many_streams(address):
    with Attacker(address) as attacker:
        attacker.flood(lambda number: call(odd(number), path=b"/grpc.testing.TestService/FullDuplexCall"), 5000)


ATTACKS = {
    "rapid reset": flooding(lambda number: call(odd(number)) + frame(3, 0, odd(number), b"\0\0\0\x08")),
    "provoked resets": flooding(
        lambda number: call(odd(number)) + frame(8, 0, odd(number), b"\x7f\xff\xff\xff"), 5000),
    "CONTINUATION flood": flooding(lambda number: frame(9, 0, 1, literal(b"x", b"y")), before=frame(1, 0, 1, block())),
    "SETTINGS flood": flooding(lambda number: frame(4)),
    "unread SETTINGS flood": flooding(lambda number: frame(4), reads=False),
    "PING flood": flooding(lambda number: frame(6, payload=b"12345678")),
    "unread PING flood": flooding(lambda number: frame(6, payload=b"12345678"), reads=False),
    "empty DATA flood": flooding(lambda number: frame(0, 0, 1), before=call(1)),
    "WINDOW_UPDATE flood": flooding(lambda number: frame(8, payload=b"\0\0\0\x01")),
    "PRIORITY flood": flooding(lambda number: frame(2, 0, 3, b"\0\0\0\0\x01")),
    "unknown frames": flooding(lambda number: frame(0xBE, payload=b"abc")),
    "HPACK bomb": hpack_bomb,
    "closed windows": closed_windows,
    "unread answers": unread_answers,
    "half-open connections": half_open,
    "garbage": garbage,
    "announced lengths": announced_lengths,
    "malformed messages": malformed_messages,
    "too many streams": too_many_streams,
}


@pytest.fixture(scope="module")
def server():
    with OurServer() as server:
        with grpc.insecure_channel(server.address) as channel:
            grpc.channel_ready_future(channel).result(10)
        yield server


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_harms_nobody_else(server, name):
    before_kib, before_descriptors = resident_kib(server), descriptors(server)
    with Bystander(server.address) as bystander:
        ATTACKS[name](server.address)
    assert bystander.calls > 0
    assert not bystander.errors
    assert bystander.longest < PAUSE_LIMIT
    end = time.monotonic() + 10
    while descriptors(server) > before_descriptors and time.monotonic() < end:
        time.sleep(0.05)
    assert descriptors(server) <= before_descriptors
    assert resident_kib(server) < before_kib + GROWTH_LIMIT_KIB
