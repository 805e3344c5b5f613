"""What a call is made of, with grpcio at the other end of it, whichever end that is."""
import threading
import time

import grpc
import pytest

from interop import HANDLERS, Client, OurServer, PythonServer, handler, pb
from our_calls import OurCalls
from rawhttp2 import Attacker, call, message, resident_kib
from waiting import eventually

LIMIT = 4 << 20
NEVER = 1e15  # Seconds: what grpcio says of a call without a deadline.
DETAILS = b"\x08\x05\x12\x04why?"  # A google.rpc.Status: code 5, and a message.
BYTES = bytes(range(256))
REPEATED = [("x-same", "one"), ("x-same", "two words"), ("x-same", "one"), ("x-bytes-bin", BYTES), ("x-bytes-bin", b""),
            ("x-bytes-bin", b"\0")]


class Observed(PythonServer):
    """grpcio's server, and what its handler of unary calls was shown. It waits while `waits` is set."""

    def __init__(self, **more):
        self.metadata, self.remaining, self.waits = None, None, False
        self.begun, self.ended = threading.Event(), threading.Event()
        answers = {"UnaryCall": handler("unary_unary", self.unary, pb.SimpleRequest)}
        super().__init__(
            service=grpc.method_handlers_generic_handler("grpc.testing.TestService", HANDLERS | answers), **more)

    def unary(self, request, context):
        self.metadata = [(name, value) for name, value in context.invocation_metadata() if name.startswith("x-")]
        self.remaining = context.time_remaining()
        context.add_callback(self.ended.set)
        self.begun.set()
        while self.waits and context.is_active():
            time.sleep(0.005)
        context.send_initial_metadata(self.metadata)
        code = request.response_status.code
        context.set_trailing_metadata(self.metadata + ([("grpc-status-details-bin", DETAILS)] if code else []))
        if code:
            context.abort({code.value[0]: code for code in grpc.StatusCode}[code], request.response_status.message)
        return pb.SimpleResponse(payload=pb.Payload(body=bytes(request.response_size)))

    def waiting(self):
        self.waits, self.remaining = True, None
        self.begun.clear()
        self.ended.clear()
        return self


@pytest.fixture(scope="module")
def theirs():
    with Observed(options=[("grpc.max_metadata_size", 8192)]) as server:
        yield server


@pytest.fixture(scope="module")
def calls(theirs):
    with OurCalls(theirs.address) as calls:
        yield calls


@pytest.fixture(scope="module")
def ours():
    with OurServer() as server:
        yield server


@pytest.fixture(scope="module")
def client(ours):
    with grpc.insecure_channel(ours.address) as channel:
        yield Client(channel)


# Messages.


@pytest.mark.parametrize("size", [0, 1, 16379, 16384, 65535, 1 << 20, LIMIT - 64])
def test_our_client_sends_and_takes_messages_up_to_the_limit(calls, size):
    report = calls.call(requests=[size], responses=[size])
    assert (report.code, report.sizes) == (0, [size])
    many = calls.call("FullDuplexCall", requests=[size] * 3, responses=[size])
    assert (many.code, many.sizes) == (0, [size] * 3)


def test_beyond_the_limit_a_call_ends_resource_exhausted_and_no_other(calls):
    # Theirs refuses our request, and we refuse their response.
    for order in ({"requests": [LIMIT]}, {"responses": [LIMIT]}):
        assert calls.call(**order).code == 8
        assert calls.call(requests=[9], responses=[9]).sizes == [9]


def test_the_limit_can_be_set_on_either_side(theirs):
    with OurServer("--max-message", "1000") as server, grpc.insecure_channel(server.address) as channel:
        client = Client(channel)
        for size, code in ((900, None), (1001, grpc.StatusCode.RESOURCE_EXHAUSTED), (900, None)):
            request = pb.SimpleRequest(payload=pb.Payload(body=bytes(size)))
            if code:
                assert client.status(lambda: client.unary(request, timeout=10)).code() == code
            else:
                client.unary(request, timeout=10)
    with OurCalls(theirs.address, "--max-message", 1000) as calls:
        assert [calls.call(responses=[size]).code for size in (900, 1001, 900)] == [0, 8, 0]


@pytest.mark.parametrize("half_close", ["before_reading", "after_reading"])
def test_our_client_half_closes_when_it_likes(calls, half_close):
    report = calls.call("FullDuplexCall", requests=[5, 6, 7], responses=[10, 20], half_close=half_close)
    assert (report.code, report.sizes) == (0, [10, 20] * 3)


def test_streams_may_be_empty(calls, client):
    assert calls.call("StreamingInputCall", requests=[]).sizes == [0]
    assert calls.call("StreamingOutputCall", requests=[0], responses=[]).sizes == []
    assert calls.call("FullDuplexCall", requests=[]).sizes == []
    assert client.input(iter(()), timeout=10).aggregated_payload_size == 0
    assert list(client.output(client.wanting(), timeout=10)) == []
    client.empty_stream()


def test_a_server_may_end_a_call_before_its_client_has(calls, client):
    report = calls.call("FullDuplexCall", requests=[5], half_close="never", code=9, message="enough")
    assert (report.code, report.message) == (9, "enough")
    over = threading.Event()

    def requests():
        yield pb.StreamingOutputCallRequest(response_status=pb.EchoStatus(code=9, message="enough"))
        over.wait(10)

    error = client.status(lambda: list(client.duplex(requests(), timeout=10)))
    over.set()
    assert (error.code(), error.details()) == (grpc.StatusCode.FAILED_PRECONDITION, "enough")


# Back-pressure.

PIECE = 60_000


def test_who_does_not_read_makes_our_handler_wait_and_stalls_nobody(ours, client):
    before = resident_kib(ours)
    # Forty megabytes that nobody reads yet, on the connection of everybody else.
    unread = [client.output(client.wanting(*[PIECE] * 32), timeout=60) for _ in range(20)]
    for _ in range(50):
        began = time.monotonic()
        client.large_unary()
        assert time.monotonic() - began < 1
    assert resident_kib(ours) < before + (24 << 10)
    for call in unread:
        assert [len(answer.payload.body) for answer in call] == [PIECE] * 32


def test_a_handler_that_does_not_read_makes_their_client_wait(client):
    taken = []

    def requests():
        for _ in range(100):
            taken.append(1)
            request = client.wanting(1, given=PIECE)
            request.response_parameters[0].interval_us = 10_000
            yield request

    # What one window has and what grpcio keeps is ahead of the handler, and no more.
    for number, _ in enumerate(client.duplex(requests(), timeout=60)):
        assert len(taken) < number + 40
    assert number == 99


def test_our_client_does_not_read_and_their_handler_waits():
    given = []

    def output(request, context):
        for _ in range(150):
            given.append(1)
            yield pb.StreamingOutputCallResponse(payload=pb.Payload(body=bytes(PIECE)))

    answers = {"StreamingOutputCall": handler("unary_stream", output, pb.StreamingOutputCallRequest)}
    service = grpc.method_handlers_generic_handler("grpc.testing.TestService", HANDLERS | answers)
    with PythonServer(service=service) as server, OurCalls(server.address) as calls:
        slow = calls.start("StreamingOutputCall", read_delay_ms=20)
        eventually(lambda: given, what="the first message")
        time.sleep(0.3)
        assert len(given) < 90
        # Beside it, on the same connection, nobody waits.
        report = calls.call(requests=[PIECE], responses=[PIECE])
        assert report.code == 0 and report.elapsed < 1
        assert slow.result(60).sizes == [PIECE] * 150


# Metadata.


def test_repeated_and_binary_metadata_pass_both_ways(theirs, calls, client):
    report = calls.call(metadata=REPEATED)
    assert report.code == 0
    for seen in (theirs.metadata, report.initial, report.trailing):
        assert sorted(x for x in seen if x[0] == "x-bytes-bin") == sorted(REPEATED[3:])
        assert [x for x in seen if x[0] == "x-same"] == REPEATED[:3]
    sent = (("x-test-echo-all", "1"), *REPEATED)
    _, call = client.unary.with_call(pb.SimpleRequest(), timeout=10, metadata=sent)
    for seen in (call.initial_metadata(), call.trailing_metadata()):
        seen = [(name, value) for name, value in seen if name.startswith("x-")]
        assert [x for x in seen if x[0] == "x-same"] == REPEATED[:3]
        assert [x for x in seen if x[0] == "x-bytes-bin"] == REPEATED[3:]


def test_reserved_names_are_neither_sent_nor_shown(theirs, calls, client):
    reserved = ["grpc-timeout", "grpc-x", "te", "content-type", "user-agent", ":path", "host", "Upper", "a b", "connection", ""]
    report = calls.call(metadata=[(name, "1S") for name in reserved] + [("x-good", "yes")])
    assert (report.code, report.refused) == (0, reserved)
    assert theirs.metadata == [("x-good", "yes")]
    # What gRPC says for itself our handlers are not shown, whoever sent it; `grpc-` names of a client's own neither.
    sent = (("x-test-echo-all", "1"), ("grpc-private", "no"), ("x-good", "yes"))
    _, call = client.unary.with_call(pb.SimpleRequest(), timeout=10, metadata=sent)
    seen = list(call.trailing_metadata())
    assert ("x-good", "yes") in seen
    assert not [name for name, _ in seen if name.startswith("grpc-") or name in ("te", "content-type", "user-agent")]


def test_too_much_metadata_ends_its_call_alone(theirs, calls, client):
    # What we send is too much for theirs.
    assert calls.call(metadata=[("x-long", "a" * 30_000)]).code == 8
    assert calls.call(metadata=[("x-long", "a" * 3000)]).code == 0
    # What theirs sends is too much for us: it has 3,000 bytes twice, and the block may have 2,000.
    with OurCalls(theirs.address, "--max-metadata", 2000) as strict:
        assert strict.call(metadata=[("x-long", "a" * 3000)]).code == 8
        assert strict.call(metadata=[("x-long", "a" * 300)]).code == 0
    error = client.status(lambda: client.unary(pb.SimpleRequest(), timeout=10, metadata=(("x-long", "a" * 20_000),)))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    client.empty_unary()


# Status.


@pytest.mark.parametrize("code", list(grpc.StatusCode))
def test_our_client_hears_every_status_of_theirs_with_its_details(calls, code):
    text = "" if code == grpc.StatusCode.OK else f"{code.name}: 100 % \u00fc\u263a\t\r\n"
    report = calls.call(code=code.value[0], message=text)
    assert (report.code, report.message) == (code.value[0], text)
    assert report.details == (b"" if code == grpc.StatusCode.OK else DETAILS)


# Deadlines, and calls on behalf of others.


# The longest that fit in 8 digits of microseconds, milliseconds, seconds and minutes.
@pytest.mark.parametrize("seconds", [90, 90_000, 90_000_000, 900_000_000])
def test_their_handler_has_the_time_that_our_client_gave(theirs, calls, seconds):
    calls.call(timeout_ms=seconds * 1000)
    assert seconds * 0.98 - 5 < theirs.remaining <= seconds * 1.02
    calls.call()
    assert theirs.remaining > NEVER


@pytest.fixture(scope="module")
def between(theirs):
    """A server of ours that passes unary calls on to theirs, and a client of theirs."""
    with OurServer("--upstream", theirs.address) as server:
        with grpc.insecure_channel(server.address) as channel:
            yield server, Client(channel)


@pytest.mark.parametrize("seconds", [0.9, 9, 90, 90_000, 8_000_000])
def test_a_call_on_behalf_of_a_call_has_what_is_left_of_its_time(theirs, between, seconds):
    _, client = between
    client.unary(pb.SimpleRequest(), timeout=seconds)
    # grpcio rounds up as it likes.
    assert seconds * 0.98 - 0.5 < theirs.remaining <= seconds * 1.02
    client.unary(pb.SimpleRequest())
    assert theirs.remaining > NEVER


@pytest.mark.parametrize("way", ["cancelled", "too late", "connection lost"])
def test_a_handler_is_cancelled_when_its_caller_has_gone(theirs, between, way):
    """The handler's own call goes with it: that is what theirs sees."""
    server, client = between
    theirs.waiting()
    try:
        if way == "connection lost":
            with Attacker(server.address) as caller:
                caller.send(call(1) + message(b"", 1))
                assert theirs.begun.wait(10)
                assert not theirs.ended.is_set()
        else:
            future = client.unary.future(pb.SimpleRequest(), timeout=0.3 if way == "too late" else 30)
            assert theirs.begun.wait(10)
            assert not theirs.ended.is_set()
            if way == "cancelled":
                future.cancel()
            else:
                assert future.exception().code() == grpc.StatusCode.DEADLINE_EXCEEDED
        assert theirs.ended.wait(5), "the handler goes on for nobody"
    finally:
        theirs.waits = False


@pytest.mark.parametrize("way", ["cancel_after_ms", "timeout_ms"])
def test_their_handler_hears_that_our_client_has_gone(theirs, calls, way):
    theirs.waiting()
    try:
        report = calls.call(**{way: 300})
        assert report.code == {"cancel_after_ms": 1, "timeout_ms": 4}[way]
        assert theirs.ended.wait(5)
    finally:
        theirs.waits = False


def test_a_server_that_vanishes_ends_its_calls_unavailable():
    with OurServer() as server, OurCalls(server.address) as calls:
        assert calls.call().code == 0
        started = calls.start("FullDuplexCall", requests=[1], half_close="never")
        time.sleep(0.2)  # The call has to be there; had it not, the next line would say so.
        assert not started.done()
        server.process.kill()
        assert started.result(10).code == 14
        eventually(lambda: calls.call().code == 14, what="the end of the channel")
