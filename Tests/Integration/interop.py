"""gRPC's public interoperability tests in Python: the programs of ours, the service, and a client for every case."""
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent import futures
from pathlib import Path

import grpc

HERE = Path(__file__).resolve().parent
PROTO = HERE.parents[1] / "proto"
STUBS = Path(tempfile.mkdtemp(prefix="sidecar-stubs-"))
subprocess.run(["protoc", "-I", PROTO, f"--python_out={STUBS}", "grpc/testing/test.proto"], check=True)
# Not as a package: `grpc` is grpcio's.
sys.path.insert(0, str(STUBS / "grpc" / "testing"))
import test_pb2 as pb  # noqa: E402

SERVICE = "/grpc.testing.TestService/"
INITIAL, TRAILING = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"
SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"


def program(name):
    """Built by `scripts/swift-release`, as the product is; no part of it."""
    return Path(os.environ.get("SIDECAR_INTEROP", HERE.parents[1] / ".build" / "release")) / name


class OurServer:
    """`sidecar-interop-server` while it runs; `address` is host:port."""

    def __init__(self, *options, port=0):
        self.process = subprocess.Popen(
            [program("sidecar-interop-server"), "--port", str(port), *options], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("listening on 127.0.0.1:"), line
        self.address = line.split()[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)


def start_our_client(address, case, *options):
    """Begins one case of `sidecar-interop-client`."""
    return subprocess.Popen(
        [program("sidecar-interop-client"), "--server", address, "--test-case", case, *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def our_client(address, case, *options):
    """Runs one case of `sidecar-interop-client`."""
    return ended(start_our_client(address, case, *options))


def ended(process):
    """What a client has said and how it ended, once it has."""
    stdout, stderr = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


# The service.


def echo(context):
    sent = {name: value for name, value in context.invocation_metadata()}
    if INITIAL in sent:
        context.send_initial_metadata(((INITIAL, sent[INITIAL]),))
    if TRAILING in sent:
        context.set_trailing_metadata(((TRAILING, sent[TRAILING]),))


def payload(size):
    return pb.Payload(body=bytes(size))


def fail(status, context):
    if status.code:
        context.abort({code.value[0]: code for code in grpc.StatusCode}[status.code], status.message)


def unary(request, context):
    echo(context)
    fail(request.response_status, context)
    if request.response_compressed.value:
        context.set_compression(grpc.Compression.Gzip)
    return pb.SimpleResponse(payload=payload(request.response_size))


def output(request, context):
    fail(request.response_status, context)
    if any(wanted.compressed.value for wanted in request.response_parameters):
        context.set_compression(grpc.Compression.Gzip)
    for wanted in request.response_parameters:
        time.sleep(wanted.interval_us / 1e6)
        if wanted.HasField("compressed") and not wanted.compressed.value:
            context.disable_next_message_compression()
        yield pb.StreamingOutputCallResponse(payload=payload(wanted.size))


def full_duplex(requests, context):
    echo(context)
    for request in requests:
        yield from output(request, context)


def streaming_input(requests, context):
    return pb.StreamingInputCallResponse(aggregated_payload_size=sum(len(r.payload.body) for r in requests))


def handler(kind, function, request):
    return getattr(grpc, f"{kind}_rpc_method_handler")(
        function, request_deserializer=request.FromString, response_serializer=lambda message: message.SerializeToString())


HANDLERS = {
    "EmptyCall": handler("unary_unary", lambda request, context: request, pb.Empty),
    "UnaryCall": handler("unary_unary", unary, pb.SimpleRequest),
    "StreamingOutputCall": handler("unary_stream", output, pb.StreamingOutputCallRequest),
    "StreamingInputCall": handler("stream_unary", streaming_input, pb.StreamingInputCallRequest),
    "FullDuplexCall": handler("stream_stream", full_duplex, pb.StreamingOutputCallRequest),
}


class PythonServer:
    """grpcio's server with that service; `address` is host:port."""

    def __init__(self, credentials=None, service=None, options=(), port=0, host="127.0.0.1"):
        self.server = grpc.server(futures.ThreadPoolExecutor(16), options=options)
        handlers = service or grpc.method_handlers_generic_handler("grpc.testing.TestService", HANDLERS)
        self.server.add_generic_rpc_handlers((handlers,))
        if credentials:
            self.port = self.server.add_secure_port(f"{host}:{port}", credentials)
        else:
            self.port = self.server.add_insecure_port(f"{host}:{port}")
        self.address = f"{host}:{self.port}"
        self.server.start()

    def stop(self, grace):
        self.server.stop(grace).wait(30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop(0).wait(10)


# The client.


def method(channel, kind, name, response):
    return getattr(channel, kind)(SERVICE + name, lambda message: message.SerializeToString(), response.FromString)


class Client:
    """Every case by its name, as a method that fails by assertion."""

    LIMIT = 30

    def __init__(self, channel):
        self.empty = method(channel, "unary_unary", "EmptyCall", pb.Empty)
        self.unary = method(channel, "unary_unary", "UnaryCall", pb.SimpleResponse)
        self.output = method(channel, "unary_stream", "StreamingOutputCall", pb.StreamingOutputCallResponse)
        self.input = method(channel, "stream_unary", "StreamingInputCall", pb.StreamingInputCallResponse)
        self.duplex = method(channel, "stream_stream", "FullDuplexCall", pb.StreamingOutputCallResponse)
        self.half_duplex = method(channel, "stream_stream", "HalfDuplexCall", pb.StreamingOutputCallResponse)
        self.channel = channel

    large = pb.SimpleRequest(response_size=314159, payload=payload(271828))

    @staticmethod
    def wanting(*sizes, given=0, **more):
        wanted = [pb.ResponseParameters(size=size) for size in sizes]
        return pb.StreamingOutputCallRequest(response_parameters=wanted, payload=payload(given), **more)

    @staticmethod
    def status(call):
        try:
            call()
        except grpc.RpcError as error:
            return error
        raise AssertionError("the call succeeded")

    def empty_unary(self):
        assert self.empty(pb.Empty(), timeout=self.LIMIT) == pb.Empty()

    def large_unary(self):
        assert self.unary(self.large, timeout=self.LIMIT).payload.body == bytes(314159)

    def client_streaming(self):
        sent = [pb.StreamingInputCallRequest(payload=payload(size)) for size in (27182, 8, 1828, 45904)]
        assert self.input(iter(sent), timeout=self.LIMIT).aggregated_payload_size == 74922

    def server_streaming(self):
        sizes = [31415, 9, 2653, 58979]
        assert [len(r.payload.body) for r in self.output(self.wanting(*sizes), timeout=self.LIMIT)] == sizes

    def ping_pong(self):
        pairs, sizes = [(27182, 31415), (8, 9), (1828, 2653), (45904, 58979)], []

        def requests():
            for index, (given, wanted) in enumerate(pairs):
                while len(sizes) < index:
                    time.sleep(0.001)
                yield self.wanting(wanted, given=given)

        for response in self.duplex(requests(), timeout=self.LIMIT):
            sizes.append(len(response.payload.body))
        assert sizes == [wanted for _, wanted in pairs]

    def empty_stream(self):
        assert list(self.duplex(iter(()), timeout=self.LIMIT)) == []

    def cancel_after_begin(self):
        over = threading.Event()
        # Nothing to send yet, and no end of it either: else the server may be faster than the cancellation.
        call = self.input.future(iter(lambda: over.wait(self.LIMIT) or None, True), timeout=self.LIMIT)
        call.cancel()
        over.set()
        assert call.cancelled() and call.code() == grpc.StatusCode.CANCELLED

    def cancel_after_first_response(self):
        def requests():
            yield self.wanting(31415, given=27182)
            time.sleep(0.2)

        call = self.duplex(requests(), timeout=self.LIMIT)
        assert len(next(call).payload.body) == 31415
        call.cancel()
        assert self.status(lambda: next(call)).code() == grpc.StatusCode.CANCELLED

    def timeout_on_sleeping_server(self):
        request = self.wanting(31415, given=27182)
        request.response_parameters[0].interval_us = 5_000_000
        late = self.status(lambda: list(self.duplex(iter([request]), timeout=0.05)))
        assert late.code() == grpc.StatusCode.DEADLINE_EXCEEDED

    def status_code_and_message(self):
        self.expect_echo("test status message")

    def special_status_message(self):
        self.expect_echo(SPECIAL)

    def expect_echo(self, message):
        wanted = pb.EchoStatus(code=2, message=message)
        one = self.status(lambda: self.unary(pb.SimpleRequest(response_status=wanted), timeout=self.LIMIT))
        assert (one.code(), one.details()) == (grpc.StatusCode.UNKNOWN, message)
        request = pb.StreamingOutputCallRequest(response_status=wanted)
        many = self.status(lambda: list(self.duplex(iter([request]), timeout=self.LIMIT)))
        assert (many.code(), many.details()) == (grpc.StatusCode.UNKNOWN, message)

    def custom_metadata(self):
        sent = ((INITIAL, "test_initial_metadata_value"), (TRAILING, b"\xab\xab\xab"))
        _, call = self.unary.with_call(self.large, timeout=self.LIMIT, metadata=sent)
        assert sent[0] in list(call.initial_metadata()) and sent[1] in list(call.trailing_metadata())
        call = self.duplex(iter([self.wanting(314159, given=271828)]), timeout=self.LIMIT, metadata=sent)
        assert [len(r.payload.body) for r in call] == [314159]
        assert sent[0] in list(call.initial_metadata()) and sent[1] in list(call.trailing_metadata())

    def unimplemented_method(self):
        self.expect_unimplemented(SERVICE + "UnimplementedCall")

    def unimplemented_service(self):
        self.expect_unimplemented("/grpc.testing.UnimplementedService/UnimplementedCall")

    def expect_unimplemented(self, path):
        call = self.channel.unary_unary(path)
        assert self.status(lambda: call(b"", timeout=self.LIMIT)).code() == grpc.StatusCode.UNIMPLEMENTED

    def client_compressed_unary(self):
        request = pb.SimpleRequest()
        request.CopyFrom(self.large)
        request.expect_compressed.value = True
        lie = self.status(lambda: self.unary(request, timeout=self.LIMIT))
        assert lie.code() == grpc.StatusCode.INVALID_ARGUMENT
        for compression, expected in ((grpc.Compression.Gzip, True), (None, False)):
            request.expect_compressed.value = expected
            assert len(self.unary(request, timeout=self.LIMIT, compression=compression).payload.body) == 314159

    def server_compressed_unary(self):
        for compressed in (True, False):
            request = pb.SimpleRequest()
            request.CopyFrom(self.large)
            request.response_compressed.value = compressed
            assert self.unary(request, timeout=self.LIMIT).payload.body == bytes(314159)

    def client_compressed_streaming(self):
        def sent(compressed):
            for size in (27182, 45904):
                message = pb.StreamingInputCallRequest(payload=payload(size))
                message.expect_compressed.value = compressed
                yield message

        lie = self.status(lambda: self.input(sent(True), timeout=self.LIMIT))
        assert lie.code() == grpc.StatusCode.INVALID_ARGUMENT
        whole = self.input(sent(True), timeout=self.LIMIT, compression=grpc.Compression.Gzip)
        assert whole.aggregated_payload_size == 73086

    def server_compressed_streaming(self):
        request = self.wanting(31415, 92653)
        for wanted, compressed in zip(request.response_parameters, (True, False)):
            wanted.compressed.value = compressed
        sizes = [len(response.payload.body) for response in self.output(request, timeout=self.LIMIT)]
        assert sizes == [31415, 92653]


CASES = [
    "empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong", "empty_stream", "cancel_after_begin",
    "cancel_after_first_response", "timeout_on_sleeping_server", "status_code_and_message", "special_status_message",
    "custom_metadata", "unimplemented_method", "unimplemented_service", "client_compressed_unary",
    "server_compressed_unary", "client_compressed_streaming", "server_compressed_streaming",
]
