"""The Admin service, called by a foreign gRPC client with messages made by protoc for Python."""
import importlib
import json
import subprocess
import sys
import threading

import grpc
import psycopg
import pytest

from fleet import BINARY, ROOT
from waiting import eventually


@pytest.fixture(scope="module")
def messages(tmp_path_factory):
    """The Python module of admin.proto."""
    folder = tmp_path_factory.mktemp("proto")
    subprocess.run(["protoc", "-I", ROOT / "proto", f"--python_out={folder}", "sidecar/admin/v1/admin.proto",
                    "sidecar/report/v1/report.proto"], check=True, cwd=ROOT / "proto")
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


def audited(fleet, *words, proxy=0):
    """The lines that the proxy's audit wrote with these words in them."""
    log = fleet.data / "logs" / f"{fleet.proxies[proxy]['id']}.log"
    return [line for line in log.read_text().splitlines() if "audit" in line and all(word in line for word in words)]


class Stream:
    """A call that streams, read by a thread of its own."""

    def __init__(self, fleet, messages, method, request, reply, **fields):
        self.channel = grpc.secure_channel(fleet.proxies[0]["grpc"], credentials(fleet, "admin"))
        stub = self.channel.unary_stream(
            f"/sidecar.admin.v1.Admin/{method}", request_serializer=getattr(messages, request).SerializeToString,
            response_deserializer=getattr(messages, reply).FromString)
        self.call, self.heard, self.error = stub(getattr(messages, request)(**fields)), [], None
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        try:
            for message in self.call:
                self.heard.append(message)
        except grpc.RpcError as error:
            self.error = error

    def close(self):
        self.call.cancel()
        self.thread.join(10)
        self.channel.close()


@pytest.fixture
def watch(fleet, messages):
    """`watch(endpoint="demo")` begins a watch; `.heard` is what it has heard."""
    streams = []

    def begin(**fields):
        streams.append(Stream(fleet, messages, "Watch", "WatchRequest", "FleetEvent", **fields))
        eventually(lambda: streams[-1].heard, 10, "the begin of the watch")
        return streams[-1]
    yield begin
    for stream in streams:
        stream.close()


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
    # It may have been awake: then the wake is the last entry.
    assert "agent" in [entry.source for entry in shown.history if entry.generation == location.generation]
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


@pytest.mark.parametrize("name", ["proxy-b", "control-plane"])
def test_nobody_but_an_admin_calls_any_method(fleet, messages, name):
    # A control plane tells what has changed, and does nothing else.
    methods = [method for method in messages.DESCRIPTOR.services_by_name["Admin"].methods
               if (name, method.name) != ("control-plane", "Notify")]
    assert len(methods) > 15
    before = len(audited(fleet, "code=permissionDenied"))
    with grpc.secure_channel(fleet.proxies[0]["grpc"], credentials(fleet, name)) as channel:
        for method in methods:
            with pytest.raises(grpc.RpcError) as caught:
                channel.unary_unary(f"/sidecar.admin.v1.Admin/{method.name}")(b"", timeout=10)
            assert caught.value.code() == grpc.StatusCode.PERMISSION_DENIED, method.name
    refused = audited(fleet, "code=permissionDenied")[before:]
    assert len(refused) == len(methods)
    assert all(f"sidecar://{'proxy/proxy-b' if name == 'proxy-b' else 'control-plane'}" in line for line in refused)


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


# Audit


def test_every_call_is_written_down(call, fleet):
    before = len(audited(fleet, "Admin/EndpointShow"))
    call("EndpointShow", name="demo")
    with pytest.raises(grpc.RpcError):
        call("EndpointShow", name="no\nname")
    eventually(lambda: len(audited(fleet, "Admin/EndpointShow")) == before + 2, 10, "two lines")
    good, bad = audited(fleet, "Admin/EndpointShow")[before:]
    for word in "who=sidecar://admin/up", "peer=127.0.0.1:", "ep=demo", "code=ok", "took_ms=":
        assert word in good
    assert "ep=no?name" in bad and "code=invalidArgument" in bad


def test_a_password_is_not_written_down(call, fleet):
    made = call("EndpointCreate", name="audited", role="app")
    eventually(lambda: audited(fleet, "EndpointCreate", "ep=audited"), 10, "the line")
    [line] = audited(fleet, "EndpointCreate", "ep=audited")
    assert "role=app" in line and made.password not in line
    call("EndpointDelete", name="audited")


# Deleting


def test_an_endpoint_that_runs_is_deleted_only_by_force(call, fleet):
    call("EndpointCreate", name="brief")
    call("Wake", name="brief")
    with pytest.raises(grpc.RpcError) as caught:
        call("EndpointDelete", name="brief")
    assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert "suspend it first" in caught.value.details()
    assert call("EndpointShow", name="brief").summary.state == "running"
    assert call("EndpointDelete", name="brief", force=True).summary.generation == 1
    assert "brief" not in [endpoint.name for endpoint in call("Endpoints").endpoints]
    with pytest.raises(grpc.RpcError) as caught:
        call("EndpointDelete", name="brief")
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND
    # The name is free, and the new one is another one.
    made = call("EndpointCreate", name="brief")
    with fleet.connect(endpoint="brief", dbname="brief", user="brief", password=made.password) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    call("EndpointDelete", name="brief", force=True)


# Invalidating


def lookups(fleet, proxy):
    """Questions of this proxy about roles and rules."""
    return fleet.proxy_metric(proxy, "sidecar_control_plane_requests_total", call="get_endpoint_access_control")


def test_invalidate_makes_the_next_login_ask_again(call, fleet):
    fleet.connect().close()
    fleet.connect().close()
    before = lookups(fleet, 0)
    fleet.connect().close()
    assert lookups(fleet, 0) == before
    shown = call("EndpointShow", name="demo")
    reply = call("Invalidate", name="demo")
    assert (reply.generation, reply.sequence) == (shown.summary.generation, shown.summary.sequence)
    assert reply.secrets_revision > 0
    wakes = fleet.wakes()
    fleet.connect().close()
    assert lookups(fleet, 0) == before + 1
    assert fleet.wakes() == wakes + 1
    # The same compute: the control plane confirmed it.
    assert call("EndpointShow", name="demo").summary.generation == shown.summary.generation


def test_invalidate_is_heard_by_the_others(call, fleet):
    fleet.connect(proxy=1).close()
    before = lookups(fleet, 1)
    fleet.connect(proxy=1).close()
    assert lookups(fleet, 1) == before
    call("Invalidate", name="demo", scope=2)

    def asks_again():
        fleet.connect(proxy=1).close()
        return lookups(fleet, 1) > before
    eventually(asks_again, 10, "a login that asks again")


def test_a_notification_makes_the_next_login_ask_again(call, fleet):
    fleet.connect().close()
    before = lookups(fleet, 0)
    told = {"type": "message", "topic": "/endpoint_settings_update", "data": json.dumps({"endpoint_id": "demo"})}
    reply = call("Notify", notification=json.dumps(told).encode())
    if reply.topic == "endpoint":
        assert list(reply.names) == ["demo"]
    fleet.connect().close()
    assert lookups(fleet, 0) == before + 1
    for nonsense in b"", b"{", b"[]":
        with pytest.raises(grpc.RpcError) as caught:
            call("Notify", notification=nonsense)
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


# Watching


def test_a_watch_shows_a_wake(call, fleet, watch):
    call("Suspend", name="demo")
    seen = watch(endpoint="demo")
    other = watch(endpoint="nobody")
    assert seen.heard[0].WhichOneof("event") == "began" and seen.heard[0].proxy == "proxy-a"
    generation = call("Wake", name="demo").location.generation
    wakes = lambda: [event.wake for event in seen.heard if event.WhichOneof("event") == "wake"]  # noqa: E731
    eventually(lambda: any(wake.change == "ended" for wake in wakes()), 20, "the end of the wake")
    began, ended = wakes()[:2]
    assert (began.change, began.endpoint) == ("began", "demo") and began.owner in ("proxy-a", "proxy-b")
    assert (ended.outcome, ended.waiters) == ("ok", 1) and ended.took_millis > 0
    facts = lambda: [event.fact for event in seen.heard if event.WhichOneof("event") == "fact"]  # noqa: E731
    eventually(lambda: any((fact.change, fact.generation) == ("located", generation) for fact in facts()), 10, "the fact")
    assert {fact.origin for fact in facts()} <= {"agent", "gossip", "control-plane", "peer"}
    assert len(other.heard) == 1


def test_a_watch_of_one_kind_shows_no_other(call, fleet, watch):
    seen = watch(kinds=[4])
    eventually(lambda: len(seen.heard) >= 2, 10, "the number of sessions")
    with fleet.connect():
        eventually(lambda: any(event.sessions.open > 0 for event in seen.heard), 10, "one session more")
    call("Wake", name="demo")
    assert {event.WhichOneof("event") for event in seen.heard[1:]} == {"sessions"}


def test_too_many_watchers_are_refused(fleet, messages, watch):
    for _ in range(64):
        watch(kinds=[5])
    one_more = Stream(fleet, messages, "Watch", "WatchRequest", "FleetEvent")
    eventually(lambda: one_more.error, 10, "a refusal")
    assert one_more.error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    one_more.close()


def test_a_watch_that_is_left_makes_room(fleet, messages, watch):
    for stream in [watch(kinds=[5]) for _ in range(60)]:
        stream.close()
    for _ in range(60):
        watch(kinds=[5])


# How it is set


def test_settings_have_an_origin(call, fleet):
    settings = {setting.name: setting for setting in call("Configuration").settings}
    assert (settings["id"].value, settings["id"].origin) == ("proxy-a", "flag")
    assert (settings["wake-compute-cache"].value, settings["wake-compute-cache"].origin) == (
        "size=4000,ttl=5m", "default")
    assert settings["control-plane-token-file"].value.endswith("/token")
    token = (fleet.data / "token").read_text().strip()
    assert not any(token in setting.value for setting in settings.values())


def test_the_log_level_is_changed_while_the_proxy_runs(call, fleet):
    log = fleet.data / "logs" / "proxy-a.log"
    debugged = lambda: sum(" debug " in line for line in log.read_text().splitlines())  # noqa: E731
    levels = lambda **fields: {s.label: s.level for s in call("LogLevel", **fields).settings}  # noqa: E731
    assert levels()[""] == "info"
    before = debugged()
    assert levels(level="debug")[""] == "debug"
    # Two members repair each other, which is a detail.
    call("GossipResync")
    eventually(lambda: debugged() > before, 20, "a line of debugging")
    # Less than nothing is logged, but for who asked for it.
    assert levels(level="critical")["audit"] == "info"
    assert audited(fleet, "Admin/LogLevel", "level=critical")
    [passing] = [s for s in call("LogLevel", level="trace", for_millis=300).settings if s.label == ""]
    assert passing.level == "trace" and 0 < passing.remaining_millis <= 300
    eventually(lambda: levels()[""] == "critical", 10, "the level from before")
    assert levels(level="default")[""] == "info"


@pytest.mark.parametrize("fields", [{"level": "loud"}, {"level": "info", "label": "nobody"}])
def test_a_level_or_label_that_does_not_exist_is_refused(call, fields):
    with pytest.raises(grpc.RpcError) as caught:
        call("LogLevel", **fields)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


# Sessions


def sessions(call, **conditions):
    return list(call("Sessions", filter=conditions).sessions)


def test_sessions_are_listed_with_what_is_known_of_them(call, fleet):
    with fleet.connect(application_name="listed") as connection:
        connection.execute("select repeat('x', 100000)").fetchone()
        [session] = sessions(call, application_name="listed")
        known = fleet.endpoint()
        assert (session.endpoint, session.role, session.database) == ("demo", known["user"], known["database"])
        assert (session.phase, session.proxy, session.activity) == ("joined", "proxy-a", "idle")
        assert session.client_address.startswith("127.0.0.1:") and session.bytes_to_client > 100_000
        assert session.compute.compute_id.startswith("compute-demo-")
        fits = lambda **conditions: session.id in [s.id for s in sessions(call, **conditions)]  # noqa: E731
        assert fits() and fits(id_prefix=session.id[:8]) and fits(client="127.0.0.0/8") and fits(role=known["user"])
        assert fits(phase="joined", endpoint="demo", database=known["database"])
        eventually(lambda: fits(idle_millis=50), 10, "a session that is idle for a while")
        for other in ({"endpoint": "other"}, {"role": "other"}, {"id_prefix": "zzzz"}, {"client": "10.0.0.0/8"},
                      {"phase": "handshake"}, {"idle_millis": 3_600_000}, {"database": "other"}):
            assert not fits(**other), other
        with connection.transaction():
            connection.execute("select 1")
            eventually(lambda: sessions(call, application_name="listed")[0].activity == "busy", 10, "a transaction")
            assert not fits(idle_millis=1)
    eventually(lambda: not sessions(call, application_name="listed"), 10, "its end")


def test_a_list_is_cut_and_says_so(call, fleet):
    with fleet.connect(application_name="cut"), fleet.connect(application_name="cut"):
        reply = call("Sessions", limit=1, filter={"application_name": "cut"})
        assert len(reply.sessions) == 1 and reply.total == 2


def test_killed_sessions_hear_why(call, fleet):
    with fleet.connect(application_name="doomed") as doomed, fleet.connect(application_name="spared") as spared:
        assert call("SessionEnd", filter={"application_name": "doomed"}).ended == 1
        with pytest.raises(psycopg.OperationalError, match="due to administrator command"):
            doomed.execute("select 1")
        assert spared.execute("select 1").fetchone() == (1,)
    eventually(lambda: audited(fleet, "Admin/SessionEnd", "application=doomed", "ended=1"), 10, "the line")


def test_a_cancelled_session_goes_on(call, fleet):
    with fleet.connect(application_name="slow") as slow:
        errors = []

        def sleep():
            try:
                slow.execute("select pg_sleep(60)")
            except psycopg.Error as error:
                errors.append(error)
        thread = threading.Thread(target=sleep, daemon=True)
        thread.start()
        eventually(lambda: fleet.is_running("pg_sleep(60)"), 10, "the query")
        assert call("SessionCancel", filter={"application_name": "slow"}).cancelled == 1
        thread.join(20)
        assert [error.sqlstate for error in errors] == ["57014"]
        assert slow.execute("select 1").fetchone() == (1,)


@pytest.mark.parametrize("method", ["SessionEnd", "SessionCancel"])
@pytest.mark.parametrize("fields", [
    {}, {"filter": {}}, {"filter": {"phase": "asleep"}}, {"filter": {"client": "everywhere"}},
    {"filter": {"endpoint": "No Name"}}])
def test_sessions_are_not_hit_by_oversight(call, fleet, method, fields):
    with fleet.connect() as connection:
        with pytest.raises(grpc.RpcError) as caught:
            call(method, **fields)
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert connection.execute("select 1").fetchone() == (1,)


def test_the_commands_reach_sessions_of_every_proxy(fleet):
    with fleet.connect(proxy=0, application_name="both") as one, fleet.connect(proxy=1, application_name="both") as two:
        # Nobody who is in a transaction is idle, so the database stays.
        one.execute("begin")
        two.execute("begin")
        listed = fleet.admin("sessions", "--application", "both")
        assert listed["total"] == 2 and {row["proxy"] for row in listed["sessions"]} == {"proxy-a", "proxy-b"}
        assert fleet.admin("sessions", "--application", "both", "--proxy", "proxy-b")["total"] == 1
        assert fleet.admin("cancel", "--application", "both")["cancelled"] == 2
        assert fleet.admin("kill", listed["sessions"][0]["id"][:12])["ended"] == 1
        assert fleet.admin("kill", "--application", "both")["ended"] == 1
        for connection in one, two:
            with pytest.raises(psycopg.OperationalError, match="due to administrator command"):
                connection.execute("select 1")
    done = subprocess.run([BINARY, "admin", "kill", "--data", str(fleet.data)], capture_output=True, text=True)
    assert done.returncode == 64


# Draining


def test_a_drain_is_begun_and_followed(own_fleet):
    own_fleet.connect().close()
    pid = own_fleet.proxies[1]["pid"]
    with own_fleet.connect(proxy=1) as connection:
        watching = subprocess.Popen(
            [BINARY, "admin", "watch", "--kind", "drain", "--proxy", "proxy-b", "--json", "--data", str(own_fleet.data)],
            stdout=subprocess.PIPE, text=True)
        assert json.loads(watching.stdout.readline())["kind"] == "watching"
        done = subprocess.run(
            [BINARY, "admin", "drain", "--proxy", "proxy-b", "--wait", "--json", "--data", str(own_fleet.data)],
            capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        told = [json.loads(line) for line in done.stdout.splitlines()]
        assert told[0]["proxy"] == "proxy-b" and {"ending"} <= {line["phase"] for line in told}
        assert told[-1]["sessions"] == 0
        with pytest.raises(psycopg.OperationalError, match="due to administrator command"):
            connection.execute("select 1")
        watching.wait(20)
        phases = [json.loads(line)["change"] for line in watching.stdout.read().splitlines()]
        assert "ending" in phases
    eventually(lambda: own_fleet.proxies[1]["pid"] != pid, 20, "the proxy's next run")
    done = subprocess.run([BINARY, "admin", "drain", "--data", str(own_fleet.data)], capture_output=True, text=True)
    assert done.returncode == 64, done.stderr


# The command


def test_the_watch_command_prints_a_line_per_event(fleet):
    fleet.admin("suspend", "demo")
    watching = subprocess.Popen(
        [BINARY, "admin", "watch", "--endpoint", "demo", "--kind", "wake", "--json", "--data", str(fleet.data)],
        stdout=subprocess.PIPE, text=True)
    try:
        assert json.loads(watching.stdout.readline())["kind"] == "watching"
        fleet.admin("wake", "demo")
        began, ended = (json.loads(watching.stdout.readline()) for _ in range(2))
        assert (began["change"], began["endpoint"]) == ("began", "demo")
        assert (ended["change"], ended["outcome"]) == ("ended", "ok")
    finally:
        watching.kill()
        watching.wait()


def test_commands_for_each_subject(fleet):
    assert {row["name"] for row in fleet.admin("config")["settings"]} >= {"listen", "drain-deadline", "log-level"}
    assert {row["proxy"] for row in fleet.admin("log-level")["levels"]} == {"proxy-a", "proxy-b"}
    with fleet.connect() as connection:
        connection.execute("begin")
        cached = fleet.admin("endpoint", "show", "demo", "--proxy", "proxy-a")["cache"]
        assert "location" in cached, cached
        assert cached["location"]["address"] and cached["location"]["origin"] in (
            "agent", "gossip", "control-plane", "peer")
        assert [(secret["role"], secret["kind"]) for secret in cached["secrets"]] == [
            (fleet.endpoint()["user"], "SCRAM-SHA-256")]
        assert fleet.admin("invalidate", "demo", "--scope", "compute", "--proxy", "proxy-a")["generation"] >= 1
        assert fleet.admin("endpoint", "show", "demo", "--proxy", "proxy-a")["cache"]["floor"]["cause"] == "unreachable"
        purged = fleet.admin("cache", "purge", "demo")["purged"]
        assert {row["proxy"]: row["entries"] for row in purged if row["cache"] == "access"}["proxy-a"] >= 1
    assert fleet.admin("endpoint", "create", "fleeting")["name"] == "fleeting"
    assert fleet.admin("endpoint", "delete", "fleeting")["deleted"]


def test_a_proxy_is_reached_by_its_address(fleet, tmp_path):
    done = subprocess.run(
        [BINARY, "admin", "members", "--address", fleet.proxies[1]["grpc"], "--ca-file", fleet.data / "ca.crt", "--cert",
         fleet.data / "certs/admin.crt", "--key", fleet.data / "certs/admin.key", "--json", "--data", tmp_path],
        capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert {row["id"]: row["state"] for row in json.loads(done.stdout)["members"]}["proxy-b"] == "self"
