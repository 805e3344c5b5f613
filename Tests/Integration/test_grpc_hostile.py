"""Clients that mean harm cost their own call or connection, and a count: a grpcio client beside them never sees an error, nor a
pause of a second. Each attack comes in plaintext and over TLS."""
import contextlib
import socket
import ssl
import struct
import time

import grpc
import pytest

from authority import Authority
from interop import OurServer, pb
from our_calls import offences
from rawhttp2 import PREFACE, Attacker, Bystander, block, call, careless, connected, descriptors, frame, literal, message, odd, resident_kib, until_closed
from waiting import eventually

PAUSE_LIMIT = 1.0
# Memory that an attack may leave behind, over what was there before the first.
GROWTH_LIMIT_KIB = 48 * 1024
DUPLEX = b"/grpc.testing.TestService/FullDuplexCall"
INPUT = b"/grpc.testing.TestService/StreamingInputCall"
# Short, so that their ends are seen. Everything else is as it is by default.
OPTIONS = ("--stalled-stream", "300", "--header-block", "300", "--settings-timeout", "1500", "--handshake", "1500",
           "--keepalive-interval", "1000", "--keepalive-timeout", "1000", "--max-connections-per-address", "300")


class Target:
    """A server, and how it is reached."""

    def __init__(self, server, tls, credentials):
        self.server, self.address, self.tls, self.credentials = server, server.address, tls, credentials

    def attacker(self, **options):
        return Attacker(self.address, tls=self.tls, **options)


def ended(attacker, seconds=10):
    """Everything heard until the server closes."""
    heard, end = b"", time.monotonic() + seconds
    while not attacker.is_closed:
        assert time.monotonic() < end, "the connection lives on"
        heard += attacker.hear(0.05)
    return heard


def frames(heard):
    """(type, flags, stream, payload) of each."""
    found = []
    while len(heard) >= 9:
        length = int.from_bytes(heard[:3], "big")
        found.append((heard[3], heard[4], int.from_bytes(heard[5:9], "big"), heard[9:9 + length]))
        heard = heard[9 + length:]
    return found


def hears(attacker, wanted, seconds=10):
    """Waits for frames that satisfy `wanted`, on a connection that lives on."""
    heard, end = b"", time.monotonic() + seconds
    while not wanted(frames(heard)):
        assert time.monotonic() < end, "the answer does not come"
        assert not attacker.is_closed, "the connection was ended for what costs a call"
        heard += attacker.hear(0.05)
    return frames(heard)


def statuses(found):
    """Of those streams that ended with trailers."""
    return {stream for kind, flags, stream, _ in found if kind == 1 and flags & 1}


def resets(found):
    return {stream for kind, _, stream, _ in found if kind == 3}


def flooding(make, count=60_000, before=b"", says=None, **options):
    def attack(target):
        with target.attacker(**options) as attacker:
            attacker.send(before)
            heard, closed = attacker.flood(make, count)
            assert closed, "the connection lives on"
            # The last word does not always get through to somebody who goes on sending.
            goodbyes = [payload[8:] for kind, _, _, payload in frames(heard) if kind == 7]
            assert not says or not goodbyes or says in goodbyes
    return attack


def provoking(make):
    """Streams that the server has to reset, fifty at a time: more would be over its limit of streams."""
    def attack(target):
        with target.attacker() as attacker:
            heard = b""
            for start in range(0, 1000, 50):
                attacker.send(b"".join(make(number) for number in range(start, start + 50)))
                end = time.monotonic() + 5
                while len(resets(frames(heard))) < start + 50 and not attacker.is_closed and time.monotonic() < end:
                    heard += attacker.hear(0.05)
                if attacker.is_closed:
                    break
            assert b"provoked_resets" in [payload[8:] for kind, _, _, payload in frames(heard) if kind == 7]
    return attack


def hpack_bomb(target):
    """Twelve thousand times an entry of four kilobytes, in twelve."""
    value = b"a" * 3900
    entry = b"\x40\x01x\x7f\xbd\x1d" + value
    with target.attacker() as attacker:
        attacker.send(frame(1, 5, 1, block() + entry + b"\xbe" * 12_000))
        hears(attacker, lambda found: 1 in resets(found))


def header_list(target):
    with target.attacker() as attacker:
        attacker.send(frame(1, 5, 1, block() + b"".join(literal(b"x-%d" % n, b"a" * 100) for n in range(70))))
        hears(attacker, lambda found: 1 in statuses(found))


def long_block(target):
    """70 KiB of it, in frames of 16."""
    fields = b"".join(literal(b"x-%d" % n, b"a" * 100) for n in range(650))
    with target.attacker() as attacker:
        parts = [fields[start:start + 16_000] for start in range(0, len(fields), 16_000)]
        attacker.send(frame(1, 1, 1, block()) + b"".join(frame(9, 0, 1, part) for part in parts[:-1]) + frame(9, 4, 1, parts[-1]))
        hears(attacker, lambda found: 1 in resets(found) | statuses(found))


def unfinished_headers(target):
    with target.attacker() as attacker:
        attacker.send(frame(1, 0, 1, block()))
        ended(attacker)


def zero_windows(target):
    """An answer that nobody takes."""
    with target.attacker(settings=struct.pack(">HI", 4, 0)) as attacker:
        attacker.send(call(1) + message(pb.SimpleRequest(response_size=9999).SerializeToString(), 1))
        hears(attacker, lambda found: 1 in resets(found))


def closed_windows(target):
    """Unary answers that nobody takes: four hundred of 256 KiB."""
    request = pb.SimpleRequest(response_size=1 << 18).SerializeToString()
    attackers = [target.attacker(settings=struct.pack(">HI", 4, 0)) for _ in range(4)]
    for attacker in attackers:
        for number in range(100):
            attacker.send(call(odd(number)) + message(request, odd(number)))
    eventually(lambda: offences(target.server)["stalled_stream"] >= 20, what="the end of those answers")
    for attacker in attackers:
        attacker.socket.close()


def unread_answers(target):
    """The socket itself is never read."""
    request = pb.SimpleRequest(response_size=60_000).SerializeToString()
    with target.attacker(settings=struct.pack(">HI", 4, 0x7FFFFFFF), reads=False) as attacker:
        attacker.send(frame(8, payload=struct.pack(">I", 0x7FFF0000)))
        for number in range(200):
            attacker.send(call(odd(number)) + message(request, odd(number)))
        before = offences(target.server)["no_answer"]
        eventually(lambda: offences(target.server)["no_answer"] > before, what="the end of who does not read")


def half_open(target):
    """They begin, and say no more."""
    silent = [connected(target.address, target.tls) for _ in range(20)]
    for number, connection in enumerate(silent):
        connection.sendall((PREFACE + b"\0\0\0\4")[:number + 1])
    for connection in silent:
        until_closed(connection)
        connection.close()


def unacknowledged(target):
    with target.attacker(acknowledges=False) as attacker:
        attacker.send(call(1) + message(b"", 1))
        ended(attacker)


def crowd(target):
    """More connections than one address may have, which say nothing."""
    host, port = target.address.split(":")
    silent = [socket.create_connection((host, int(port))) for _ in range(300 if not target.tls else 140)]
    eventually(lambda: offences(target.server)["too_many_connections"] > 0, what="the first that is turned away")
    for connection in silent:
        connection.close()


def silent_handshake(target):
    with connected(target.address) as connection:
        connection.settimeout(10)
        assert connection.recv(1) == b""


def garbage_for_a_handshake(target):
    with connected(target.address) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        until_closed(connection)


def garbage(data):
    def attack(target):
        with connected(target.address, target.tls) as connection:
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                connection.sendall(data)
            until_closed(connection)
    return attack


def announced_lengths(target):
    """Messages of 4 MiB, announced and never sent."""
    attackers = [target.attacker() for _ in range(5)]
    for attacker in attackers:
        for number in range(100):
            attacker.send(call(odd(number)) + frame(0, 0, odd(number), b"\0\0\x3f\xff\xff" + b"x" * 100))
    eventually(lambda: offences(target.server)["stalled_request"] >= 500, what="the end of those requests")
    for attacker in attackers:
        attacker.socket.close()


def stalled_request(target):
    with target.attacker() as attacker:
        attacker.send(call(1) + frame(0, 0, 1, b"\0\0\0\xff\xff" + b"x" * 100))
        hears(attacker, lambda found: 1 in statuses(found))


def unfinished_requests(target):
    """Forty messages of 4 MiB, a megabyte of each: 40 MiB on one connection."""
    with target.attacker() as attacker:
        for number in range(40):
            attacker.send(call(odd(number)) + frame(0, 0, odd(number), b"\0\0\x3f\xff\xff"))
        body = b"x" * 16_000
        heard = b""
        for _ in range(66):
            for number in range(40):
                attacker.send(frame(0, 0, odd(number), body))
            heard += attacker.hear(0)
            if statuses(frames(heard)):
                break
        assert statuses(frames(heard)), "nobody was refused"
        assert not attacker.is_closed


def malformed(data, flags=1):
    def attack(target):
        with target.attacker() as attacker:
            attacker.send(call(1) + frame(0, flags, 1, data))
            hears(attacker, lambda found: 1 in statuses(found))
    return attack


def content_length(length):
    def attack(target):
        with target.attacker() as attacker:
            attacker.send(frame(1, 4, 1, block(b"/grpc.testing.TestService/UnaryCall", (b"content-length", length))) + message(b"four", 1))
            hears(attacker, lambda found: 1 in resets(found))
    return attack


def too_many_streams(target):
    """One more than it lets, from who has not heard the limit yet."""
    with target.attacker(acknowledges=False) as attacker:
        attacker.send(b"".join(call(odd(number), path=DUPLEX) for number in range(257)))
        found = hears(attacker, lambda found: odd(256) in resets(found))
        assert resets(found) == {odd(256)}


def too_many_streams_knowingly(target):
    with target.attacker() as attacker:
        attacker.send(b"".join(call(odd(number), path=DUPLEX) for number in range(257)))
        ended(attacker)


OVERFLOW = b"\x7f\xff\xff\xff"
# What each does, the count that it makes go up, and by how much; `None` for as often as it is done.
ATTACKS = {
    "rapid reset": (
        flooding(lambda number: call(odd(number)) + frame(3, 0, odd(number), b"\0\0\0\x08"), says=b"rapid_reset"), "rapid_reset", 1),
    "provoked resets by windows": (
        provoking(lambda number: call(odd(number)) + frame(8, 0, odd(number), OVERFLOW)), "provoked_resets", 1),
    "provoked resets by content length": (
        provoking(lambda number: frame(1, 5, odd(number), block(DUPLEX, (b"content-length", b"3")))), "provoked_resets", 1),
    "CONTINUATION flood": (
        flooding(lambda number: frame(9, 0, 1, literal(b"x", b"y")), before=frame(1, 0, 1, block())), "continuation_flood", 1),
    "SETTINGS flood": (flooding(lambda number: frame(4)), ("settings_flood", "unread_acknowledgements"), 1),
    "unread SETTINGS flood": (flooding(lambda number: frame(4), reads=False), ("unread_acknowledgements", "settings_flood"), 1),
    "PING flood": (flooding(lambda number: frame(6, payload=b"12345678"), says=b"too_many_pings"), "too_many_pings", 1),
    "flood of answers to PINGs": (
        flooding(lambda number: frame(6, 1, payload=b"12345678"), says=b"ping_flood"), "ping_flood", 1),
    "empty DATA flood": (
        flooding(lambda number: frame(0, 0, 1), before=call(1, path=INPUT), says=b"empty_data_flood"), "empty_data_flood", 1),
    "DATA byte by byte": (
        flooding(lambda number: frame(0, 0, 1, b"x"), before=call(1, path=INPUT) + frame(0, 0, 1, b"\0\0\x10\0\0"),
                 says=b"tiny_data_flood"), "tiny_data_flood", 1),
    "WINDOW_UPDATE flood": (
        flooding(lambda number: frame(8, payload=b"\0\0\0\x01"), says=b"window_update_flood"), "window_update_flood", 1),
    "PRIORITY flood": (
        flooding(lambda number: frame(2, 0, 3, b"\0\0\0\0\x01"), says=b"priority_flood"), "priority_flood", 1),
    "unknown frames": (
        flooding(lambda number: frame(0xBE, payload=b"abc"), says=b"unknown_frame_flood"), "unknown_frame_flood", 1),
    "HPACK bomb": (hpack_bomb, "header_list_too_large", 1),
    "header list over 8 KiB": (header_list, "header_list_too_large", 1),
    "header block over 64 KiB": (long_block, "header_list_too_large", 1),
    "unfinished header block": (unfinished_headers, "unfinished_headers", 1),
    "zero window": (zero_windows, "stalled_stream", 1),
    "closed windows": (closed_windows, "stalled_stream", None),
    "unread answers": (unread_answers, "no_answer", 1),
    "half-open connections": (half_open, "no_settings", 20),
    "SETTINGS never acknowledged": (unacknowledged, "no_settings", 1),
    "crowd": (crowd, "too_many_connections", None),
    "silence for a handshake": (silent_handshake, "bad_handshake", 1),
    "garbage for a handshake": (garbage_for_a_handshake, "bad_handshake", 1),
    "garbage before the preface": (garbage(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "bad_preface", 1),
    "zeros before the preface": (garbage(b"\0" * 5000), "bad_preface", 1),
    "garbage behind the preface": (garbage(PREFACE + b"\xff" * 5000), "protocol_error", 1),
    "a wrong stream number": (garbage(PREFACE + frame(4) + call(2)), "protocol_error", 1),
    "a frame that is too long": (garbage(PREFACE + frame(4) + frame(0, 0, 1, b"x" * 17_000)), "protocol_error", 1),
    "announced lengths": (announced_lengths, "stalled_request", None),
    "stalled request": (stalled_request, "stalled_request", 1),
    "unfinished requests": (unfinished_requests, "too_many_unfinished_bytes", None),
    "cut prefix": (malformed(b"\0\0"), "malformed_message", 1),
    "cut message": (malformed(b"\0\0\0\0\x09ab"), "malformed_message", 1),
    "unknown flag": (malformed(b"\x07\0\0\0\0", 0), "malformed_message", 1),
    "message over the limit": (malformed(b"\0\xff\xff\xff\xff", 0), "malformed_message", 1),
    "compressed without a word": (malformed(b"\x01\0\0\0\x01x", 0), "malformed_message", 1),
    "content length too small": (content_length(b"3"), "stream_error", 1),
    "content length too large": (content_length(b"30"), "stream_error", 1),
    "one stream too many": (too_many_streams, "too_many_streams", 1),
    "one stream too many, knowingly": (too_many_streams_knowingly, "protocol_error", 1),
}
# What there is to attack with TLS alone.
HANDSHAKES = {"silence for a handshake", "garbage for a handshake"}
TRANSPORTS = ("plaintext", "TLS")
# Resets that were provoked were streams that broke HTTP/2, each of them.
COME_ALONG = {"provoked_resets": {"stream_error"}}


@pytest.fixture(scope="module")
def target(request, tmp_path_factory):
    if request.param == "plaintext":
        options, tls, credentials = (), None, None
    else:
        authority = Authority(tmp_path_factory.mktemp("authority"))
        certificate, key = authority.issue("server")
        options, tls = ("--tls", "--cert", certificate, "--key", key), careless()
        credentials = grpc.ssl_channel_credentials(authority.certificate.read_bytes())
    with OurServer(*OPTIONS, *options) as server:
        with Bystander(server.address, credentials) as bystander:
            eventually(lambda: bystander.calls > 10, what="the first calls")
        yield Target(server, tls, credentials)


@pytest.mark.parametrize(
    ("target", "name"),
    [(transport, name) for transport in TRANSPORTS for name in ATTACKS if transport == "TLS" or name not in HANDSHAKES],
    indirect=["target"])
def test_an_attack_costs_itself_and_is_counted_and_harms_nobody_else(target, name):
    attack, counter, times = ATTACKS[name]
    server = target.server
    before_kib, before_descriptors, before = resident_kib(server), descriptors(server), offences(server)
    with Bystander(target.address, target.credentials) as bystander:
        eventually(lambda: bystander.calls > 5, what="the first calls")
        attack(target)
        served = bystander.calls
        eventually(lambda: bystander.calls > served + 20, what="calls behind the attack")
    assert not bystander.errors
    assert bystander.longest < PAUSE_LIMIT
    counted = {name: count - before[name] for name, count in offences(server).items() if count > before[name]}
    names = counter if isinstance(counter, tuple) else (counter,)
    assert set(counted) - set().union(*(COME_ALONG.get(name, set()) for name in names)) <= set(names)
    sum_of = sum(counted.get(name, 0) for name in names)
    assert sum_of == times if times else sum_of > 0
    eventually(lambda: descriptors(server) <= before_descriptors, 10, "the descriptors of before")
    assert resident_kib(server) < before_kib + GROWTH_LIMIT_KIB
