"""The ways from a client to the same Postgres."""
import os
from dataclasses import dataclass
from typing import Callable, Optional

import peers
from fleet import ENDPOINTS, Fleet

HOST = "127.0.0.1"
SIDECAR = "sidecar, TLS both sides"
DIRECT = "direct"


@dataclass
class Route:
    name: str
    login: dict
    # Whose CPU and memory are counted.
    pid: Optional[Callable[[], int]] = None

    @property
    def libpq_environment(self):
        """For pgbench and psql. The certificate is not verified: that is the client's cost alone."""
        names = {"host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
                 "dbname": "PGDATABASE", "sslmode": "PGSSLMODE"}
        own = {names[key]: str(value) for key, value in self.login.items()}
        return {key: value for key, value in os.environ.items() if not key.startswith("PG")} | own


def direct(fleet: Fleet, endpoint=ENDPOINTS[0]):
    return Route(DIRECT, _to(fleet.postgres_port(endpoint)) | fleet.login(endpoint))


def sidecar(fleet: Fleet, endpoint=ENDPOINTS[0], proxy=0):
    port = int(fleet.proxy(proxy)["postgres"].rsplit(":", 1)[1])
    login = _to(port) | fleet.login(endpoint) | {"host": f"{endpoint}.localtest.me", "hostaddr": HOST}
    return Route(SIDECAR, login, lambda: fleet.proxy(proxy)["pid"])


def through(fleet: Fleet, peer, endpoint=ENDPOINTS[0]):
    return Route(peer.name, _to(peer.port) | fleet.login(endpoint), lambda: peer.pid)


class Peers:
    """Starts peers for a measurement, and ends them after it."""

    def __init__(self, folder, fleet, *makers):
        self.folder, self.fleet, self.makers, self.started = folder, fleet, makers, []

    def __enter__(self):
        try:
            for make in self.makers:
                self.started.append(make(self.folder, self.fleet))
        except BaseException:
            self.__exit__()
            raise
        return self.started

    def __exit__(self, *_):
        while self.started:
            self.started.pop().end()


def all_relays(folder, fleet):
    return Peers(folder, fleet, peers.pgbouncer, peers.haproxy, peers.haproxy_tls)


def _to(port):
    return {"host": HOST, "port": port, "sslmode": "require"}
