"""Calls of all four kinds, one after the other from a seed's dice, with deadlines, cancellations and servers that are replaced.

`SIDECAR_SOAK_SECONDS=600` for a long run; `SIDECAR_SOAK_SEED` repeats one. A failure prints the seed.
"""
import contextlib
import os
import random
import threading
import time
from collections import Counter, deque
from pathlib import Path

import grpc
import pytest

from authority import Authority
from interop import Client, OurServer, pb
from our_calls import OurCalls, offences
from processes import free_port
from rawhttp2 import descriptors, resident_kib
from waiting import eventually

SECONDS = float(os.environ.get("SIDECAR_SOAK_SECONDS", "4"))
SEED = int(os.environ.get("SIDECAR_SOAK_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
RUNNING = 24
# Over what a process has after the first third.
GROWTH_LIMIT_KIB = 24 << 10
OK, CANCELLED, LATE = 0, 1, 4
SIZES = (0, 1, 60, 1024, 20_000, 120_000)


def sockets(server):
    count = 0
    for entry in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            count += os.readlink(entry).startswith("socket:")
    return count


def order(dice):
    """One call: how it is asked for, the ends that are right, and the sizes that come when it ends well."""
    kind = dice.choice(("UnaryCall", "StreamingInputCall", "StreamingOutputCall", "FullDuplexCall", "HalfDuplexCall"))
    sent = [dice.choice(SIZES) for _ in range(1 if kind in ("UnaryCall", "StreamingOutputCall") else dice.randrange(5))]
    wanted = [dice.choice(SIZES) for _ in range(1 if kind == "UnaryCall" else dice.randrange(5))]
    asked = {"method": kind, "requests": sent, "responses": wanted, "wait_for_ready": True, "gzip": dice.random() < 0.2}
    ends = {OK}
    if dice.random() < 0.1:
        asked["timeout_ms"] = dice.randrange(1, 40)
        ends.add(LATE)
    else:
        asked["timeout_ms"] = 30_000
        if dice.random() < 0.1:
            asked["cancel_after_ms"] = dice.randrange(40)
            ends.add(CANCELLED)
    if LATE in ends or CANCELLED in ends:
        asked["interval_ms"] = dice.randrange(20)
    if kind == "FullDuplexCall" and dice.random() < 0.5:
        asked["half_close"] = "after_reading"
    sizes = {"UnaryCall": wanted, "StreamingInputCall": [sum(sent)]}.get(kind, wanted * len(sent))
    return asked, ends, sizes


def ours(calls, dice, over, counts, wrong):
    """Keeps a few calls of our client running until it is over."""
    running = deque()

    def check():
        (asked, ends, sizes), future = running.popleft()
        report = future.result(60)
        counts["ours", asked["method"], report.code] += 1
        if report.code not in ends or report.code == OK and report.sizes != sizes:
            wrong.append((asked, report))

    while not over.is_set():
        wanted = order(dice)
        running.append((wanted, calls.start(**wanted[0])))
        if len(running) >= RUNNING:
            check()
    while running:
        check()


def theirs(channel, dice, over, counts, wrong):
    """Calls of grpcio's client, one after the other."""
    client = Client(channel)
    while not over.is_set():
        asked, ends, sizes = order(dice)
        outputs = [client.wanting(*asked["responses"], given=size) for size in asked["requests"]]
        more = {"timeout": asked["timeout_ms"] / 1000, "wait_for_ready": True}
        code, got = OK, None
        try:
            if asked["method"] == "UnaryCall":
                request = pb.SimpleRequest(response_size=sizes[0], payload=pb.Payload(body=bytes(asked["requests"][0])))
                got = [len(client.unary(request, **more).payload.body)]
            elif asked["method"] == "StreamingInputCall":
                requests = [pb.StreamingInputCallRequest(payload=pb.Payload(body=bytes(size))) for size in asked["requests"]]
                got = [client.input(iter(requests), **more).aggregated_payload_size]
            elif asked["method"] == "StreamingOutputCall":
                got = [len(answer.payload.body) for answer in client.output(outputs[0], **more)]
            else:
                call = client.duplex if asked["method"] == "FullDuplexCall" else client.half_duplex
                got = [len(answer.payload.body) for answer in call(iter(outputs), **more)]
        except grpc.RpcError as error:
            code = error.code().value[0]
        counts["theirs", asked["method"], code] += 1
        if code not in ends or code == OK and got != sizes:
            wrong.append((asked, code, got))


@pytest.mark.parametrize("transport", ["plaintext", "TLS"])
def test_no_call_is_lost_and_nothing_grows(transport, tmp_path):
    print(f"SIDECAR_SOAK_SEED={SEED}")
    options, client_options, credentials = [], [], None
    if transport == "TLS":
        authority = Authority(tmp_path)
        certificate, key = authority.issue("server")
        options = ["--tls", "--cert", certificate, "--key", key]
        client_options = ["--tls", "--ca", authority.certificate]
        credentials = grpc.ssl_channel_credentials(authority.certificate.read_bytes())
    port, over, counts, wrong = free_port(), threading.Event(), Counter(), []
    address = f"127.0.0.1:{port}"
    server = OurServer(*options, port=port)
    patience = [("grpc.initial_reconnect_backoff_ms", 50), ("grpc.min_reconnect_backoff_ms", 50), ("grpc.max_reconnect_backoff_ms", 200)]
    channel = grpc.secure_channel(address, credentials, patience) if credentials else grpc.insecure_channel(address, patience)
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: server.process.poll() is None and server.process.kill())
        stack.enter_context(channel)
        calls = stack.enter_context(OurCalls(address, "--first-backoff", 50, *client_options))
        # Whatever fails, nobody goes on.
        stack.callback(over.set)
        callers = [threading.Thread(target=ours, args=(calls, random.Random(SEED), over, counts, wrong)),
                   threading.Thread(target=theirs, args=(channel, random.Random(SEED + 1), over, counts, wrong))]
        for caller in callers:
            caller.start()
        end, early = time.monotonic() + SECONDS, None
        # A server is replaced in order, and its calls end in order; the last one stays for a while.
        pause = max(SECONDS / 5, 1)
        while time.monotonic() < end - pause:
            time.sleep(pause)
            server.process.terminate()
            assert server.process.wait(20) == 0
            server = OurServer(*options, port=port)
            early = early or (resident_kib(calls), descriptors(calls))
        time.sleep(max(0, end - time.monotonic()))
        over.set()
        for caller in callers:
            caller.join()
        print({" ".join(map(str, key)): count for key, count in sorted(counts.items())})
        assert not wrong, wrong[:3]
        assert {kind for _, kind, _ in counts} == {"UnaryCall", "StreamingInputCall", "StreamingOutputCall", "FullDuplexCall", "HalfDuplexCall"}
        assert sum(counts.values()) > 10 * SECONDS
        # Nothing that they did is taken for abuse.
        assert not {name: count for name, count in offences(server).items() if count}
        assert resident_kib(calls) < early[0] + GROWTH_LIMIT_KIB
        eventually(lambda: descriptors(calls) <= early[1] + 1, 10, "the descriptors of before")
        assert sockets(server) == 3
        calls.process.stdin.close()
        channel.close()
        eventually(lambda: sockets(server) == 1, 10, "a server that only listens")
        server.process.terminate()
        assert server.process.wait(20) == 0
