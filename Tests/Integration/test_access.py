"""Who may connect, from where and how often, by the word of a control plane that is the test's own."""
import json
import socket
import struct
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from conftest import new_folder
from lone import LoneProxy
from waiting import eventually


@pytest.fixture
def plane(control_plane, database):
    """Knows a second endpoint, `other`, which is the same database."""
    control_plane.secrets["other", "demo"] = database.verifier("demo")
    control_plane.computes["other"] = {"address": f"127.0.0.1:{database.port}"}
    return control_plane


@pytest.fixture
def proxy(plane, lone):
    return lone


def psql(proxy, endpoint="demo", **changes):
    """(exit code, what psql said) of one query."""
    done = subprocess.run(["psql", "-XAtc", "select 'served'"], env=proxy.environment_of_tools(endpoint, **changes),
                          capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout.strip() + done.stderr


def is_served(proxy, endpoint="demo", **changes):
    return psql(proxy, endpoint, **changes) == (0, "served")


# Rules

def test_an_address_that_is_on_the_list(plane, proxy):
    plane.access["demo"] = {"allowed_ips": ["192.0.2.0/24", "127.0.0.0-127.0.0.9"]}
    assert is_served(proxy)


def test_an_address_that_is_not(plane, proxy):
    plane.access["demo"] = {"allowed_ips": ["192.0.2.0/24"]}
    code, said = psql(proxy)
    assert code == 2
    assert "This IP address 127.0.0.1 is not allowed to connect to this endpoint." in said
    assert "IPv6" in said and "Session: " in said
    assert plane.count("wake_compute") == 0
    assert is_served(proxy, "other"), "nobody else is concerned"


def test_a_list_that_nobody_can_read_lets_nobody_in(plane, proxy):
    plane.access["demo"] = {"allowed_ips": ["everybody"]}
    assert not is_served(proxy)
    assert proxy.metric("sidecar_allow_list_unreadable_entries_total") == 1
    assert "“everybody”" in proxy.log.read_text()
    assert not is_served(proxy)
    assert proxy.log.read_text().count("“everybody”") == 1


def test_a_list_that_was_just_mended(plane, proxy):
    plane.access["demo"] = {"allowed_ips": ["192.0.2.1"]}
    assert not is_served(proxy)
    plane.access["demo"] = {"allowed_ips": ["192.0.2.1", "127.0.0.1"]}
    eventually(lambda: is_served(proxy), 20, "the new list")
    assert proxy.metric("sidecar_cache_lookups_total", cache="access_rules", outcome="spurious_hit") == 1


def test_a_blocked_network(plane, proxy):
    plane.access["demo"] = {"block_public_connections": True}
    code, said = psql(proxy)
    assert code == 2 and "from a blocked network" in said


def by_private_link(link):
    """A PROXY header, version 2, of a client at 10.0.0.1 that came through an AWS private link."""
    value = b"\x01" + link.encode()
    tlv = struct.pack("!BH", 0xEA, len(value)) + value if link else b""
    body = socket.inet_aton("10.0.0.1") + socket.inet_aton("10.0.0.2") + struct.pack("!HH", 1234, 5432) + tlv
    return b"\r\n\r\n\x00\r\nQUIT\n" + bytes([0x21, 0x11]) + struct.pack("!H", len(body)) + body


def test_private_links(plane):
    plane.access["demo"] = {"allowed_ips": ["192.0.2.1"], "allowed_vpc_endpoint_ids": ["vpce-1"]}
    arguments = ["--is-private-access-proxy", "--proxy-protocol-v2", "required"]
    with LoneProxy(new_folder(), plane, *arguments) as proxy:
        for link, said in [("vpce-2", "This VPC endpoint id vpce-2 is not allowed"), ("", "VPC endpoint ID is not spec"),
                           ("vpce-1", None)]:
            with Balancer(proxy.port, by_private_link(link)) as balancer:
                code, text = psql(proxy, **balancer.place)
                assert (said in text) if said else (code, text) == (0, "served"), text


class Balancer:
    """Passes connections on with a header in front."""

    def __init__(self, port, header):
        self.port, self.header = port, header
        self.listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listening.close()

    @property
    def place(self):
        return {"port": self.listening.getsockname()[1]}

    def _accept(self):
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            upstream = socket.create_connection(("127.0.0.1", self.port))
            upstream.sendall(self.header)
            for source, target in ((client, upstream), (upstream, client)):
                threading.Thread(target=self._copy, args=(source, target), daemon=True).start()

    @staticmethod
    def _copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


# Limits

def test_an_endpoint_has_a_limit_of_its_own(plane, proxy):
    plane.access["demo"] = {"rate_limits": {"connection_attempts": {"tcp": {"rps": 0.01, "burst": 3}}}}
    assert [is_served(proxy) for _ in range(3)] == [True] * 3
    code, said = psql(proxy)
    assert code == 2
    assert "Too many connections to this endpoint. Please try again later." in said
    assert "Try again in 100 seconds." in said
    assert is_served(proxy, "other")
    assert proxy.metric("sidecar_limits_reached_total", limit="endpoint_rate") == 1


def attempt(proxy, endpoint):
    """What a client is told that connects at once."""
    try:
        proxy.connect(endpoint).close()
        return "served"
    except psycopg.OperationalError as error:
        return str(error)


def test_the_operators_limits(plane):
    limits = ["--endpoint-rps-limit", "1@1s", "--source-rps-limit", "10@1s", "--source-rps-limit", "5@10s"]
    with LoneProxy(new_folder(), plane, *limits) as proxy, ThreadPoolExecutor(10) as pool:
        said = list(pool.map(lambda _: attempt(proxy, "demo"), range(100)))
        assert "served" in said
        assert any("Too many connections to this endpoint" in text for text in said)
        # In clear, before TLS costs anything; which is why libpq 15.9 and newer do not repeat what it says.
        assert any("during SSL exchange" in text or "Too many connections attempts" in text for text in said), set(said)
        for limit in ("source_rate", "endpoint_rate"):
            assert proxy.metric("sidecar_limits_reached_total", limit=limit) > 0
        eventually(lambda: attempt(proxy, "other") == "served", 10, "another endpoint, and in time")


def test_a_noisy_endpoint_does_not_keep_others_out(plane):
    """Half-open logins from one source, and then sessions of one endpoint, fill what they may; the others come in."""
    limits = ["--max-connections", "16", "--max-unauthenticated", "8", "--endpoint-rps-limit", "off"]
    with LoneProxy(new_folder(), plane, *limits) as proxy:
        held = [proxy.connect() for _ in range(16)]
        code, said = psql(proxy)
        assert code == 2 and "Too many connections to this endpoint" in said
        assert is_served(proxy, "other")
        assert proxy.metric("sidecar_limits_reached_total", limit="endpoint_share") == 1
        for connection in held:
            connection.close()
        eventually(lambda: is_served(proxy), 10, "room again")


# A control plane that has its days

@pytest.mark.parametrize("answer", [
    (500, {"error": "no"}), (200, b"garbage"), (200, b"[]"), (200, {"role_secret": 7}), (403, b"<html>"),
    (200, {"role_secret": "SCRAM-SHA-256$what"}),
])
def test_an_answer_that_makes_no_sense(plane, proxy, answer):
    plane.access["demo"] = answer
    code, said = psql(proxy)
    assert code == 2 and "Control plane request failed" in said
    plane.access["demo"] = {}
    assert is_served(proxy), "and nothing of it is kept"


def no(reason, status, **details):
    return status, {"error": "no", "status": {
        "code": "x", "message": "x", "details": {"error_info": {"reason": reason}} | details}}


@pytest.mark.parametrize("reason, status, said", [
    ("ENDPOINT_DISABLED", 403, "endpoint is disabled"),
    ("COMPUTE_TIME_QUOTA_EXCEEDED", 402, "Check your quotas"),
    ("RATE_LIMIT_EXCEEDED", 400, "Too many connections attempts"),
])
def test_a_wake_that_is_refused(plane, proxy, reason, status, said):
    plane.computes["demo"] = no(reason, status)
    code, text = psql(proxy)
    assert code == 2 and said in text
    assert plane.count("wake_compute") == 1, "a final no is not asked again"


def test_the_control_planes_own_words(plane, proxy):
    plane.computes["demo"] = no("ENDPOINT_DISABLED", 403, user_facing_message={"message": "Pay first."})
    assert "Pay first." in psql(proxy)[1]


def test_2023s_words(plane):
    with LoneProxy(new_folder(), plane, "--control-plane-api", "2023") as proxy:
        assert is_served(proxy)
    assert {call for call, _, _ in plane.calls} == {"proxy_get_role_secret", "proxy_wake_compute"}


def test_a_slow_control_plane_is_asked_once_by_all_who_wait(plane, proxy):
    answer = plane.answer

    def slowly(call, query):
        if call == "get_endpoint_access_control":
            time.sleep(1)
        return answer(call, query)

    plane.answer = slowly
    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(lambda _: is_served(proxy), range(20)))
    assert plane.count("get_endpoint_access_control") <= 2
    assert plane.count("wake_compute") == 1


def test_an_outage_that_what_is_known_outlives(plane, database):
    with LoneProxy(new_folder(), plane, "--project-info-cache", "size=10,ttl=1s") as proxy:
        plane.access["demo"] = {"allowed_ips": ["127.0.0.1"]}
        assert is_served(proxy)
        plane.access["demo"] = (503, {"error": "down"})
        before = plane.count("get_endpoint_access_control")
        eventually(lambda: is_served(proxy) and plane.count("get_endpoint_access_control") > before, 20, "stale, and served")


def test_a_password_that_was_just_changed(plane, proxy, database):
    assert is_served(proxy)
    with database.connect() as connection:
        connection.execute("alter role demo password 'another'")
    try:
        plane.secrets["demo", "demo"] = database.verifier("demo")
        eventually(lambda: is_served(proxy, password="another"), 20, "the new password")
        assert not is_served(proxy)
    finally:
        with database.connect() as connection:
            connection.execute("alter role demo password 'a password'")


@pytest.mark.parametrize("option, value", [
    ("--endpoint-rps-limit", "many"), ("--project-info-cache", "size=1,ttl=1s,colour=red"), ("--max-connections", "0"),
    ("--wake-compute-limit", "5@1d"), ("--control-plane-api", "2024"), ("--wake-compute-cache", "size=1"),
])
def test_options_that_make_no_sense(plane, option, value):
    proxy = LoneProxy(new_folder(), plane, option, value)
    done = subprocess.run([str(word) for word in proxy.command], capture_output=True, text=True, timeout=30)
    assert done.returncode != 0
    assert option in done.stderr


# News of the embedded control plane


def set_rules(fleet, rules):
    status, told = fleet.ask_control_plane("/sidecar/v1/endpoints/demo/access", method="PUT", body=json.dumps(rules).encode())
    assert status == 200, told


def is_let_in(fleet, proxy):
    try:
        fleet.connect(proxy).close()
    except psycopg.OperationalError as error:
        assert "is not allowed to connect" in str(error)
        return False
    return True


def test_rules_that_change_count_at_every_proxy_at_once(fleet):
    """A proxy remembers rules for minutes, and asks again by itself only when it would refuse somebody."""
    assert is_let_in(fleet, 0) and is_let_in(fleet, 1)
    before = fleet.everywhere("sidecar_cache_lookups_total", cache="access_rules", outcome="hit")
    assert is_let_in(fleet, 0) and is_let_in(fleet, 1)
    after = fleet.everywhere("sidecar_cache_lookups_total", cache="access_rules", outcome="hit")
    assert all(now > then for now, then in zip(after, before)), "both go by what they remember"
    set_rules(fleet, {"allowed_ips": ["192.0.2.1"]})
    try:
        for proxy in (0, 1):
            eventually(lambda: not is_let_in(fleet, proxy), 10, f"the news at proxy {proxy}")
    finally:
        set_rules(fleet, {})
    for proxy in (0, 1):
        eventually(lambda: is_let_in(fleet, proxy), 10, f"an end of it at proxy {proxy}")
