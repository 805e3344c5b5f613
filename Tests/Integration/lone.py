"""One proxy in front of a PostgreSQL, or of anything else, that no agent looks after; the control plane is the test's own."""
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import psycopg

import processes
from fleet import BINARY, sum_of
from guest import identity, openssl
from waiting import eventually

BIN = Path("/usr/lib/postgresql/15/bin")
READY_LIMIT = 30


class ControlPlane:
    """Answers the proxy's calls with what the test says, and remembers them.

    `secrets[endpoint, role]` are verifiers; `access[endpoint]` is added to the answer about an endpoint's access; `computes[endpoint]`
    is the answer to a wake: a dict, or a function of the query that gives one or `(status, body)`.
    """

    def __init__(self):
        self.secrets, self.access, self.computes, self.calls = {}, {}, {}, []
        plane = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                url = urlparse(self.path)
                query = {name: values[0] for name, values in parse_qs(url.query).items()}
                call = url.path.rsplit("/", 1)[1]
                plane.calls.append((call, query, {name.lower(): value for name, value in self.headers.items()}))
                status, body = plane.answer(call, query)
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}/authenticate_proxy_request/"

    def answer(self, call, query):
        endpoint = query.get("endpointish") or query.get("project")
        if call in ("get_endpoint_access_control", "proxy_get_role_secret"):
            secret = self.secrets.get((endpoint, query.get("role")), "")
            known = self.access.get(endpoint, {})
            return known if isinstance(known, tuple) else (200, {"role_secret": secret} | known)
        if call in ("wake_compute", "proxy_wake_compute"):
            compute = self.computes.get(endpoint, (404, {"error": "no such endpoint"}))
            compute = compute(query) if callable(compute) else compute
            return compute if isinstance(compute, tuple) else (200, compute)
        return 404, {"error": "no such call"}

    def count(self, call):
        return sum(1 for name, _, _ in self.calls if name == call)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Database:
    """A PostgreSQL of the test's own, on a port of its own; `host all` by SCRAM, replication allowed."""

    def __init__(self, folder, **settings):
        self.folder, self.data = Path(folder), Path(folder) / "data"
        self.folder.mkdir(parents=True, exist_ok=True)
        os.chmod(self.folder, 0o755)
        shutil.chown(self.folder, "postgres")
        self.password = "the super secret"
        words = self.folder / "password"
        words.write_text(self.password)
        shutil.chown(words, "postgres")
        self._run(BIN / "initdb", "-D", self.data, "-U", "postgres", "--pwfile", words, "-A", "scram-sha-256", "-N",
                  "--locale=C.UTF-8")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        settings = {"port": self.port, "listen_addresses": "'127.0.0.1'", "unix_socket_directories": f"'{self.folder}'",
                    "wal_level": "logical", "max_connections": 200, "fsync": "off", "autovacuum": "off"} | settings
        with open(self.data / "postgresql.conf", "a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())
        self.start()

    def start(self):
        """Also after `stop`, with the same data on the same port."""
        log = open(self.folder / "log", "ab")
        with log:
            self.process = subprocess.Popen(
                self._as_postgres(BIN / "postgres", "-D", self.data), stdout=log, stderr=log)
        eventually(self.accepts, 30, "a PostgreSQL")

    def accepts(self):
        try:
            self.connect().close()
            return True
        except psycopg.OperationalError:
            return False

    def connect(self, **changes):
        return psycopg.connect(**dict(host="127.0.0.1", port=self.port, user="postgres", password=self.password,
                                      dbname="postgres", connect_timeout=10) | changes, autocommit=True)

    def verifier(self, role):
        with self.connect() as connection:
            return connection.execute("select rolpassword from pg_authid where rolname = %s", [role]).fetchone()[0]

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=20)

    def _run(self, *words):
        done = subprocess.run(self._as_postgres(*words), capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr

    @staticmethod
    def _as_postgres(*words):
        # A child that leads its own group ends with the test's signals, not with the terminal's.
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *words] if os.getuid() == 0 else list(words)


class LoneProxy:
    """`sidecar proxy` with certificates of its own and a control plane, and what it says once it is ready."""

    def __init__(self, folder, control_plane, *arguments, name="lone", domain="localtest.me", environment={}):
        """:param arguments: options that come last, so that they win."""
        self.folder, self.control_plane, self.name, self.domain = Path(folder), control_plane, name, domain
        (self.folder / "certs").mkdir(parents=True, exist_ok=True)
        self._authority()
        certificate, key = identity(self.folder, name)
        edge, edge_key = server_certificate(self.folder, "edge", f"DNS:*.{domain}")
        token = self.folder / "token"
        token.write_text("a token")
        os.chmod(token, 0o600)
        self.environment = os.environ | environment
        self.log = self.folder / f"{name}.log"
        self.command = [
            BINARY, "proxy", "--id", name, "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0",
            "--auth-endpoint", control_plane.address, "--control-plane-token-file", token, "-c", edge, "-k", edge_key,
            "--drain-lag", "0", "--domain", domain, "--ca-file", self.folder / "ca.crt", "--identity-cert", certificate, "--identity-key", key,
            *arguments]
        self.process, self.told = None, None

    def _authority(self):
        if not (self.folder / "ca.crt").exists():
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=test authority", "-keyout", self.folder / "ca.key", "-out", self.folder / "ca.crt")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.end()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(word) for word in self.command], stdout=subprocess.PIPE, stderr=log, text=True, env=self.environment)
        assert select.select([self.process.stdout], [], [], READY_LIMIT)[0], f"{self.name} is not ready"
        word, _, told = self.process.stdout.readline().partition(" ")
        assert word == "ready", self.log.read_text()
        self.told = json.loads(told)
        return self

    def end(self, with_signal=signal.SIGTERM, limit=40):
        """The exit status."""
        return processes.end(self.process, with_signal, limit=limit)

    @property
    def port(self):
        return int(self.told["postgres"].rsplit(":", 1)[1])

    def page(self, path="/metrics"):
        import urllib.request
        with urllib.request.urlopen(f"http://{self.told['http']}{path}", timeout=10) as answer:
            return answer.read().decode()

    def metric(self, name, **labels):
        return sum_of(self.page(), name, labels)

    def conninfo(self, endpoint="demo", **changes):
        return dict(host=f"{endpoint}.{self.domain}", hostaddr="127.0.0.1", port=self.port, user="demo",
                    password="a password", dbname="postgres", sslmode="verify-full",
                    sslrootcert=str(self.folder / "ca.crt"), connect_timeout=40) | changes

    def connect(self, endpoint="demo", **changes):
        return psycopg.connect(**self.conninfo(endpoint, **changes), autocommit=True)

    def environment_of_tools(self, endpoint="demo", **changes):
        """For psql, pg_dump and their like."""
        names = {"host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
                 "dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
        known = self.conninfo(endpoint, **changes)
        return os.environ | {names[key]: str(value) for key, value in known.items() if key in names}


def server_certificate(folder, name, names, *, days=2, key=("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), digest="-sha256"):
    """Files of a certificate for these names (`DNS:a,DNS:*.b`), by the folder's authority."""
    certificate, secret = (Path(folder) / "certs" / f"{name}{suffix}" for suffix in (".crt", ".key"))
    request, extensions = Path(f"{certificate}.request"), Path(f"{certificate}.names")
    extensions.write_text(f"subjectAltName={names}")
    openssl("req", "-new", "-newkey", *key, "-nodes", "-subj", f"/CN={name}", "-keyout", secret, "-out", request)
    os.chmod(secret, 0o600)
    openssl("x509", "-req", digest, "-in", request, "-CA", Path(folder) / "ca.crt", "-CAkey", Path(folder) / "ca.key", "-days",
            str(days), "-extfile", extensions, "-set_serial", str(int.from_bytes(os.urandom(8), "big") >> 1), "-out", certificate)
    return certificate, secret
