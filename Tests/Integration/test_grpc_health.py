"""grpc.health.v1 and grpc.reflection as the public clients see them, on a proxy and on the control plane."""
import os
import shutil
import ssl
import subprocess
from pathlib import Path

import grpc
import pytest
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from fleet import BINARY, sum_of
from guest import Guest, identity
from processes import command_line, free_port, within
from rawhttp2 import Attacker, block, careless, connected, frame, odd, until_closed
from waiting import eventually

# Our certificates name who somebody is, and localhost.
NAMED = [("grpc.ssl_target_name_override", "localhost")]
SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING
OPEN = {"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"}


@pytest.fixture(scope="module")
def connect(shared_fleet):
    """Opens a channel with a certificate of the fleet that names nobody who may call anything here."""
    certificate, key = identity(shared_fleet.data, "onlooker")
    credentials = grpc.ssl_channel_credentials(
        (shared_fleet.data / "ca.crt").read_bytes(), key.read_bytes(), certificate.read_bytes())
    channels = []

    def open_channel(address, options=NAMED):
        channels.append(grpc.secure_channel(address, credentials, options))
        return channels[-1]

    yield open_channel
    for channel in channels:
        channel.close()


def check(channel, service=""):
    return health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=service), timeout=10).status


def test_a_proxy_is_healthy_service_by_service(fleet, connect):
    channel = connect(fleet.proxies[0]["grpc"])
    for service in "", "sidecar.peer.v1.Peer", "sidecar.admin.v1.Admin", "sidecar.report.v1.Reports":
        assert check(channel, service) == SERVING
    with pytest.raises(grpc.RpcError) as unknown:
        check(channel, "no.Such")
    assert unknown.value.code() == grpc.StatusCode.NOT_FOUND


def test_list_tells_all_at_once(fleet, connect):
    # grpcio-health-checking of this version knows no List: an empty message, and a map of names.
    call = connect(fleet.proxies[0]["grpc"]).unary_unary("/grpc.health.v1.Health/List")
    answer = call(b"", timeout=10)
    assert b"sidecar.peer.v1.Peer\x12\x02\x08\x01" in answer


def test_a_watcher_hears_of_the_drain(fleet, connect):
    # In a cluster of its own: the fleet would remember it for a while.
    with Guest(fleet, "watched", cluster="watched", join=()) as guest:
        channel = connect(guest.told["grpc"])
        stub = health_pb2_grpc.HealthStub(channel)
        known = stub.Watch(health_pb2.HealthCheckRequest(), timeout=30)
        unknown = stub.Watch(health_pb2.HealthCheckRequest(service="no.Such"), timeout=30)
        assert next(unknown).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
        while next(known).status != SERVING:
            pass
        guest.process.terminate()
        assert next(known).status == NOT_SERVING


def test_the_public_reflection_client_describes_every_service(fleet, connect):
    database = ProtoReflectionDescriptorDatabase(connect(fleet.proxies[0]["grpc"]))
    services = set(database.get_services())
    assert services == OPEN | {"sidecar.peer.v1.Peer", "sidecar.admin.v1.Admin", "sidecar.report.v1.Reports"}
    pool = DescriptorPool(database)
    for name in services:
        service = pool.FindServiceByName(name)
        assert service.methods
        for method in service.methods:
            assert method.input_type.full_name and method.output_type.full_name
    report = pool.FindMethodByName("sidecar.report.v1.Reports.Report")
    assert report.client_streaming and report.server_streaming
    assert pool.FindMessageTypeByName("sidecar.report.v1.Transition").fields_by_name


def test_both_versions_of_reflection_are_the_same_bytes(fleet, connect):
    channel = connect(fleet.proxies[0]["grpc"])
    question = reflection_pb2.ServerReflectionRequest(list_services="").SerializeToString()
    answers = [
        list(channel.stream_stream(f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo")(
            iter([question]), timeout=10))
        for version in ("v1", "v1alpha")]
    assert len(answers[0]) == 1 and answers[0] == answers[1]


def test_what_cannot_be_reflected_is_an_answer(fleet, connect):
    stub = reflection_pb2_grpc.ServerReflectionStub(connect(fleet.proxies[0]["grpc"]))
    asked = [reflection_pb2.ServerReflectionRequest(file_containing_symbol="no.Such"),
             reflection_pb2.ServerReflectionRequest(file_by_filename="grpc/health/v1/health.proto")]
    missing, found = stub.ServerReflectionInfo(iter(asked), timeout=10)
    assert missing.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]
    assert missing.original_request == asked[0]
    assert len(found.file_descriptor_response.file_descriptor_proto) == 1


def test_nothing_else_opens_with_it(fleet, connect):
    call = connect(fleet.proxies[0]["grpc"]).unary_unary("/sidecar.admin.v1.Admin/Members")
    with pytest.raises(grpc.RpcError) as refused:
        call(b"", timeout=10)
    assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED


def test_the_control_plane_is_healthy_too(tmp_path):
    data = tmp_path / "data"
    tmp_path.chmod(0o755)
    http, port = free_port(), free_port()
    process = subprocess.Popen(
        [BINARY, "control-plane", "--data", data, "--listen", f"127.0.0.1:{http}", "--grpc", f"127.0.0.1:{port}"],
        stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: (data / "ca.key").exists() and (data / "certs").is_dir(), what="the certificates")
        certificate, key = identity(data, "onlooker")
        credentials = grpc.ssl_channel_credentials(
            (data / "ca.crt").read_bytes(), key.read_bytes(), certificate.read_bytes())
        with grpc.secure_channel(f"127.0.0.1:{port}", credentials, NAMED) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            watch = stub.Watch(
                health_pb2.HealthCheckRequest(service="sidecar.report.v1.Reports"), timeout=30, wait_for_ready=True)
            while next(watch).status != SERVING:
                pass
            assert check(channel) == SERVING
            assert set(ProtoReflectionDescriptorDatabase(channel).get_services()) == OPEN | {"sidecar.report.v1.Reports"}
            process.terminate()
            assert next(watch).status == NOT_SERVING
    finally:
        process.terminate()
        process.wait(20)


def test_calls_are_counted_under_the_usual_names(fleet, connect):
    channel = connect(fleet.proxies[0]["grpc"])
    labels = {"grpc_service": "grpc.health.v1.Health", "grpc_method": "Check", "grpc_type": "unary"}

    def counted(name, **more):
        return sum_of(fleet.get(fleet.proxies[0]["http"], "/metrics")[1], name, labels | more)

    before = counted("grpc_server_started_total"), counted("grpc_server_handled_total", grpc_code="NotFound")
    with pytest.raises(grpc.RpcError):
        check(channel, "no.Such")
    check(channel)
    eventually(lambda: counted("grpc_server_started_total") >= before[0] + 2, what="the calls in the metrics")
    eventually(lambda: counted("grpc_server_handled_total", grpc_code="NotFound") == before[1] + 1, what="their code")
    assert counted("grpc_server_handling_seconds_count") >= 2
    assert counted("grpc_server_msg_received_total") >= 2


def test_an_agent_is_healthy_while_its_postgres_runs(fleet, connect):
    with fleet.connect(endpoint="demo"):
        ports = [port for pid in agents(fleet) for port in listening_ports(pid)]
        statuses = [agent_health(connect(f"127.0.0.1:{port}", ())) for port in ports]
        assert SERVING in statuses, (agents(fleet), ports, statuses)


def agents(fleet):
    return [pid for pid in within([str(fleet.data)]) if " agent " in command_line(pid)]


def listening_ports(pid):
    """TCP ports that a process listens at, from /proc."""
    sockets = {os.readlink(entry.path)[8:-1] for entry in os.scandir(f"/proc/{pid}/fd")
               if os.readlink(entry.path).startswith("socket:")}
    for table in "tcp", "tcp6":
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:
                yield int(fields[1].rsplit(":", 1)[1], 16)


def agent_health(channel, service="sidecar.secret.v1.RoleSecrets"):
    """The error where it is not gRPC that listens."""
    try:
        return check(channel, service)
    except grpc.RpcError as error:
        return error.details()


def test_agent_and_control_plane_show_a_renewed_certificate_under_open_calls(fleet, connect):
    with fleet.connect(endpoint="demo") as session:

        def is_renewed():
            # Whoever asks nothing has his compute put to sleep.
            session.execute("select 1")
            return ssl.get_server_certificate(("127.0.0.1", port)) != before

        for pids, certificate in (
                ([fleet.process.pid], fleet.data / "certs" / "control-plane.crt"),
                (agents(fleet), next(fleet.data.glob("computes/demo/certs/tls.crt")))):
            port = next(port for pid in pids for port in listening_ports(pid)
                        if agent_health(connect(f"127.0.0.1:{port}", ()), "") == SERVING)
            watching = health_pb2_grpc.HealthStub(connect(f"127.0.0.1:{port}", ())).Watch(
                health_pb2.HealthCheckRequest(), timeout=60)
            assert next(watching).status == SERVING
            before = ssl.get_server_certificate(("127.0.0.1", port))
            renew(certificate, fleet.data)
            eventually(is_renewed, 20, "the new certificate")
            assert watching.is_active()
            watching.cancel()
            assert agent_health(connect(f"127.0.0.1:{port}", (("grpc.use_local_subchannel_pool", 1),)), "") == SERVING


def renew(certificate, data):
    """The same, but for its number."""
    request, fresh = certificate.with_suffix(".request"), certificate.with_suffix(".fresh")
    for command in (
            ["-x509toreq", "-in", certificate, "-signkey", certificate.with_suffix(".key"), "-out", request],
            ["-req", "-in", request, "-CA", data / "ca.crt", "-CAkey", data / "ca.key", "-days", "2", "-set_serial",
             str(int.from_bytes(os.urandom(8), "big") >> 1), "-out", fresh]):
        subprocess.run(["openssl", "x509", *command, "-copy_extensions", "copyall"], check=True, capture_output=True)
    shutil.copymode(certificate, fresh)
    shutil.chown(fresh, certificate.stat().st_uid, certificate.stat().st_gid)
    fresh.replace(certificate)


def test_what_clients_do_against_the_rules_is_in_the_metrics(fleet, connect):
    def counted():
        page = fleet.get(fleet.proxies[0]["http"], "/metrics")[1]
        return sum_of(page, "sidecar_grpc_offences_total", {"offence": "header_list_too_large"})

    before = counted()
    with pytest.raises(grpc.RpcError) as error:
        health_pb2_grpc.HealthStub(connect(fleet.proxies[0]["grpc"])).Check(
            health_pb2.HealthCheckRequest(), timeout=10, metadata=[("x-long", "x" * 9000)])
    assert error.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    eventually(lambda: counted() == before + 1, what="the offence")


CHECK = b"/grpc.health.v1.Health/Check"
ATTACKS = {
    "rapid_reset": lambda number: frame(1, 4, odd(number), block(CHECK)) + frame(3, 0, odd(number), b"\0\0\0\x08"),
    "too_many_pings": lambda number: frame(6, payload=b"12345678"),
    "window_update_flood": lambda number: frame(8, payload=b"\0\0\0\1"),
    "unknown_frame_flood": lambda number: frame(0xBE, payload=b"abc"),
    "bad_preface": None, "bad_handshake": None,
}


@pytest.mark.parametrize("offence", ATTACKS)
def test_an_attack_on_a_proxy_is_counted_by_its_name(fleet, connect, offence):
    """Over mutual TLS, beside somebody who asks for its health."""
    def counted():
        page = fleet.get(fleet.proxies[0]["http"], "/metrics")[1]
        return sum_of(page, "sidecar_grpc_offences_total", {"offence": offence})

    address, before = fleet.proxies[0]["grpc"], counted()
    onlooker = connect(address)
    assert check(onlooker) == SERVING
    certificate, key = identity(fleet.data, "onlooker")
    context = careless()
    context.load_cert_chain(certificate, key)
    if make := ATTACKS[offence]:
        with Attacker(address, tls=context) as attacker:
            assert attacker.flood(make, 60_000)[1], "the connection lives on"
    else:
        with connected(address, context if offence == "bad_preface" else None) as stranger:
            stranger.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            # Hanging up on an answer that was not read resets the connection, and with it what was said.
            until_closed(stranger)
    assert check(onlooker) == SERVING
    eventually(lambda: counted() == before + 1, what="the offence")
