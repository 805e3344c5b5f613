"""One PostgreSQL, and the ways to it: ours, PgBouncer's, HAProxy's, and none."""
import os
import shutil
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from child import Child, accepts, free_port, without_root
from lone import ControlPlane, Database, LoneProxy

HOST, ENDPOINT, ROLE, PASSWORD = "127.0.0.1", "demo", "demo", "a password"
# PgBouncer counts a descriptor for each client and each server connection, and the limit may be 20,000.
SESSIONS = 8_000
PATHS = os.environ["PATH"] + ":/usr/sbin"
SIDECAR, PGBOUNCER, HAPROXY, DIRECT = "sidecar", "PgBouncer", "HAProxy", "direct"


@dataclass
class Way:
    """How a client of libpq gets there, and whose CPU and memory count."""
    name: str
    port: int
    pid: Optional[int] = None
    settings: dict = field(default_factory=dict)

    @property
    def environment(self):
        own = {"PGHOST": HOST, "PGPORT": str(self.port), "PGUSER": ROLE, "PGPASSWORD": PASSWORD, "PGDATABASE": "postgres",
               "PGSSLMODE": "disable", "PGGSSENCMODE": "disable"} | self.settings
        return {key: value for key, value in os.environ.items() if not key.startswith("PG")} | own


class Rig:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.database = Database(self.folder / "database", shared_buffers="256MB", max_connections=1100, ssl="off")
        self.control_plane, self.children, self.sidecar = ControlPlane(), [], None
        try:
            self._fill()
        except BaseException:
            self.end()
            raise

    def _fill(self):
        with self.database.connect() as connection:
            connection.execute(f"create role {ROLE} login superuser password '{PASSWORD}'")
        self.verifier = self.database.verifier(ROLE)
        self.control_plane.secrets[ENDPOINT, ROLE] = self.verifier
        self.point_at(self.database.port)
        self.sidecar = OwnSession(self.folder, self.control_plane, "--client-tls", "offered").start()

    def point_at(self, port):
        self.control_plane.computes[ENDPOINT] = {
            "address": f"{HOST}:{port}", "aux": {"compute_id": "compute-1", "cold_start_info": "warm"}}

    def end(self):
        while self.children:
            self.children.pop().end()
        if self.sidecar:
            self.sidecar.end()
        self.control_plane.close()
        self.database.stop()

    # Ways

    def direct(self):
        return Way(DIRECT, self.database.port)

    def through_sidecar(self, tls=False, proxy=None):
        proxy = proxy or self.sidecar
        settings = {"PGOPTIONS": f"endpoint={ENDPOINT}"} | ({"PGSSLMODE": "require"} if tls else {})
        return Way(SIDECAR, proxy.port, proxy.process.pid, settings)

    def through_pgbouncer(self, tls=False, *, port=None, lines=()):
        """Session pooling. Like us it knows the role's SCRAM verifier, and no password."""
        listen, own = free_port(), self.folder / f"pgbouncer-{len(self.children)}"
        own.mkdir()
        (own / "users.txt").write_text(f'"{ROLE}" "{self.verifier}"\n')
        for name in ("edge.crt", "edge.key"):
            shutil.copy(self.folder / "certs" / name, own / name)
        encrypted = ["client_tls_sslmode = require", f"client_tls_cert_file = {own}/edge.crt",
                     f"client_tls_key_file = {own}/edge.key"] if tls else []
        (own / "pgbouncer.ini").write_text("\n".join([
            "[databases]", f"postgres = host={HOST} port={port or self.database.port}", "[pgbouncer]",
            f"listen_addr = {HOST}", f"listen_port = {listen}", "unix_socket_dir =", "auth_type = scram-sha-256",
            f"auth_file = {own}/users.txt", "pool_mode = session", f"max_client_conn = {SESSIONS}",
            f"default_pool_size = {SESSIONS}", "ignore_startup_parameters = extra_float_digits,options",
            "server_tls_sslmode = disable", "log_connections = 0", "log_disconnections = 0", *encrypted, *lines]) + "\n")
        if os.geteuid() == 0:
            for path in (own, *own.iterdir()):
                shutil.chown(path, "postgres")
        command = [*without_root(self.database.data), shutil.which("pgbouncer", path=PATHS), str(own / "pgbouncer.ini")]
        child = Child(command, own / "log" if os.geteuid() else self.folder / "pgbouncer.log", lambda: accepts(listen),
                      signal.SIGINT)
        self.children.append(child)
        return Way(PGBOUNCER, listen, child.pid, {"PGSSLMODE": "require"} if tls else {})

    def through_haproxy(self):
        """Bytes as they come, both sides in clear: it cannot end TLS in Postgres' way."""
        port = free_port()
        file = self.folder / f"haproxy-{port}.cfg"
        file.write_text("\n".join([
            "global", "    maxconn 2000", "defaults", "    mode tcp", "    timeout connect 5s", "    timeout client 1h",
            "    timeout server 1h", "listen relay", f"    bind {HOST}:{port}",
            f"    server postgres {HOST}:{self.database.port}"]) + "\n")
        child = Child([shutil.which("haproxy", path=PATHS), "-db", "-f", str(file)], self.folder / "haproxy.log",
                      lambda: accepts(port))
        self.children.append(child)
        return Way(HAPROXY, port, child.pid)


class OwnSession(LoneProxy):
    """Leads a session of its own, as the peers do: the kernel shares the processors out by sessions."""

    def start(self):
        if self.command[0] != "setsid":
            self.command.insert(0, "setsid")
        return super().start()
