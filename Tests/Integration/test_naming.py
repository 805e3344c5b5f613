"""Startup, packet by packet, and how an endpoint is named: raw sockets at a lone proxy, whose control plane remembers."""
import socket
import ssl
import struct
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from lone import ControlPlane, LoneProxy
from waiting import eventually
from wire import SSL_REQUEST, exactly, receive, refusal

GSS_REQUEST = struct.pack("!ii", 8, 80877104)
BY_SNI = "proxy_accepted_connections_by_sni"


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    plane = ControlPlane()
    with LoneProxy(tmp_path_factory.mktemp("naming"), plane, "--domain", "localtest.me,Example.org") as proxy:
        yield proxy
    plane.close()


def secured(proxy, server_name="demo.localtest.me", alpn=None, steps=((SSL_REQUEST, b"S"),)):
    """A connection inside TLS; without steps it is direct."""
    connection = socket.create_connection(("127.0.0.1", proxy.port), 20)
    for request, answer in steps:
        connection.sendall(request)
        assert exactly(connection, 1) == answer
    context = ssl.create_default_context(cafile=proxy.folder / "ca.crt")
    context.check_hostname = False
    if alpn:
        context.set_alpn_protocols(alpn)
    return context.wrap_socket(connection, server_hostname=server_name)


def startup(version, *pairs):
    body = struct.pack("!I", version) + b"".join(word + b"\0" for pair in pairs for word in pair) + b"\0"
    return struct.pack("!I", len(body) + 4) + body


def fields(body):
    return {field[:1].decode(): field[1:].decode() for field in body.split(b"\0") if field}


def first_frames(proxy, packet, count=1):
    with secured(proxy) as connection:
        connection.sendall(packet)
        return [receive(connection) for _ in range(count)]


def error_after(connection):
    kind, body = receive(connection)
    assert kind == b"E", kind
    return fields(body)


# Versions and extensions

@pytest.mark.parametrize("version, extensions, offered", [
    (0x0003270F, [b"_pq_.test_protocol_negotiation"], 0x00030002), (0x00030003, [], 0x00030002),
    (0x00030001, [], 0x00030000), (0x00030000, [b"_pq_.new", b"_pq_.newer"], 0x00030000), (0x00030002, [b"_pq_.x"], 0x00030002),
])
def test_what_we_lack_is_negotiated_once(proxy, version, extensions, offered):
    pairs = [(b"user", b"demo")] + [(name, b"") for name in extensions]
    (kind, body), (second, _) = first_frames(proxy, startup(version, *pairs), 2)
    assert kind == b"v"
    names = b"".join(name + b"\0" for name in extensions)
    assert body == struct.pack("!II", offered, len(extensions)) + names
    assert second == b"R", "and the login goes on"


@pytest.mark.parametrize("version", [0x00030000, 0x00030002])
def test_versions_that_we_speak_are_not(proxy, version):
    [(kind, _)] = first_frames(proxy, startup(version, (b"user", b"demo")))
    assert kind == b"R"


@pytest.mark.parametrize("version", [0x00020000, 0x00040000, 0, 0xFFFFFFFF])
def test_other_protocols_are_refused(proxy, version):
    [(kind, body)] = first_frames(proxy, startup(version, (b"user", b"demo")))
    error = fields(body)
    assert (kind, error["S"], error["V"], error["C"]) == (b"E", "FATAL", "FATAL", "0A000")
    assert "unsupported frontend protocol" in error["M"]


# Encryption

def test_gss_first_then_tls(proxy):
    with secured(proxy, steps=((GSS_REQUEST, b"N"), (SSL_REQUEST, b"S"))) as connection:
        connection.sendall(startup(0x00030000, (b"user", b"demo")))
        assert receive(connection)[0] == b"R"


@pytest.mark.parametrize("early", [b"\0", b"hello", startup(0x00030000, (b"user", b"demo"))])
def test_clear_text_behind_a_request_is_refused(proxy, early):
    with socket.create_connection(("127.0.0.1", proxy.port), 20) as connection:
        connection.sendall(SSL_REQUEST + early)
        error = error_after(connection)
        assert error["C"] == "08P01"


def test_tls_is_asked_for_once(proxy):
    with secured(proxy) as connection:
        connection.sendall(SSL_REQUEST)
        assert error_after(connection)["C"] == "08P01"


def test_direct_tls_agrees_on_the_protocol(proxy):
    with secured(proxy, steps=(), alpn=["postgresql"]) as connection:
        assert connection.selected_alpn_protocol() == "postgresql"
        connection.sendall(startup(0x00030000, (b"user", b"demo")))
        assert receive(connection)[0] == b"R"


def test_direct_tls_without_a_protocol_is_refused(proxy):
    with secured(proxy, steps=()) as connection:
        error = error_after(connection)
        assert error["C"] == "08P01"
        assert "postgresql" in error["M"]


@pytest.mark.parametrize("steps", [(), ((SSL_REQUEST, b"S"),)], ids=["direct", "asked for"])
def test_another_protocol_is_refused(proxy, steps):
    with pytest.raises(ssl.SSLError, match="(?i)no.application.protocol"):
        secured(proxy, steps=steps, alpn=["h2", "http/1.1"])


# Naming an endpoint

def told(proxy, server_name="demo.localtest.me", options=None, **more):
    """The error that a client with a wrong password gets, and what the control plane was asked meanwhile."""
    parameters = more | ({"options": options} if options is not None else {})
    before = len(proxy.control_plane.calls)
    error = refusal(proxy.port, ca_file=proxy.folder / "ca.crt", server_name=server_name, wrong_password=True,
                    check_name=False, **parameters)
    return error, [query for _, query, _ in proxy.control_plane.calls[before:]]


@pytest.mark.parametrize("name, server_name, options, kind", [
    ("n1", "n1.localtest.me", None, "sni"), ("n2", "N2.LOCALTEST.me", None, "sni"), ("n3", "n3.example.org", None, "sni"),
    ("n4", "somewhere.else.test", "endpoint=n4", "no_sni"), ("n5", "api.localtest.me", "project=n5", "no_sni"),
    ("n6", "a.n6.localtest.me", "-c geqo=off -c endpoint=n6", "no_sni"), ("n7", "n7.localtest.me", "endpoint=n7", "sni"),
    ("n8", "n8-pooler.localtest.me", None, "sni"), ("n9", "elsewhere.test", "endpoint=n9-local-proxy", "no_sni"),
    ("n10", "n10.localtest.me", "neon_proxy_params_compat:true neon_query_id:7", "sni"),
])
def test_whose_secret_is_asked_for(proxy, name, server_name, options, kind):
    before = proxy.metric(BY_SNI, kind=kind)
    error, queries = told(proxy, server_name, options)
    assert error["C"] == "28P01"
    assert {query["endpointish"] for query in queries} == {name}
    assert proxy.metric(BY_SNI, kind=kind) == before + 1


@pytest.mark.parametrize("server_name, options, text", [
    ("one.localtest.me", "endpoint=two", "Inconsistent project name inferred from SNI ('one') and project option ('two')."),
    ("one.localtest.me", "endpoint=one project=two", "Inconsistent project options: 'one' and 'two'."),
    ("one.localtest.me", "endpoint=One", "Inconsistent project name inferred from SNI ('one') and project option ('One')."),
    ("x.test", "endpoint=One", "Project name ('One') must contain only alphanumeric characters and hyphen."),
    ("x.test", "endpoint=a_b", "Project name ('a_b') must contain only alphanumeric characters and hyphen."),
    ("a_b.localtest.me", None, "Project name ('a_b') must contain only alphanumeric characters and hyphen."),
])
def test_names_that_do_not_do(proxy, server_name, options, text):
    error, queries = told(proxy, server_name, options)
    assert error["M"] == text
    assert error["C"] == "08P01"
    assert queries == []


def test_a_missing_user(proxy):
    [(kind, body)] = first_frames(proxy, startup(0x00030000, (b"database", b"demo")))
    assert fields(body)["M"] == "Parameter 'user' is missing in startup packet."


def test_a_wish_that_one_compute_cannot_fulfil(proxy):
    """Never ignored: somebody who asks for the past must not get the present."""
    error, queries = told(proxy, options="neon_lsn:0/16B3748")
    assert error["C"] == "0A000"
    assert "neon_lsn" in error["M"]
    assert queries == []


# Another way in to the same endpoint

@pytest.mark.parametrize("suffix", ["-pooler", "-local-proxy"])
def test_a_suffixed_name_wakes_the_one_compute(fleet, suffix):
    """Also for a client that insists on channel binding, whose login is about the name as it wrote it."""
    fleet.wait_until_asleep()
    starts = fleet.starts()
    host = f"demo{suffix}.localtest.me"
    with fleet.connect(host=host, channel_binding="require") as pooled, fleet.connect(proxy=1) as direct:
        begun = [connection.execute("select pg_postmaster_start_time()").fetchone() for connection in (pooled, direct)]
        assert begun[0] == begun[1]
    assert fleet.starts() == starts + 1
    fleet.wait_until_asleep()
    with fleet.connect(host=host) as again:
        assert again.execute("select pg_postmaster_start_time()").fetchone() > begun[0]


def wakes(control_plane):
    return [query["endpointish"] for call, query, _ in control_plane.calls if call == "wake_compute"]


def test_a_control_plane_that_knows_only_the_endpoint(lone, control_plane, database):
    """Secret, rules, traffic and cancels of a pooled name are the endpoint's."""
    control_plane.access["demo"] = {"allowed_ips": ["127.0.0.1"]}
    with lone.connect("demo-pooler", channel_binding="require") as connection, ThreadPoolExecutor() as pool:
        assert wakes(control_plane) == ["demo-pooler", "demo"]
        assert {query["endpointish"] for call, query, _ in control_plane.calls if call != "wake_compute"} == {"demo"}
        running = pool.submit(connection.execute, "select pg_sleep(60), 'pooled'")
        with database.connect() as observer:
            eventually(lambda: observer.execute(
                "select count(*) from pg_stat_activity where state = 'active' and query like '%%''pooled''%%'"
                " and pid <> pg_backend_pid()").fetchone() == (1,), 20, "the query")
        connection.cancel()
        with pytest.raises(psycopg.errors.QueryCanceled):
            running.result(30)
    eventually(lambda: lone.metric("proxy_io_bytes_per_client", endpoint_id="demo", direction="tx") > 0, 10, "the bytes")
    assert lone.metric("proxy_io_bytes_per_client", endpoint_id="demo-pooler") == 0


def test_a_pooler_that_the_control_plane_knows(lone, control_plane):
    control_plane.computes["demo-pooler"] = control_plane.computes["demo"] | {"aux": {"compute_id": "pooler-1"}}
    with lone.connect("demo-pooler"), lone.connect():
        assert wakes(control_plane) == ["demo-pooler", "demo"]
    with lone.connect("demo-pooler"), lone.connect():
        assert wakes(control_plane) == ["demo-pooler", "demo"], "each is remembered"
