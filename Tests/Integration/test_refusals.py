"""Strangers and mistakes: a clear error with a fitting SQLSTATE, in time, and nothing is woken."""
import os
import signal
import time

import pytest

from wire import refusal


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


def test_a_control_plane_that_does_not_answer(own_fleet):
    own_fleet.connect().close()
    own_fleet.wait_until_asleep()
    up, began = own_fleet.process.pid, time.monotonic()
    ports = [own_fleet.postgres_port(0), own_fleet.postgres_port(1)]
    ca_file = own_fleet.description["ca_file"]
    os.kill(up, signal.SIGSTOP)
    try:
        error = refusal(ports[1], ca_file=ca_file, server_name="nobody.localtest.me", wrong_password=True, timeout=60)
    finally:
        os.kill(up, signal.SIGCONT)
    assert error["C"] == "08006"
    assert time.monotonic() - began < 40
    own_fleet.connect().close()


def test_a_control_plane_that_stopped_leaves_running_databases_usable(own_fleet):
    with own_fleet.connect() as first:
        os.kill(own_fleet.process.pid, signal.SIGSTOP)
        try:
            assert first.execute("select 1").fetchone() == (1,)
        finally:
            os.kill(own_fleet.process.pid, signal.SIGCONT)
