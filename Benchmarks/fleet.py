"""`sidecar up`, as its users start it, and the Postgres behind it, as the peers and `direct` reach it."""
import json
import os
import signal
import subprocess
import urllib.request
from pathlib import Path

from child import Child, wait_for

BINARY = os.environ["SIDECAR_BINARY"]
COMMAND_LIMIT = 60
# The memory measurement wants 500 sessions, and a compute takes little more.
ENDPOINTS = ["demo", "second"]


class Fleet:
    def __init__(self, folder):
        self.data = folder / "fleet"
        self.process = Child(
            [BINARY, "up", "--data", str(self.data), "--listen", "127.0.0.1:0", "--suspend-after", "never"],
            folder / "fleet.log", ready=(self.data / "fleet.json").exists, stop_signal=signal.SIGINT)
        try:
            self._wake_all()
        except BaseException:
            self.end()
            raise

    def _wake_all(self):
        self.admin("endpoint", "create", ENDPOINTS[1])
        for name in ENDPOINTS:
            self.wake(name)

    def end(self):
        self.process.end()

    @property
    def description(self):
        return json.loads((self.data / "fleet.json").read_text())

    @property
    def authority(self):
        return str(self.data / "ca.crt")

    def admin(self, *arguments):
        done = subprocess.run(
            [BINARY, "admin", *arguments, "--data", str(self.data)], capture_output=True, text=True,
            timeout=COMMAND_LIMIT)
        if done.returncode != 0:
            raise RuntimeError(f"sidecar admin {' '.join(arguments)}: {done.stderr}")

    # Endpoints

    def wake(self, name):
        self.admin("wake", name)

    def suspend(self, name):
        """Returns when its Postgres is gone."""
        self.admin("suspend", name)
        wait_for(lambda: not (self.pgdata(name) / "postmaster.pid").exists(), COMMAND_LIMIT, "suspend")

    def pgdata(self, name):
        return Path(os.path.realpath(self.data / "computes")) / name / "pgdata"

    def postgres_port(self, name):
        """Where its Postgres listens now: the fourth line of postmaster.pid."""
        return int((self.pgdata(name) / "postmaster.pid").read_text().splitlines()[3])

    def postgres_folder(self):
        """Of the Postgres programs that `up` chose: the first word of postmaster.opts is its executable."""
        return Path((self.pgdata(ENDPOINTS[0]) / "postmaster.opts").read_text().split()[0]).parent

    def login(self, name):
        known = next(endpoint for endpoint in self.description["endpoints"] if endpoint["name"] == name)
        return {"user": known["user"], "password": known["password"], "dbname": known["database"]}

    def verifier(self, name):
        """The SCRAM verifier of its role, which a proxy gets in the same way."""
        path = f"/authenticate_proxy_request/get_endpoint_access_control?endpointish={name}&role={self.login(name)['user']}"
        token = (self.data / "token").read_text().strip()
        request = urllib.request.Request(
            self.description["control_plane"] + path, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=COMMAND_LIMIT) as answer:
            return json.load(answer)["role_secret"]

    # Proxies

    def proxy(self, index):
        return self.description["proxies"][index]

    def renew_proxy(self, index):
        """Ends a proxy; `up` starts a new one in its place, on the same ports."""
        old = self.proxy(index)["pid"]
        os.kill(old, signal.SIGTERM)
        wait_for(lambda: self.proxy(index)["pid"] not in (0, old), COMMAND_LIMIT, "a new proxy")
