"""What an operator can say about open sessions: silence, TLS towards clients, threads, probes."""
import subprocess
import time

import psycopg
import pytest

from conftest import new_folder
from lone import LoneProxy
from waiting import eventually

IN_CLEAR = dict(sslmode="disable", options="endpoint=demo")


def proxy_with(control_plane, *arguments):
    return LoneProxy(new_folder(), control_plane, *arguments)


def test_a_silent_session_ends_with_57P05(control_plane):
    with proxy_with(control_plane, "--session-idle-timeout", "1s", "--relay-threads", "1") as proxy:
        with proxy.connect() as connection:
            began = time.monotonic()
            while time.monotonic() - began < 2:
                connection.execute("select 1")
            # A query that takes its time is silence too, on both sides.
            with pytest.raises(psycopg.OperationalError, match="terminating connection due to idle-session timeout") as caught:
                connection.execute("select pg_sleep(20)")
            assert caught.value.sqlstate in ("57P05", None)
            assert time.monotonic() - began < 10


def test_clients_in_clear_are_served_where_the_operator_allows_it(control_plane):
    with proxy_with(control_plane, "--client-tls", "offered") as proxy:
        for changes in IN_CLEAR, {}:
            with proxy.connect(**changes) as connection:
                assert connection.execute("select repeat('x', 300000)").fetchone()[0] == "x" * 300_000
    with proxy_with(control_plane, "--client-tls", "off") as proxy:
        with proxy.connect(**IN_CLEAR) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        with pytest.raises(psycopg.OperationalError, match="does not support SSL"):
            proxy.connect(sslmode="require")


def test_without_a_word_clients_in_clear_are_refused(lone):
    with pytest.raises(psycopg.OperationalError, match="connection is insecure"):
        lone.connect(**IN_CLEAR)


def test_probes_of_an_open_session_are_as_told(control_plane, database):
    with proxy_with(control_plane, "--tcp-keepalive", "7s,3s,4", "--tcp-user-timeout", "9s") as proxy:
        with proxy.connect() as connection:
            connection.execute("select 1")

            def kept():
                """Our two sockets, once neither has anything under way."""
                sockets = subprocess.run(["ss", "-tnoHp"], capture_output=True, text=True, timeout=20).stdout
                ours = [line for line in sockets.splitlines() if f"pid={proxy.process.pid}," in line and "timer:(keepalive" in line]
                both = [line for line in ours if f"127.0.0.1:{proxy.port} " in line or f"127.0.0.1:{database.port} " in line]
                return both if len(both) == 2 else None

            for line in eventually(kept, 20, "two sockets that wait"):
                # Counted down from seven seconds, where the standard is thirty.
                assert "timer:(keepalive,6" in line or "timer:(keepalive,7" in line or "ms," in line, line


@pytest.mark.parametrize("arguments, field", [
    (["--relay-threads", "0"], "relay-threads"), (["--tcp-keepalive", "1ms,3s,4"], "tcp-keepalive"),
    (["--tcp-keepalive", "7s,3s"], "tcp-keepalive"), (["--client-tls", "perhaps"], "client-tls")])
def test_what_makes_no_sense_is_refused_by_its_name(control_plane, arguments, field):
    proxy = proxy_with(control_plane, *arguments)
    done = subprocess.run([str(word) for word in proxy.command], capture_output=True, text=True, timeout=60)
    assert done.returncode in (2, 64) and field in done.stderr
