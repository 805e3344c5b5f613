"""A compute agent that a test starts itself, with a Postgres beside it."""
import json
import os
import signal
import socket
import subprocess
from pathlib import Path

import psycopg

import processes
from fleet import BINARY
from lone import server_certificate
from waiting import eventually

START_LIMIT = 60


class Agent:
    """`sidecar agent` for one endpoint, certified by the authority in `folder` (`ca.crt`, `ca.key`)."""

    def __init__(self, folder, report_to, *arguments, endpoint="demo", generation=1, roles=(), databases=(), settings=()):
        """:param report_to: `host:port` of a proxy's gRPC."""
        self.folder, self.endpoint, self.generation = Path(folder), endpoint, generation
        self.compute_id = f"compute-{endpoint}-{generation}"
        self.home = self.folder / self.compute_id
        certs = self.home / "certs"
        certs.mkdir(parents=True, exist_ok=True)
        (self.folder / "certs").mkdir(exist_ok=True)
        names = f"URI:sidecar://compute/{endpoint}/{self.compute_id},DNS:{self.compute_id},IP:127.0.0.1"
        files = zip(("tls.crt", "tls.key"), server_certificate(self.folder, self.compute_id, names))
        for name, source in [("ca.crt", self.folder / "ca.crt"), *files]:
            (certs / name).write_bytes(Path(source).read_bytes())
        self.data = self.folder / f"data-{endpoint}"
        self.spec = self.home / "spec.json"
        self.configure(roles, databases, settings)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.log = self.home / "log"
        self.command = [
            BINARY, "agent", "--endpoint", endpoint, "--compute-id", self.compute_id, "--generation", str(generation),
            "--config", self.spec, "--pgdata", self.data, "--port", str(self.port), "--certs-dir", certs,
            "--report-to", report_to, "--monitor-interval", "100", "--external-http-port", "none",
            "--internal-http-port", "none", *arguments]
        self.process = None

    def configure(self, roles=(), databases=(), settings=(), **more):
        cluster = {"cluster_id": self.endpoint, "name": self.endpoint, "roles": list(roles), "databases": list(databases),
                   "settings": list(settings), "postgresql_conf": "fsync = off\n"}
        self.spec.write_text(json.dumps(
            {"spec": {"format_version": 1.0, "cluster": cluster, "suspend_timeout_seconds": -1} | more}))
        os.chmod(self.spec, 0o600)

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([str(word) for word in self.command], stdin=subprocess.DEVNULL, stderr=log)
        return self

    def __enter__(self):
        self.start()
        eventually(self.runs, START_LIMIT, "a compute that runs")
        return self

    def __exit__(self, *_):
        self.end()

    def end(self, with_signal=signal.SIGTERM):
        return processes.end(self.process, with_signal, limit=40)

    def told(self, words):
        return words in self.log.read_text()

    def runs(self):
        assert self.process.poll() is None, self.log.read_text()
        return self.told("-> running: postgres is ready")

    def administrator(self, **changes):
        """As the agent itself logs in."""
        password = self.data.with_name(f"{self.data.name}.admin-password").read_text()
        return self.connect(user="cloud_admin", password=password, **changes)

    def connect(self, **changes):
        """Past every proxy."""
        return psycopg.connect(**dict(
            host="127.0.0.1", port=self.port, sslmode="require", connect_timeout=10, dbname="postgres") | changes, autocommit=True)


def role(name, verifier, **options):
    return {"name": name, "encrypted_password": verifier, "options": [
        {"name": key, "value": value, "vartype": "bool"} for key, value in options.items()]}
