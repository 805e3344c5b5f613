"""Bytes through both TLS links: tools that use the protocol hard, and copies larger than any buffer."""
import hashlib
import threading

import psycopg
import pytest

import processes
from waiting import eventually

MIB = 1 << 20
COPY_SIZE = 1024 * MIB
ROW = ("0123456789abcdef" * 64)[:1023] + "\n"


@pytest.mark.parametrize("proxy", [0, 1])
def test_pgbench_runs_without_an_error(fleet, proxy):
    made = fleet.run("pgbench", "-i", "-s", "1", "-q", proxy=proxy)
    assert made.returncode == 0, made.stderr
    for mode in [], ["-S"], ["-S", "-M", "prepared"], ["-C"]:
        done = fleet.run("pgbench", "-n", "-c", "8", "-j", "2", "-T", "3", *mode, proxy=proxy)
        assert done.returncode == 0, done.stderr
        assert "number of failed transactions: 0" in done.stdout
        assert "number of transactions actually processed: 0\n" not in done.stdout


def test_a_large_copy_is_byte_identical_and_memory_stays_flat(fleet):
    chunk = (ROW * (MIB // len(ROW))).encode()
    sent, received = hashlib.sha256(), hashlib.sha256()
    with fleet.connect() as connection, Peak(fleet.proxies[0]["pid"]) as peak:
        connection.execute("create temp table bulk (line text)")
        with connection.cursor().copy("copy bulk from stdin") as copy:
            for _ in range(COPY_SIZE // len(chunk)):
                copy.write(chunk)
                sent.update(chunk)
        with connection.cursor().copy("copy bulk to stdout") as copy:
            for data in copy:
                received.update(data)
    assert received.digest() == sent.digest()
    assert peak.growth < 48 * MIB


def test_a_client_that_reads_slowly_costs_no_memory(fleet):
    with fleet.connect() as connection, Peak(fleet.proxies[0]["pid"]) as peak:
        with connection.cursor().copy("copy (select repeat('x', 1000) from generate_series(1, 100000)) to stdout") as copy:
            for number, _ in enumerate(copy):
                if number % 10_000 == 0:
                    threading.Event().wait(0.05)  # A slow reader is the point here, not a way to wait.
    assert peak.growth < 32 * MIB


class Peak:
    """The most memory a process held in a while, over what it began with."""

    def __init__(self, pid):
        self.pid, self.done = pid, threading.Event()

    def __enter__(self):
        self.start = self.highest = processes.resident_bytes(self.pid)
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def watch(self):
        while not self.done.wait(0.02):
            self.highest = max(self.highest, processes.resident_bytes(self.pid))

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()

    @property
    def growth(self):
        return self.highest - self.start


@pytest.mark.parametrize("proxy", [0, 1])
def test_a_cancel_through_the_same_proxy_stops_the_query(fleet, proxy):
    with fleet.connect(proxy=proxy) as connection:
        connection.execute("select 1")
        canceller = threading.Thread(target=lambda: (eventually(
            lambda: fleet.is_running("pg_sleep(60)", proxy), 20, "the query"), connection.cancel()))
        canceller.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("select pg_sleep(60)")
        canceller.join()
        assert connection.execute("select 1").fetchone() == (1,), "the session goes on"


def test_errors_of_the_database_come_through_whole(fleet):
    with fleet.connect() as connection:
        with pytest.raises(psycopg.errors.UndefinedTable) as caught:
            connection.execute("select * from nowhere")
        assert caught.value.diag.statement_position == "15"
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.execute("select 1 / 0")


def test_parameters_of_the_session_come_through(fleet):
    with fleet.connect(application_name="the test", options="-c statement_timeout=1234") as connection:
        assert connection.execute("show application_name").fetchone() == ("the test",)
        assert connection.execute("show statement_timeout").fetchone() == ("1234ms",)
        assert connection.info.parameter_status("server_version").startswith("15")
