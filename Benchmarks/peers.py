"""PgBouncer and HAProxy, configured to do what we do as nearly as each can; what differs stands in docs/benchmarks.md."""
import os
import shutil
import signal

from child import Child, accepts, free_port, without_root
from fleet import ENDPOINTS

HOST = "127.0.0.1"
SESSIONS = 2000


class Peer:
    """A program between clients and the fleet's Postgres."""

    def __init__(self, folder, name, command, port, stop_signal=signal.SIGTERM, user_of=None):
        self.name, self.port = name, port
        self.child = Child(
            (without_root(user_of) if user_of else []) + command, folder / "peer.log", lambda: accepts(port), stop_signal)

    @property
    def pid(self):
        return self.child.pid

    def end(self):
        self.child.end()


def pgbouncer(folder, fleet):
    """Session pooling, TLS on both sides. Like us it knows the roles' SCRAM verifiers, and no password."""
    port, owner = free_port(), fleet.pgdata(ENDPOINTS[0])
    own = folder / "pgbouncer"
    own.mkdir(exist_ok=True)
    for file in ("edge.crt", "edge.key"):
        shutil.copy(fleet.data / "certs" / file, own / file)
    shutil.copy(fleet.authority, own / "ca.crt")
    databases, users = [], []
    for name in ENDPOINTS:
        login = fleet.login(name)
        databases.append(f"{login['dbname']} = host={HOST} port={fleet.postgres_port(name)}")
        users.append(f'"{login["user"]}" "{fleet.verifier(name)}"')
    (own / "users.txt").write_text("\n".join(users) + "\n")
    (own / "pgbouncer.ini").write_text("\n".join(["[databases]", *databases, "[pgbouncer]"] + [
        f"listen_addr = {HOST}", f"listen_port = {port}", "unix_socket_dir =",
        "auth_type = scram-sha-256", f"auth_file = {own}/users.txt",
        "pool_mode = session", f"max_client_conn = {SESSIONS}", f"default_pool_size = {SESSIONS}",
        "ignore_startup_parameters = extra_float_digits",
        "client_tls_sslmode = require", f"client_tls_cert_file = {own}/edge.crt", f"client_tls_key_file = {own}/edge.key",
        "server_tls_sslmode = verify-ca", f"server_tls_ca_file = {own}/ca.crt",
        "log_connections = 0", "log_disconnections = 0"]) + "\n")
    if os.geteuid() == 0:
        for path in (own, *own.iterdir()):
            shutil.chown(path, os.stat(owner).st_uid, os.stat(owner).st_gid)
    command = [shutil.which("pgbouncer", path=os.environ["PATH"] + ":/usr/sbin"), str(own / "pgbouncer.ini")]
    return Peer(folder, "PgBouncer, TLS both sides", command, port, signal.SIGINT, owner)


def haproxy(folder, fleet):
    """Bytes as they come: the client's TLS ends in Postgres, HAProxy copies ciphertext."""
    port = free_port()
    lines = _listen("relay", f"{HOST}:{port}", f"{HOST}:{fleet.postgres_port(ENDPOINTS[0])}")
    return _haproxy(folder, "HAProxy, passthrough (no TLS of its own)", lines, port)


def haproxy_tls(folder, fleet):
    """HAProxy that ends TLS on one side and begins it on the other. It cannot do that for Postgres' own STARTTLS, so two
    helpers (another HAProxy, not measured) put the session into TLS before it and take it out behind it."""
    outer, port, inner = free_port(), free_port(), free_port()
    certificate = folder / "haproxy.pem"
    descriptor = os.open(certificate, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write((fleet.data / "certs/edge.crt").read_bytes() + (fleet.data / "certs/edge.key").read_bytes())
    accept, connect = f" ssl crt {certificate}", f" ssl verify required ca-file {fleet.authority}"
    helpers = _haproxy(folder, "helpers", _listen("in", f"{HOST}:{outer}", f"{HOST}:{port}{connect}") + _listen(
        "out", f"{HOST}:{inner}{accept}", f"{HOST}:{fleet.postgres_port(ENDPOINTS[0])}"), inner)
    try:
        peer = _haproxy(folder, "HAProxy, TLS both sides (with helpers)",
                        _listen("relay", f"{HOST}:{port}{accept}", f"{HOST}:{inner}{connect}"), port)
    except BaseException:
        helpers.end()
        raise
    return _Helped(peer, helpers, outer)


class _Helped:
    """A peer whose clients enter by a helper."""

    def __init__(self, peer, helpers, port):
        self.name, self.pid, self.port = peer.name, peer.pid, port
        self._both = [peer, helpers]

    def end(self):
        for peer in self._both:
            peer.end()


def _listen(name, bind, server):
    return [f"listen {name}", f"    bind {bind}", f"    server postgres {server}"]


def _haproxy(folder, name, listens, port):
    file = folder / f"haproxy-{port}.cfg"
    file.write_text("\n".join([
        "global", f"    maxconn {SESSIONS}", "defaults", "    mode tcp", "    timeout connect 5s",
        "    timeout client 1h", "    timeout server 1h", *listens]) + "\n")
    command = [shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin"), "-db", "-f", str(file)]
    return Peer(folder, name, command, port, signal.SIGTERM)
