"""The Admin service, called by a foreign gRPC client with messages made by protoc for Python."""
import importlib
import subprocess
import sys

import grpc
import pytest

from fleet import ROOT
from waiting import eventually


@pytest.fixture(scope="module")
def messages(tmp_path_factory):
    """The Python module of admin.proto."""
    folder = tmp_path_factory.mktemp("proto")
    subprocess.run(["protoc", "-I", ROOT / "proto", f"--python_out={folder}", "sidecar/admin/v1/admin.proto"], check=True,
                   cwd=ROOT / "proto")
    sys.path.insert(0, str(folder))
    yield importlib.import_module("sidecar.admin.v1.admin_pb2")
    sys.path.remove(str(folder))


def credentials(fleet, name):
    """TLS with the certificate of `name`, or with none."""
    read = lambda path: (fleet.data / path).read_bytes()  # noqa: E731
    own = (read(f"certs/{name}.key"), read(f"certs/{name}.crt")) if name else (None, None)
    return grpc.ssl_channel_credentials(read("ca.crt"), *own)


@pytest.fixture
def call(fleet, messages):
    """`call("Wake", name="demo")` gives the reply."""
    with grpc.secure_channel(fleet.proxies[0]["grpc"], credentials(fleet, "admin")) as channel:
        yield lambda method, timeout=40, **fields: invoke(channel, messages, method, timeout, **fields)


def invoke(channel, messages, method, timeout=10, **fields):
    request = getattr(messages, f"{method}Request")
    reply = getattr(messages, f"{method}Reply")
    stub = channel.unary_unary(
        f"/sidecar.admin.v1.Admin/{method}", request_serializer=request.SerializeToString,
        response_deserializer=reply.FromString)
    return stub(request(**fields), timeout=timeout)


def test_members(call):
    members = call("Members").members
    assert [member.id for member in members] == ["proxy-a", "proxy-b"]
    assert [member.state for member in members] == ["self", "alive"]
    assert not any(member.draining for member in members)


def test_wake_show_and_suspend(call, fleet):
    location = call("Wake", name="demo").location
    assert location.endpoint == "demo" and location.address and location.generation >= 1
    assert len(fleet.postmasters()) == 1
    shown = call("EndpointShow", name="demo")
    assert shown.summary.state == "running"
    assert shown.summary.generation == location.generation
    assert [entry.source for entry in shown.history if entry.generation == location.generation][-1] == "agent"
    call("Suspend", name="demo")
    assert fleet.postmasters() == []
    call("Suspend", name="demo")
    assert call("Wake", name="demo").location.generation == location.generation + 1
    call("Suspend", name="demo", immediate=True)
    eventually(lambda: fleet.postmasters() == [], 10, "an immediate stop")


def test_endpoints_can_be_created_once(call):
    made = call("EndpointCreate", name="grpc-made", role="app", database="books")
    assert (made.name, made.user, made.database) == ("grpc-made", "app", "books") and made.password
    assert "grpc-made" in [endpoint.name for endpoint in call("Endpoints").endpoints]
    with pytest.raises(grpc.RpcError) as caught:
        call("EndpointCreate", name="grpc-made")
    assert caught.value.code() == grpc.StatusCode.ALREADY_EXISTS


@pytest.mark.parametrize("method, fields, code", [
    ("EndpointShow", {"name": "nobody"}, grpc.StatusCode.NOT_FOUND),
    ("Wake", {"name": "nobody"}, grpc.StatusCode.NOT_FOUND),
    ("Suspend", {"name": "nobody"}, grpc.StatusCode.NOT_FOUND),
    ("EndpointCreate", {"name": "No Name!"}, grpc.StatusCode.INVALID_ARGUMENT),
    ("EndpointCreate", {"name": "ok", "role": "cloud_admin"}, grpc.StatusCode.INVALID_ARGUMENT),
    ("EndpointCreate", {"name": "ok", "database": "template1"}, grpc.StatusCode.INVALID_ARGUMENT),
])
def test_mistakes_have_a_status(call, method, fields, code):
    with pytest.raises(grpc.RpcError) as caught:
        call(method, **fields)
    assert caught.value.code() == code


def test_a_deadline_is_kept(call, fleet):
    call("Suspend", name="demo")
    with pytest.raises(grpc.RpcError) as caught:
        call("Wake", timeout=0.05, name="demo")
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_unknown_methods_are_unimplemented(fleet):
    with grpc.secure_channel(fleet.proxies[0]["grpc"], credentials(fleet, "admin")) as channel:
        for path in "/sidecar.admin.v1.Admin/Nothing", "/no.Such/Service":
            with pytest.raises(grpc.RpcError) as caught:
                channel.unary_unary(path)(b"", timeout=10)
            assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED, path


def test_a_proxy_may_not_call_admin(fleet, messages):
    with grpc.secure_channel(fleet.proxies[0]["grpc"], credentials(fleet, "proxy-b")) as channel:
        with pytest.raises(grpc.RpcError) as caught:
            invoke(channel, messages, "Members")
        assert caught.value.code() == grpc.StatusCode.PERMISSION_DENIED


def test_nobody_calls_without_a_certificate(fleet, messages):
    with grpc.secure_channel(fleet.proxies[0]["grpc"], credentials(fleet, None)) as channel:
        with pytest.raises(grpc.RpcError) as caught:
            invoke(channel, messages, "Members")
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE


def test_the_admin_command_says_the_same(fleet):
    assert [member["id"] for member in fleet.admin("members")["members"]] == ["proxy-a", "proxy-b"]
    fleet.admin("wake", "demo")
    assert len(fleet.postmasters()) == 1
    fleet.admin("suspend", "demo")
    assert fleet.postmasters() == []
