"""Crowds that want nothing but to be in the way. `SIDECAR_FLOOD` connections, 20,000 by default where the system allows."""
import os
import resource
import select
import socket
import struct
import time

import psycopg
import pytest

import processes
from waiting import eventually

ROOM = 2_000
SOURCES = 8


@pytest.fixture
def flood():
    """How many connections this process may hold, up to the number wanted."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield min(int(os.environ.get("SIDECAR_FLOOD", "20000")), hard - 2_000)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Crowd:
    """Connections from a few addresses of this machine, each of which says a little now and then, and never enough."""

    def __init__(self, port, count, opening):
        self.connections, self.turned_away = [], 0
        self.poll = select.epoll()
        by_descriptor = {}
        for number in range(count):
            connection = socket.socket()
            connection.setblocking(False)
            connection.bind((f"127.0.7.{1 + number % SOURCES}", 0))
            connection.connect_ex(("127.0.0.1", port))
            by_descriptor[connection.fileno()] = connection
            self.connections.append(connection)
            if number % 200 == 199:
                self.speak(opening, by_descriptor)
        eventually(lambda: self.speak(opening, by_descriptor) == 0, 60, "a crowd")
        self.by_descriptor = {connection.fileno(): connection for connection in self.connections}
        for descriptor in self.by_descriptor:
            self.poll.register(descriptor, select.EPOLLIN | select.EPOLLRDHUP)

    @staticmethod
    def speak(opening, waiting):
        """Sends the opening wherever the connection is there by now; how many are not."""
        poller = select.poll()
        for descriptor in waiting:
            poller.register(descriptor, select.POLLOUT)
        for descriptor, _ in poller.poll(50):
            connection = waiting.pop(descriptor)
            try:
                connection.send(opening)
            except OSError:
                pass  # Turned away already.
        return len(waiting)

    def gone(self):
        """How many the proxy has closed by now."""
        for descriptor, events in self.poll.poll(0, 50_000):
            if events & (select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR):
                self.poll.unregister(descriptor)
                self.turned_away += 1
        return self.turned_away

    def close(self):
        for connection in self.connections:
            connection.close()
        self.poll.close()


@pytest.mark.parametrize("opening", [b"", b"\0", struct.pack("!ii", 8, 80877103), b"\x16\x03\x01\x02\x00\x01"],
                         ids=["silent", "one byte", "asks for TLS", "half a ClientHello"])
def test_slow_clients_lock_nobody_out_for_long(lone, flood, opening):
    count = flood if opening == b"\0" else min(flood, 3_000)
    lone.connect().close()
    before = processes.resident_bytes(lone.process.pid)
    with lone.connect() as here:
        crowd = Crowd(lone.port, count, opening)
        try:
            began = time.monotonic()
            eventually(lambda: crowd.gone() >= count - ROOM, 30, f"no more than {ROOM} strangers")
            assert here.execute("select 1").fetchone() == (1,), "who was here stays"
            assert serves(lone), "a stranger from elsewhere gets in beside the crowd"
            eventually(lambda: crowd.gone() == count, 30, "an end to all of them")
            assert time.monotonic() - began < 45
            growth = processes.resident_bytes(lone.process.pid) - before
            assert growth < 160 << 20, f"{growth} bytes for {ROOM} strangers"
        finally:
            crowd.close()
        lone.connect().close()


def serves(proxy):
    try:
        proxy.connect().close()
        return True
    except psycopg.OperationalError:
        return False
