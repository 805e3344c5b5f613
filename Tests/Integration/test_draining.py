"""SIGTERM to a proxy: it takes no new clients, keeps those it has, and ends when they are gone."""
import os
import signal

import psycopg
import pytest

import processes
from waiting import eventually


def test_healthy_proxies_say_so(fleet):
    for proxy in fleet.proxies:
        for path in "/healthz", "/readyz", "/v1/status":
            assert fleet.get(proxy["http"], path)[0] == 200
        assert "proxy_accepted_connections_total" in fleet.get(proxy["http"], "/metrics")[1]


def test_a_terminated_proxy_keeps_serving_its_sessions(own_fleet):
    first = own_fleet.proxies[0]
    with own_fleet.connect(proxy=0) as session:
        os.kill(first["pid"], signal.SIGTERM)
        eventually(lambda: own_fleet.get(first["http"], "/readyz")[0] == 503, 10, "not ready")
        eventually(lambda: refuses(own_fleet, 0), 10, "no new clients")
        assert session.execute("select 1").fetchone() == (1,)
        assert processes.is_alive(first["pid"])
        own_fleet.connect(proxy=1).close()
    eventually(lambda: not processes.is_alive(first["pid"]), 15, "the end of the proxy")
    eventually(lambda: not refuses(own_fleet, 0), 30, "a new proxy in its place")


def test_a_second_signal_ends_it_now(own_fleet):
    first = own_fleet.proxies[0]
    session = own_fleet.connect(proxy=0)
    os.kill(first["pid"], signal.SIGTERM)
    eventually(lambda: own_fleet.get(first["http"], "/readyz")[0] == 503, 10, "not ready")
    os.kill(first["pid"], signal.SIGTERM)
    eventually(lambda: not processes.is_alive(first["pid"]), 10, "the end of the proxy")
    with pytest.raises(psycopg.OperationalError):
        session.execute("select 1")


def refuses(fleet, proxy):
    try:
        fleet.connect(proxy=proxy, connect_timeout=5).close()
        return False
    except psycopg.OperationalError:
        return True
