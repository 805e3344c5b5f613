"""A compute that goes wrong at each step of a login: the client hears why, in time, and the proxy keeps nothing of it."""
import itertools
import re
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from accepting import clients
from waiting import eventually

DEADLINE = 30  # For wake, connect and login together.
STEPS = ["accepted", "startup", "sasl", "continue", "final", "authenticated", "parameters", "key"]


class Compute:
    """Takes a login up to a step, carried by the real `database`, and then does something else to its client."""

    def __init__(self, database, step, fault):
        self.database, self.step, self.fault, self.logins = database, step, fault, 0
        self.held = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        for client in clients(self.listener):
            self.logins += 1
            threading.Thread(target=self.one, args=(client,), daemon=True).start()

    def one(self, client):
        try:
            with socket.create_connection(("127.0.0.1", self.database.port), timeout=30) as server:
                self.until_fault(client, server)
            self.FAULTS[self.fault](self, client)
        except OSError:
            pass

    def until_fault(self, client, server):
        """Passes messages on, one after the other, until the step is reached."""
        if self.step == "accepted":
            return
        server.sendall(packet(client, tagged=False))
        if self.step == "startup":
            return
        while True:
            tag, body = message(server)
            reached = {("R", 10): "sasl", ("R", 11): "continue", ("R", 12): "final", ("R", 0): "authenticated", ("S", None): "parameters",
                       ("K", None): "key"}.get((tag, struct.unpack("!i", body[:4])[0] if tag == "R" else None))
            if reached == self.step:
                return
            client.sendall(tag.encode() + struct.pack("!i", len(body) + 4) + body)
            if reached in ("sasl", "continue"):
                server.sendall(packet(client, tagged=True))

    def reset(self, client):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()

    def end(self, client):
        client.close()

    def hang(self, client):
        self.held.append(client)

    def garbage(self, client):
        client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        self.held.append(client)

    def huge(self, client):
        client.sendall(b"R" + struct.pack("!i", 0x7FFF_FFFF) + b"x" * 100_000)
        self.held.append(client)

    def dribble(self, client):
        """A message that never gets to its end, a byte at a time."""
        client.sendall(b"S" + struct.pack("!i", 60_000))
        for _ in range(3_000):
            client.sendall(b"x")
            time.sleep(0.05)  # The slowness is the fault.

    FAULTS = {"reset": reset, "end": end, "hang": hang, "garbage": garbage, "huge": huge, "dribble": dribble}

    def close(self):
        self.listener.close()
        for client in self.held:
            client.close()


def packet(connection, tagged):
    head = connection.recv(5 if tagged else 4, socket.MSG_WAITALL)
    length = struct.unpack("!i", head[-4:])[0]
    return head + connection.recv(length - 4, socket.MSG_WAITALL)


def message(connection):
    head = connection.recv(5, socket.MSG_WAITALL)
    if len(head) < 5:
        raise OSError("the database left")
    return head[:1].decode(), connection.recv(struct.unpack("!i", head[1:])[0] - 4, socket.MSG_WAITALL)


@pytest.fixture
def computes(database, lone, control_plane):
    """One for each step and each fault, by the name of its endpoint."""
    made = {}
    for step, fault in itertools.product(STEPS, Compute.FAULTS):
        name = f"{step}-{fault}"
        made[name] = Compute(database, step, fault)
        control_plane.secrets[name, "demo"] = database.verifier("demo")
        control_plane.computes[name] = {"address": f"127.0.0.1:{made[name].port}", "aux": {"compute_id": name}}
    yield made
    for compute in made.values():
        compute.close()


def test_computes_that_go_wrong_at_every_step_of_a_login(lone, computes):
    """All at once, and beside them somebody whose compute is well."""

    def login(endpoint):
        began = time.monotonic()
        try:
            lone.connect(endpoint).close()
            return endpoint, "let in", 0
        except psycopg.OperationalError as error:
            return endpoint, str(error), time.monotonic() - began

    with ThreadPoolExecutor(len(computes)) as pool:
        logins = [pool.submit(login, endpoint) for endpoint in computes]
        while not all(one.done() for one in logins):
            with lone.connect() as connection:
                assert connection.execute("select 1").fetchone() == (1,)
        ends = [one.result() for one in logins]
    expected = re.compile("Couldn't connect to compute node|The database failed to start")
    assert [end for end in ends if not expected.search(end[1])] == []
    assert [end for end in ends if end[2] > DEADLINE + 10] == []
    assert {name: compute.logins for name, compute in computes.items() if not 1 <= compute.logins <= 24} == {}, "storms"

    def all_closed():
        assert still_connected(computes) == {}
        return True

    eventually(all_closed, 10, "closed connections")


def still_connected(computes):
    """The sockets of this machine whose other end is one of the computes and that are not yet closed on our side: their state by endpoint.

    By address and port: somebody else's client may well have the same port at another address of the loopback.
    """
    names = {f"0100007F:{compute.port:04X}": name for name, compute in computes.items()}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {names[row[2]]: row[3] for row in rows if row[2] in names and row[3] in ("01", "02", "08")}
