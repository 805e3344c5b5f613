"""gRPC's public interoperability tests: Python's grpcio against our server, our client against grpcio's, and ours against ours."""
import grpc
import pytest

from authority import Authority
from interop import CASES, SERVICE, Client, OurServer, PythonServer, method, our_client, pb


@pytest.fixture(scope="module")
def our_server():
    with OurServer() as server:
        yield server


@pytest.fixture(scope="module")
def python_server():
    with PythonServer() as server:
        yield server


@pytest.fixture(scope="module")
def python_client(our_server):
    with grpc.insecure_channel(our_server.address) as channel:
        yield Client(channel)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.mark.parametrize("case", CASES)
def test_python_client_our_server(python_client, case):
    getattr(python_client, case)()


@pytest.mark.parametrize("case", CASES)
def test_our_client_python_server(python_server, case):
    done = our_client(python_server.address, case)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{case}: passed\n"


@pytest.mark.parametrize("case", CASES)
def test_our_client_our_server(our_server, case):
    done = our_client(our_server.address, case)
    assert done.returncode == 0, done.stderr
    # Our server, unlike grpcio's, sees a lie about compression.
    assert done.stderr == ""


def test_mutual_tls_both_ways(authority):
    certificate, key = authority.issue("server")
    theirs, their_key = authority.issue("client")
    ours = OurServer("--tls", "--cert", certificate, "--key", key, "--client-ca", authority.certificate)
    root, private, chain = (path.read_bytes() for path in (authority.certificate, their_key, theirs))
    options = ("--tls", "--ca", authority.certificate, "--cert", theirs, "--key", their_key)
    with ours as server:
        credentials = grpc.ssl_channel_credentials(root, private, chain)
        with grpc.secure_channel(server.address, credentials) as channel:
            Client(channel).large_unary()
            Client(channel).ping_pong()
        assert our_client(server.address, "ping_pong", *options).returncode == 0
        # Nobody gets in without a certificate.
        with grpc.secure_channel(server.address, grpc.ssl_channel_credentials(root)) as channel:
            refused = Client.status(lambda: Client(channel).empty(pb.Empty(), timeout=10))
        assert refused.code() == grpc.StatusCode.UNAVAILABLE
        stranger = our_client(server.address, "empty_unary", "--tls", "--ca", authority.certificate)
        assert stranger.returncode == 1
    server_credentials = grpc.ssl_server_credentials(
        [(key.read_bytes(), certificate.read_bytes())], root_certificates=root, require_client_auth=True)
    with PythonServer(server_credentials) as server:
        done = our_client(server.address, "large_unary", *options)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("size", [0, 1, 16379, 16384, 65535, 1 << 20, (4 << 20) - 64])
def test_messages_of_every_size_up_to_the_limit(our_server, size):
    with grpc.insecure_channel(our_server.address, options=[("grpc.max_receive_message_length", -1)]) as channel:
        call = method(channel, "unary_unary", "UnaryCall", pb.SimpleResponse)
        request = pb.SimpleRequest(payload=pb.Payload(body=bytes(size)), response_size=size)
        assert len(call(request, timeout=30).payload.body) == size


def test_a_message_over_the_limit_ends_its_call_alone(our_server):
    with grpc.insecure_channel(our_server.address) as channel:
        client = Client(channel)
        over = pb.SimpleRequest(payload=pb.Payload(body=bytes(4 << 20)))
        error = client.status(lambda: client.unary(over, timeout=30))
        assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        # A bomb is a few kilobytes on the wire.
        bomb = client.status(lambda: client.unary(over, timeout=30, compression=grpc.Compression.Gzip))
        assert bomb.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        client.large_unary()


def test_a_cacheable_call_is_answered_as_any_other(our_server):
    with grpc.insecure_channel(our_server.address) as channel:
        call = method(channel, "unary_unary", "CacheableUnaryCall", pb.SimpleResponse)
        assert len(call(pb.SimpleRequest(response_size=100), timeout=10).payload.body) == 100


def test_half_duplex_answers_when_all_is_said(our_server):
    with grpc.insecure_channel(our_server.address) as channel:
        client = Client(channel)
        sent = [client.wanting(100), client.wanting(200, 300)]
        answers = client.half_duplex(iter(sent), timeout=30)
        assert [len(answer.payload.body) for answer in answers] == [100, 200, 300]


@pytest.mark.parametrize("wanted, requests", [(0, 1001), (500, 2), (2000, 1)])
def test_half_duplex_remembers_only_so_much(our_server, wanted, requests):
    with grpc.insecure_channel(our_server.address) as channel:
        client = Client(channel)
        asked = [client.wanting(*[1] * wanted)] * requests
        error = client.status(lambda: list(client.half_duplex(iter(asked), timeout=30)))
        assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        fine = [client.wanting(1, given=100_000)] * 500
        assert len(list(client.half_duplex(iter(fine), timeout=30))) == 500


def test_a_payload_that_is_too_long_is_refused(our_server):
    with grpc.insecure_channel(our_server.address) as channel:
        client = Client(channel)
        for size in ((8 << 20) + 1, -1):
            error = client.status(lambda: client.unary(pb.SimpleRequest(response_size=size), timeout=10))
            assert error.code() == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("code", list(grpc.StatusCode))
def test_every_status_code_arrives(our_server, code):
    with grpc.insecure_channel(our_server.address) as channel:
        client = Client(channel)
        status = pb.EchoStatus(code=code.value[0], message=code.name)
        if code == grpc.StatusCode.OK:
            client.unary(pb.SimpleRequest(response_status=status), timeout=30)
        else:
            error = client.status(lambda: client.unary(pb.SimpleRequest(response_status=status), timeout=30))
            assert (error.code(), error.details()) == (code, code.name)


@pytest.mark.parametrize("text", ["x" * 100_000, "\u00fc" * 50_000], ids=["plain", "escaped"])
def test_a_status_text_that_is_too_long_is_cut(our_server, text):
    with grpc.insecure_channel(our_server.address) as channel:
        client = Client(channel)
        request = pb.SimpleRequest(response_status=pb.EchoStatus(code=9, message=text))
        error = client.status(lambda: client.unary(request, timeout=10))
        assert error.code() == grpc.StatusCode.FAILED_PRECONDITION
        assert len(error.details()) >= 600 and text.startswith(error.details())
        client.unary(pb.SimpleRequest(), timeout=10)


def test_the_details_of_a_status_pass_through(our_server):
    details = b"\x08\x09\x12\x04why?"  # A google.rpc.Status: code 9, and a message.
    with grpc.insecure_channel(our_server.address) as channel:
        request = pb.SimpleRequest(response_status=pb.EchoStatus(code=9, message="not now"))
        error = Client.status(lambda: Client(channel).unary(
            request, timeout=30, metadata=(("x-test-status-details-bin", details),)))
        assert error.code() == grpc.StatusCode.FAILED_PRECONDITION
        assert ("grpc-status-details-bin", details) in list(error.trailing_metadata())


def test_metadata_with_repeated_keys_and_reserved_names(our_server):
    with grpc.insecure_channel(our_server.address) as channel:
        sent = (("x-grpc-test-echo-trailing-bin", bytes(range(256))), ("x-other", "a"), ("x-other", "b"))
        call = Client(channel).empty
        _, done = call.with_call(pb.Empty(), timeout=30, metadata=sent)
        assert ("x-grpc-test-echo-trailing-bin", bytes(range(256))) in list(done.trailing_metadata())
        too_much = (("x-long", "a" * 20000),)
        error = Client.status(lambda: call(pb.Empty(), timeout=30, metadata=too_much))
        assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_an_unknown_encoding_is_refused_with_a_list_of_the_known(our_server):
    with grpc.insecure_channel(our_server.address) as channel:
        error = Client.status(lambda: Client(channel).unary(
            Client.large, timeout=30, compression=grpc.Compression.Deflate))
        assert error.code() == grpc.StatusCode.UNIMPLEMENTED
        assert channel.unary_unary(SERVICE + "EmptyCall")(b"", timeout=30) == b""
