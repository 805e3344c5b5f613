"""Strangers and mistakes: a clear error with a fitting SQLSTATE, in time, and nothing is woken."""
import json
import os
import signal
import socket
import subprocess
import time

import psycopg
import pytest

from fleet import BINARY, sum_of
from waiting import eventually
from wire import refusal

DEADLINE = 30  # Of a session's wake, connect and login together.


@pytest.fixture
def asleep(fleet):
    fleet.wait_until_asleep()
    return fleet


def refused(fleet, proxy=0, server_name="demo.localtest.me", **how):
    """The error's fields; asserts that it woke nothing."""
    wakes = fleet.wakes()
    error = refusal(fleet.postgres_port(proxy), ca_file=fleet.description["ca_file"], server_name=server_name, **how)
    assert fleet.wakes() == wakes
    assert fleet.postmasters() == []
    assert error["S"] == "FATAL"
    return error


def test_a_wrong_password(asleep):
    error = refused(asleep, wrong_password=True)
    assert error["C"] == "28P01"
    assert "password authentication failed" in error["M"]


def test_an_unknown_role_looks_like_a_wrong_password(asleep):
    assert refused(asleep, user="mallory", wrong_password=True)["C"] == "28P01"


def test_an_unknown_endpoint_looks_like_a_wrong_password(asleep):
    assert refused(asleep, server_name="nobody.localtest.me", wrong_password=True)["C"] == "28P01"


def test_no_endpoint_at_all(asleep):
    error = refused(asleep, server_name=None)
    assert error["C"] in ("08004", "28000")
    assert error["M"].startswith("Endpoint ID is not specified")


def test_a_clear_text_connection(asleep):
    error = refused(asleep, tls=False)
    assert error["C"] == "28000"
    assert "insecure" in error["M"]


def test_two_names_that_differ(asleep):
    error = refused(asleep, options="endpoint=other")
    assert error["C"] in ("08P01", "28000")


@pytest.fixture
def stopped_control_plane(own_fleet):
    """A fleet whose `demo` sleeps and whose control plane (a part of `up`) does not answer. It goes on after the test."""
    own_fleet.connect().close()
    own_fleet.wait_until_asleep()
    own_fleet.known_starts = own_fleet.starts()
    os.kill(own_fleet.process.pid, signal.SIGSTOP)
    yield own_fleet
    os.kill(own_fleet.process.pid, signal.SIGCONT)


def test_a_stranger_while_the_control_plane_does_not_answer(stopped_control_plane):
    fleet, began = stopped_control_plane, time.monotonic()
    error = refusal(fleet.postgres_port(1), ca_file=fleet.description["ca_file"], server_name="nobody.localtest.me",
                    wrong_password=True)
    assert error["C"] == "08006"
    assert time.monotonic() - began < DEADLINE + 5


def test_a_cold_endpoint_while_the_control_plane_does_not_answer(stopped_control_plane):
    fleet, began = stopped_control_plane, time.monotonic()
    with pytest.raises(psycopg.OperationalError, match="Control plane request failed"):
        fleet.connect()
    assert time.monotonic() - began < DEADLINE + 5
    os.kill(fleet.process.pid, signal.SIGCONT)
    eventually(lambda: serves(fleet), 10, "service again")
    assert fleet.starts() - fleet.known_starts == 1, "asked again under the same idempotency key"


def serves(fleet):
    try:
        fleet.connect().close()
        return True
    except psycopg.OperationalError:
        return False


def test_a_control_plane_that_is_not_there(fleet):
    """A proxy of its own, pointed at a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = taken.getsockname()[1]
    certs = fleet.data / "certs"
    proxy = subprocess.Popen(
        [BINARY, "proxy", "--id", "proxy-a", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0",
         "--auth-endpoint", f"http://127.0.0.1:{nobody}/authenticate_proxy_request/",
         "--control-plane-token-file", fleet.data / "token", "-c", certs / "edge.crt", "-k", certs / "edge.key",
         "--ca-file", fleet.data / "ca.crt", "--identity-cert", certs / "proxy-a.crt",
         "--identity-key", certs / "proxy-a.key"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        word, _, facts = proxy.stdout.readline().partition(" ")
        assert word == "ready"
        port = int(json.loads(facts)["postgres"].rsplit(":", 1)[1])
        error = refusal(port, ca_file=fleet.data / "ca.crt", server_name="demo.localtest.me", wrong_password=True)
        assert error["C"] == "08006"
    finally:
        proxy.terminate()
        assert proxy.wait(timeout=10) == 0


def test_running_databases_stay_usable_while_the_control_plane_does_not_answer(own_fleet):
    def questions():
        own_fleet.connect().close()
        return [sum_of(own_fleet.get(proxy["http"], "/metrics")[1], "sidecar_cache_lookups_total",
                       {"cache": "role_secret", "outcome": "miss"}) for proxy in own_fleet.proxies]

    with own_fleet.connect() as first:
        # Its agent tells of its roles when it runs, and whoever has asked before asks again.
        eventually(lambda: [questions() for _ in range(20)] == [questions()] * 20, 30, "proxies that remember")
        os.kill(own_fleet.process.pid, signal.SIGSTOP)
        try:
            assert first.execute("select 1").fetchone() == (1,)
            own_fleet.connect().close()
        finally:
            os.kill(own_fleet.process.pid, signal.SIGCONT)
