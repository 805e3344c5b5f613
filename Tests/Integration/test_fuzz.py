"""Bytes that no client sends: the proxy answers in the protocol's own words or closes, and goes on.

`SIDECAR_FUZZ_INPUTS=1000000` for a long run; `SIDECAR_FUZZ_SEED` repeats one. A failure prints the seed and the input.
"""
import concurrent.futures
import os
import random
import socket
import struct
import time

import pytest

import processes
from lone import LoneProxy
from waiting import eventually

INPUTS = int(os.environ.get("SIDECAR_FUZZ_INPUTS", "20000"))
SEED = int(os.environ.get("SIDECAR_FUZZ_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
WORKERS = 4
BATCH = 250


def startup(version=196608, **parameters):
    body = struct.pack("!i", version) + b"".join(
        name.encode() + b"\0" + value + b"\0" for name, value in parameters.items()) + b"\0"
    return struct.pack("!i", len(body) + 4) + body


def message(tag, body):
    return tag + struct.pack("!i", len(body) + 4) + body


CLIENT_FIRST = b"n,,n=,r=abcdefghijklmnopqrstuvwx"
SEEDS = [
    struct.pack("!ii", 8, 80877103),
    struct.pack("!ii", 8, 80877104),
    struct.pack("!iiii", 16, 80877102, 77, 88),
    struct.pack("!iii", 12 + 32, 80877102, 77) + bytes(range(32)),
    startup(user=b"demo", database=b"postgres", options=b"endpoint=demo"),
    startup(196610, user=b"demo", options=b"-c project=demo -c search_path=x", application_name=b"f\xfc\xdfe"),
    startup(0x0003270F, user=b"demo", **{"_pq_.test_protocol_negotiation": b""}),
    startup(user=b"demo", replication=b"database", options=b"endpoint=demo neon_lsn:0/1"),
    startup(user=b"demo", options=b"endpoint=demo") + message(
        b"p", b"SCRAM-SHA-256\0" + struct.pack("!i", len(CLIENT_FIRST)) + CLIENT_FIRST) + message(
        b"p", b"c=biws,r=abcdefghijklmnopqrstuvwx,p=" + b"A" * 44),
    startup(user=b"demo") + message(b"p", b"endpoint=demo;a password\0"),
    startup(user=b"demo", options=b"endpoint=demo") + message(b"Q", b"select 1\0") + message(b"X", b""),
    b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(160),
    b"PROXY TCP4 192.0.2.1 192.0.2.2 1234 5432\r\n" + struct.pack("!ii", 8, 80877103),
    bytes.fromhex("0d0a0d0a000d0a515549540a2111000cc0000201c000020204d21538") + startup(user=b"demo"),
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
]
NUMBERS = [0, 1, 4, 7, 8, 9, 10_000, 10_004, 10_005, 65_535, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 80877102, 80877103]


def mutated(dice):
    """One of the seeds, changed in a few places."""
    data = bytearray(dice.choice(SEEDS))
    for _ in range(dice.choice([0, 1, 1, 2, 3, 8])):
        place = dice.randrange(len(data) + 1)
        what = dice.randrange(7)
        if what == 0 and data:
            data[place % len(data)] = dice.randrange(256)
        elif what == 1 and len(data) >= 4:
            place = min(place, len(data) - 4)
            data[place:place + 4] = struct.pack("!I", dice.choice(NUMBERS))
        elif what == 2:
            del data[place:place + dice.randrange(1, 9)]
        elif what == 3:
            data[place:place] = dice.randbytes(dice.randrange(1, 17))
        elif what == 4:
            data[place:place] = data[place:place + dice.randrange(1, 33)]
        elif what == 5:
            data += dice.choice(SEEDS)
        else:
            data += b"x" * dice.choice([1, 100, 9_990, 20_000])
    return bytes(data)


def batch(port, seed, first, count):
    """Sends inputs, each on its own connection, in one piece or cut; gives what was wrong with the answers."""
    wrong, open_ones = [], []
    for number in range(first, first + count):
        dice = random.Random(seed << 32 | number)
        data = mutated(dice)
        connection = socket.socket()
        try:
            connection.bind((f"127.0.{number % 100}.{1 + number % 7}", 0))
            connection.settimeout(60)
            connection.connect(("127.0.0.1", port))
            cut = dice.randrange(len(data) + 1) if dice.random() < 0.3 else len(data)
            connection.sendall(data[:cut])
            connection.sendall(data[cut:])
            connection.shutdown(socket.SHUT_WR)
        except ConnectionError:
            pass  # It had heard enough.
        except OSError as error:
            wrong.append((number, data.hex(), f"{error!r}"))
        open_ones.append((number, data, connection))
        if len(open_ones) >= 64:
            wrong += answers(open_ones)
            open_ones = []
    return wrong + answers(open_ones)


def answers(open_ones):
    wrong = []
    for number, data, connection in open_ones:
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except ConnectionError:
            pass  # A reset is an end too, when it did not read all.
        except TimeoutError:
            wrong.append((number, data.hex(), "kept open"))
        connection.close()
        if not is_ours(answer):
            wrong.append((number, data.hex(), answer.hex()))
    return wrong


def is_ours(answer):
    """Single bytes for requests to encrypt, then nothing, TLS records, or whole messages of the server."""
    while answer[:1] in (b"S", b"N") and not frame_length(answer):
        answer = answer[1:]
    if answer[:1] in (b"\x15", b"\x16"):
        return True
    while answer:
        length = frame_length(answer)
        if answer[:1] not in (b"E", b"R", b"v", b"N", b"S", b"K", b"Z") or not length:
            return False
        answer = answer[length:]
    return True


def frame_length(answer):
    """Of the message at the beginning; 0 when it is none, or not all there."""
    length = 1 + struct.unpack("!I", answer[1:5])[0] if len(answer) >= 5 else 0
    return length if 5 <= length <= len(answer) else 0


MODES = {"clients in clear too": ["--client-tls", "offered"], "behind a balancer": ["--proxy-protocol-v2", "required"],
         "by default": []}
HEADER = b"PROXY TCP4 127.0.0.9 127.0.0.1 1234 4432\r\n"


def serves(proxy, header):
    """Whether it goes on after its greeting."""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as connection:
        connection.sendall(header + SEEDS[0])
        return connection.recv(1) == b"S"


@pytest.mark.parametrize("mode", MODES)
def test_mutated_openings(control_plane, tmp_path, mode):
    header = HEADER if mode == "behind a balancer" else b""
    with LoneProxy(tmp_path, control_plane, "--endpoint-rps-limit", "off", *MODES[mode]) as proxy:
        assert serves(proxy, header)
        sizes, began = [processes.resident_bytes(proxy.process.pid)], time.monotonic()
        with concurrent.futures.ProcessPoolExecutor(WORKERS) as pool:
            for half in (range(0, INPUTS // 2, BATCH), range(INPUTS // 2, INPUTS, BATCH)):
                batches = [pool.submit(batch, proxy.port, SEED, first, BATCH) for first in half]
                wrong = [one for done in batches for one in done.result()]
                assert wrong == [], f"seed {SEED}"
                assert proxy.process.poll() is None, proxy.log.read_text()[-2000:]
                eventually(lambda: proxy.metric("sidecar_sessions") == 0, 30, "no sessions")
                assert serves(proxy, header)
                sizes.append(processes.resident_bytes(proxy.process.pid))
        grown = f"resident bytes {sizes} at the start, after half and after all of {INPUTS} inputs, in {time.monotonic() - began:.0f} s"
        # Tables of sources and endpoints fill up, and are bounded: what grows for ever goes on growing in the second half.
        assert sizes[2] - sizes[1] < 64 << 20, grown
        assert sizes[2] - sizes[0] < 256 << 20, grown
