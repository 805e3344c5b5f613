"""Connections between ours and grpcio's: made late, told to go away, shared, and their certificates exchanged."""
import os
import queue
import signal
import ssl
import threading
import time
from collections import deque

import grpc
import pytest

from authority import Authority
from interop import HANDLERS, Client, OurServer, PythonServer, ended, our_client, pb, start_our_client
from processes import free_port
from waiting import eventually


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


class Counting(PythonServer):
    """Counts the calls that reach it."""

    def __init__(self, **more):
        self.calls = 0

        def empty(request, context):
            self.calls += 1
            return request

        counted = grpc.unary_unary_rpc_method_handler(
            empty, request_deserializer=pb.Empty.FromString, response_serializer=lambda message: b"")
        super().__init__(
            service=grpc.method_handlers_generic_handler("grpc.testing.TestService", HANDLERS | {"EmptyCall": counted}),
            **more)


class Duplex:
    """A full-duplex call that is spoken to one message at a time."""

    def __init__(self, client):
        self.questions = queue.Queue()
        self.answers = client.duplex(iter(self.questions.get, None), timeout=60)

    def ask(self, size=9):
        self.questions.put(Client.wanting(size))
        return len(next(self.answers).payload.body)

    def finish(self):
        self.questions.put(None)
        return list(self.answers)


def test_without_a_server_calls_fail_at_once_unless_they_wait_for_it():
    port = free_port()
    refused = our_client(f"127.0.0.1:{port}", "empty_unary")
    assert refused.returncode == 1 and "unavailable" in refused.stderr
    patient = start_our_client(f"127.0.0.1:{port}", "large_unary", "--wait-for-ready")
    time.sleep(0.5)  # Its first attempts must fail.
    with PythonServer(port=port):
        done = ended(patient)
    assert done.returncode == 0, done.stderr


def test_no_call_is_lost_to_a_server_that_ends_its_connections_by_age():
    options = [("grpc.max_connection_age_ms", 200), ("grpc.max_connection_age_grace_ms", 20000)]
    with Counting(options=options) as server:
        done = our_client(server.address, "empty_unary", "--times", "1500")
        assert done.returncode == 0, done.stderr
        assert server.calls == 1500


def test_calls_go_on_when_a_server_of_ours_is_replaced():
    port, over, failed = free_port(), threading.Event(), []
    served = 0

    def call_all_the_time():
        nonlocal served
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            client = Client(channel)
            while not over.is_set():
                try:
                    client.empty(pb.Empty(), timeout=30, wait_for_ready=True)
                    served += 1
                except grpc.RpcError as error:
                    failed.append(error)

    caller = threading.Thread(target=call_all_the_time)
    with OurServer(port=port) as old:
        ours = start_our_client(old.address, "empty_unary", "--times", "2000", "--wait-for-ready")
        caller.start()
        eventually(lambda: served > 50, what="the first calls")
        old.process.terminate()
        assert old.process.wait(20) == 0
    with OurServer(port=port):
        before = served
        done = ended(ours)
        eventually(lambda: served > before + 50, what="calls of the new one")
        over.set()
        caller.join()
    assert done.returncode == 0, done.stderr
    assert failed == []


def test_a_fast_client_is_not_taken_for_a_flood():
    """grpcio says WINDOW_UPDATE twice with every small call, and with every small message."""
    with OurServer() as server, grpc.insecure_channel(server.address) as channel:
        client, running = Client(channel), deque()
        for _ in range(9000):
            running.append(client.empty.future(pb.Empty(), timeout=30))
            if len(running) == 100:
                running.popleft().result()
        for call in running:
            call.result()
        call = Duplex(client)
        assert sum(call.ask(1) for _ in range(3000)) == 3000
        assert call.finish() == []


def test_round_robin_shares_the_calls():
    with Counting() as one, Counting() as two:
        target = f"ipv4:127.0.0.1:{one.port},127.0.0.1:{two.port}"
        done = our_client(target, "empty_unary", "--policy", "round_robin", "--times", "400")
        assert done.returncode == 0, done.stderr
        # All but those that came before the second connection stood.
        assert one.calls + two.calls == 400
        assert min(one.calls, two.calls) > 100
    done = our_client(f"dns:///localhost:{one.port}", "empty_unary")
    assert done.returncode == 1, "both servers are gone"


def test_more_calls_than_the_server_has_streams_wait_for_their_turn():
    with PythonServer(options=[("grpc.max_concurrent_streams", 1)]) as server:
        done = our_client(server.address, "custom_metadata", "--times", "20")
        assert done.returncode == 0, done.stderr


def test_our_server_ends_in_order():
    with OurServer() as server:
        with grpc.insecure_channel(server.address) as channel:
            call = Duplex(Client(channel))
            assert call.ask() == 9
            server.process.terminate()
            # The open call goes on, and the process ends behind it.
            refused = eventually(lambda: refusal(server.address), what="a refused connection")
            assert refused == grpc.StatusCode.UNAVAILABLE
            assert call.ask(100) == 100
            assert call.finish() == []
            assert server.process.wait(10) == 0


def refusal(address):
    """Of a call on a connection of its own; `None` when it is served."""
    with grpc.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        try:
            Client(channel).empty(pb.Empty(), timeout=5)
        except grpc.RpcError as error:
            return error.code()


def test_a_certificate_is_exchanged_under_a_running_call(authority):
    certificate, key = authority.issue("server")
    with OurServer("--tls", "--cert", certificate, "--key", key) as server:
        host, port = server.address.split(":")
        credentials = grpc.ssl_channel_credentials(authority.certificate.read_bytes())
        with grpc.secure_channel(server.address, credentials) as channel:
            call = Duplex(Client(channel))
            assert call.ask() == 9
            shown = ssl.get_server_certificate((host, int(port)))
            fresh, fresh_key = authority.issue("fresh")
            os.replace(fresh, certificate)
            os.replace(fresh_key, key)
            server.process.send_signal(signal.SIGHUP)
            eventually(lambda: ssl.get_server_certificate((host, int(port))) != shown, what="the new certificate")
            assert call.ask(100) == 100
            assert call.finish() == []
        with grpc.secure_channel(server.address, credentials) as channel:
            Client(channel).large_unary()


def test_a_handler_is_cancelled_and_the_deadline_kept_on_both_sides():
    seen = threading.Event()

    def sleep(request, context):
        context.add_callback(seen.set)
        while context.is_active():
            time.sleep(0.01)
        return pb.StreamingOutputCallResponse()

    # Theirs, called by ours with a millisecond: it has to hear of the end.
    slow = grpc.stream_stream_rpc_method_handler(
        lambda requests, context: iter([sleep(next(requests), context)]),
        request_deserializer=pb.StreamingOutputCallRequest.FromString,
        response_serializer=lambda message: message.SerializeToString())
    service = grpc.method_handlers_generic_handler("grpc.testing.TestService", {"FullDuplexCall": slow})
    with PythonServer(service=service) as server:
        done = our_client(server.address, "timeout_on_sleeping_server", "--wait-for-ready", "--times", "20")
        assert done.returncode == 0, done.stderr
        assert seen.wait(10), "no handler of theirs heard that its call had ended"
