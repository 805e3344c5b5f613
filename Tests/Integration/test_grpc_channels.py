"""What keeps connections, ends them and chooses among them, with grpcio at the other end."""
import contextlib
import os
import signal
import socket
import threading
import time
from pathlib import Path

import grpc
import pytest

from interop import HANDLERS, Client, OurServer, PythonServer, handler, pb
from our_calls import OurCalls, offences
from processes import free_port
from rawhttp2 import Attacker
from waiting import eventually


class Named(PythonServer):
    """Counts the calls that reach it."""

    def __init__(self, **more):
        self.calls = 0
        answers = {"UnaryCall": handler("unary_unary", self.unary, pb.SimpleRequest)}
        super().__init__(
            service=grpc.method_handlers_generic_handler("grpc.testing.TestService", HANDLERS | answers), **more)

    def unary(self, request, context):
        self.calls += 1
        return pb.SimpleResponse()


def connections(port):
    """How many connections stand to that port of this machine."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:] + Path("/proc/net/tcp6").read_text().splitlines()[1:]
    return sum(1 for line in lines if line.split()[2].endswith(f":{port:04X}") and line.split()[3] == "01")


def port_of(server):
    return int(server.address.split(":")[1])


# Keepalive.


def quiet(client, seconds):
    """A call on which nothing is said for a while; its status."""
    over = threading.Event()
    call = client.duplex(iter(lambda: (over.wait(seconds), None)[1], None), timeout=seconds)
    try:
        error = client.status(lambda: list(call))
        return error.code(), error.details()
    finally:
        over.set()


def test_a_client_that_asks_too_often_is_told_so_and_one_that_keeps_the_rule_is_not():
    often = [("grpc.keepalive_time_ms", 150), ("grpc.keepalive_timeout_ms", 5000), ("grpc.http2.max_pings_without_data", 0),
             ("grpc.http2.min_time_between_pings_ms", 100)]
    with OurServer() as server, grpc.insecure_channel(server.address, options=often) as channel:
        code, _ = quiet(Client(channel), 5)
        assert code == grpc.StatusCode.UNAVAILABLE
        assert offences(server)["too_many_pings"] == 1
    with OurServer("--ping-interval", "50") as server, grpc.insecure_channel(server.address, options=often) as channel:
        code, _ = quiet(Client(channel), 1.5)
        assert code == grpc.StatusCode.DEADLINE_EXCEEDED
        assert offences(server)["too_many_pings"] == 0


def test_our_client_asks_half_as_often_once_theirs_has_had_enough():
    rule = [("grpc.http2.min_ping_interval_without_data_ms", 700), ("grpc.http2.min_recv_ping_interval_without_data_ms", 700),
            ("grpc.http2.max_ping_strikes", 1), ("grpc.keepalive_permit_without_calls", 1)]
    with PythonServer(options=rule) as server, OurCalls(server.address, "--keepalive-interval", 200) as calls:
        codes = []
        # A call on which nothing is said for 2 s lives when PINGs come every 800 ms.
        while not codes or codes[-1] == 14:
            codes.append(calls.call("FullDuplexCall", requests=[], half_close="never", timeout_ms=2000).code)
            assert len(codes) < 6
        assert codes[-1] == 4
        assert 14 in codes, "theirs never objected"
        assert calls.call().code == 0


def test_a_server_asks_and_drops_those_who_do_not_answer():
    with OurServer("--keepalive-interval", "300", "--keepalive-timeout", "200") as server:
        with grpc.insecure_channel(server.address) as channel, Attacker(server.address) as silent:
            # grpcio answers while it has a call, and only then at once.
            assert quiet(Client(channel), 2)[0] == grpc.StatusCode.DEADLINE_EXCEEDED
            eventually(lambda: silent.hear(0.1) == b"" and silent.is_closed, 10, "the end of the silent one")
            assert offences(server)["no_answer"] == 1


def test_our_client_finds_out_that_a_server_has_stopped():
    with OurServer() as server:
        with OurCalls(server.address, "--keepalive-interval", 300, "--keepalive-timeout", 300) as calls:
            assert calls.call().code == 0
            os.kill(server.process.pid, signal.SIGSTOP)
            try:
                report = calls.call("FullDuplexCall", requests=[1], half_close="never", timeout_ms=20_000)
                assert report.code == 14 and report.elapsed < 5
            finally:
                os.kill(server.process.pid, signal.SIGCONT)
            assert calls.call(wait_for_ready=True, timeout_ms=10_000).code == 0


def test_more_calls_than_our_server_has_streams_wait_for_their_turn():
    with OurServer("--max-streams", "2") as server, grpc.insecure_channel(server.address) as channel, OurCalls(server.address) as calls:
        client = Client(channel)
        theirs = [client.unary.future(pb.SimpleRequest(response_size=9), timeout=20) for _ in range(60)]
        ours = [calls.start("StreamingOutputCall", requests=[1], responses=[9, 9], interval_ms=5) for _ in range(60)]
        assert all(len(call.result().payload.body) == 9 for call in theirs)
        assert all(call.result(20).sizes == [9, 9] for call in ours)
        assert offences(server)["too_many_streams"] == 0


# Age and idleness.


@pytest.mark.parametrize("policy", ["pick_first", "one_server"])
def test_a_server_of_ours_ends_connections_by_age_and_no_call_is_lost(policy):
    with OurServer("--max-age", "150", "--max-age-grace", "20000") as server:
        with grpc.insecure_channel(server.address) as channel, OurCalls(server.address, "--policy", policy) as calls:
            client, end = Client(channel), time.monotonic() + 1.5
            while time.monotonic() < end:
                client.unary(pb.SimpleRequest(), timeout=10)
                report = calls.call(timeout_ms=10_000)
                assert report.code == 0, report


def test_the_calls_of_an_old_connection_have_their_grace_and_no_more():
    with OurServer("--max-age", "200", "--max-age-grace", "300") as server:
        with grpc.insecure_channel(server.address) as channel, OurCalls(server.address) as calls:
            began = time.monotonic()
            ours = calls.start("FullDuplexCall", requests=[1], half_close="never", timeout_ms=20_000)
            assert quiet(Client(channel), 20)[0] == grpc.StatusCode.UNAVAILABLE
            assert ours.result(20).code == 14
            assert 0.4 < time.monotonic() - began < 10


@pytest.mark.parametrize("who", ["our server", "our client", "their server"])
def test_an_idle_connection_is_left_and_the_next_call_makes_another(who):
    with contextlib.ExitStack() as stack:
        idle = ["--max-idle", "200"]
        if who == "their server":
            server = stack.enter_context(PythonServer(options=[("grpc.max_connection_idle_ms", 300)]))
        else:
            server = stack.enter_context(OurServer(*(idle if who == "our server" else [])))
        if who == "our server":
            client = Client(stack.enter_context(grpc.insecure_channel(server.address)))
            ask = client.empty_unary
        else:
            calls = stack.enter_context(OurCalls(server.address, *(idle if who == "our client" else [])))

            def ask():
                report = calls.call(timeout_ms=10_000)
                assert report.code == 0, report

        def asked_over_one():
            ask()
            return connections(port_of(server)) == 1

        # On a busy machine one may be idle before its first call gets there, and stand for a moment beside the next.
        eventually(asked_over_one, 10, "one connection")
        eventually(lambda: connections(port_of(server)) == 0, 10, "the end of an idle connection")
        eventually(asked_over_one, 10, "another connection")


# Several servers.


def test_round_robin_goes_on_without_a_server_and_takes_it_back():
    ports = [free_port() for _ in range(3)]
    with Named(port=ports[0]) as one, Named(port=ports[1]) as two:
        three = Named(port=ports[2])
        target = "ipv4:" + ",".join(f"127.0.0.1:{port}" for port in ports)
        with OurCalls(target, "--policy", "round_robin", "--first-backoff", 100) as calls:
            def all_are_called():
                assert [calls.call().code for _ in range(9)] == [0] * 9
                return min(one.calls, two.calls, three.calls) > 3

            eventually(all_are_called, what="calls to all three")
            three.stop(5)
            assert [calls.call().code for _ in range(60)] == [0] * 60
            assert one.calls > 20 and two.calls > 20
            three = Named(port=ports[2])
            eventually(lambda: calls.call().code == 0 and three.calls > 3, what="calls to the third again")
        three.stop(0)


def test_pick_first_stays_and_finds_the_next_when_the_first_goes():
    one, two = Named(), Named()
    with OurCalls(f"ipv4:127.0.0.1:{one.port},127.0.0.1:{two.port}", "--first-backoff", 100) as calls:
        assert [calls.call().code for _ in range(30)] == [0] * 30
        assert (one.calls, two.calls) == (30, 0)
        one.stop(5)
        assert [calls.call().code for _ in range(30)] == [0] * 30
        assert two.calls == 30
        two.stop(5)
        began = time.monotonic()
        assert calls.call(timeout_ms=20_000).code == 14, "without a server calls fail"
        assert time.monotonic() - began < 5


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may have a mount namespace")
@pytest.mark.parametrize("before, after", [
    ("127.0.0.11", "127.0.0.12"), ("127.0.0.11", "::1"), ("::1", "127.0.0.12"), ("::1", "::ffff:127.0.0.12")])
def test_a_name_is_resolved_anew_when_its_server_goes(tmp_path, before, after):
    """A and AAAA: the last is an IPv6 address to everybody but the kernel."""
    port = free_port()
    hosts = tmp_path / "hosts"
    hosts.write_text(f"{before} moving.test\n")
    one, two = (Named(port=port, host="[::1]" if host == "::1" else host.split(":")[-1]) for host in (before, after))
    private = ["unshare", "-m", "sh", "-c", f"mount --bind {hosts} /etc/hosts && exec \"$@\"", "sh"]
    with OurCalls(f"dns:///moving.test:{port}", "--first-backoff", 100, "--resolution-interval", 100, before=private) as calls:
        assert [calls.call(timeout_ms=10_000).code for _ in range(5)] == [0] * 5
        assert (one.calls, two.calls) == (5, 0)
        hosts.write_text(f"{after} moving.test\n")
        one.stop(5)
        report = calls.call(timeout_ms=10_000, wait_for_ready=True)
        assert report.code == 0 and two.calls == 1
    two.stop(0)


@pytest.mark.parametrize("policy", ["pick_first", "one_server"])
def test_a_call_that_waits_for_ready_gets_the_server_that_comes(policy):
    port = free_port()
    with OurCalls(f"127.0.0.1:{port}", "--policy", policy, "--first-backoff", 100) as calls:
        patient = calls.start(wait_for_ready=True, timeout_ms=20_000)
        assert calls.call(timeout_ms=20_000).code == 14
        with Named(port=port) as server:
            assert patient.result(10).code == 0
            assert server.calls == 1


@pytest.mark.parametrize("policy", ["pick_first", "one_server"])
def test_wait_for_ready_waits_for_the_deadline_and_no_longer(policy):
    with OurCalls(f"127.0.0.1:{free_port()}", "--policy", policy) as calls:
        patient = calls.start(wait_for_ready=True, timeout_ms=800)
        assert calls.call(timeout_ms=20_000).code == 14
        report = patient.result(10)
        assert report.code == 4 and 0.7 < report.elapsed < 5


def test_the_first_pause_is_a_second_and_later_ones_grow():
    """Attempts of our client at a port that refuses, as the port sees them: it closes each connection at once."""
    times = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def refuse():
            while True:
                try:
                    listener.accept()[0].close()
                except OSError:
                    return
                times.append(time.monotonic())

        thread = threading.Thread(target=refuse)
        thread.start()
        with OurCalls(f"127.0.0.1:{listener.getsockname()[1]}") as calls:
            patient = calls.start(wait_for_ready=True, timeout_ms=3500)
            assert patient.result(10).code == 4
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    pauses = [later - earlier for earlier, later in zip(times, times[1:])]
    assert len(pauses) >= 2
    for pause, wanted in zip(pauses, (1, 1.6)):
        assert 0.8 * wanted - 0.05 < pause < 1.2 * wanted + 0.5
