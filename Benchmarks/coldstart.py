"""What we add to Postgres's own start: from a client's first byte to its first row."""
import signal
import socket
import struct
import time

import psycopg

import routes
from child import Child, without_root
from fleet import ENDPOINTS
from report import Column, Samples, say

STARTING_UP = b"57P03"
FAST_SHUTDOWN = signal.SIGINT
POLL = 0.002


def cold_start(options, folder, fleet):
    samples = Samples(Column("ms", 0))
    name = ENDPOINTS[0]
    programs = fleet.postgres_folder()
    way = routes.sidecar(fleet)
    for _ in range(options.rounds * 2):
        say("  cold start")
        fleet.suspend(name)
        began = time.perf_counter()
        with psycopg.connect(**way.login, autocommit=True, connect_timeout=30) as connection:
            connection.execute("select 1").fetchone()
            ours = 1000 * (time.perf_counter() - began)
        port = fleet.postgres_port(name)
        fleet.suspend(name)
        own = 1000 * _postgres_alone(programs, fleet.pgdata(name), port, folder / "postgres.log")
        samples.add("first byte to first row, through sidecar", ours)
        samples.add("Postgres alone, until it accepts", own)
        samples.add("added by us", ours - own)
    fleet.wake(name)
    return samples.table("Cold start")


def _postgres_alone(programs, data, port, log):
    """Seconds until Postgres, started on the same directory as its agent starts it, no longer says that it starts."""
    began = time.perf_counter()
    took = []

    def serves():
        while not is_serving(port):
            if time.perf_counter() - began > 20:
                return False
            time.sleep(POLL)
        took.append(time.perf_counter() - began)
        return True

    child = Child([*without_root(data), str(programs / "postgres"), "-D", str(data)], log, serves, FAST_SHUTDOWN)
    child.end()
    return took[0]


def is_serving(port):
    """A startup packet without TLS: 57P03 while it starts, and a refusal by pg_hba.conf as soon as it serves."""
    words = b"user\0nobody\0\0"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as stream:
            stream.sendall(struct.pack("!II", 8 + len(words), 196608) + words)
            answer = stream.recv(4096)
            return len(answer) > 0 and STARTING_UP not in answer
    except OSError:
        return False
