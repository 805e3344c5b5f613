"""`sidecar up`, started for a test, and what a test asks of it."""
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import urllib.request
from pathlib import Path

import psycopg

import processes
from waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("SIDECAR_BINARY", str(ROOT / ".build" / "release" / "sidecar"))
START_LIMIT = 60


class Fleet:
    """One data folder, and the fleet that runs on it now, if any."""

    def __init__(self, data, suspend_after="3s"):
        self.data, self.suspend_after = Path(data), suspend_after
        self.process, self.output, self.errors = None, [], []

    # Starting and stopping

    def start(self, *arguments):
        """Returns when the line to paste is there."""
        self.output, self.errors = [], []
        self.process = subprocess.Popen(
            [BINARY, "up", "--data", str(self.data), "--listen", "127.0.0.1:0", "--suspend-after", self.suspend_after,
             *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        for stream, lines in (self.process.stdout, self.output), (self.process.stderr, self.errors):
            threading.Thread(target=lambda s, l: l.extend(iter(s.readline, "")), args=(stream, lines), daemon=True).start()
        eventually(lambda: self.line_to_paste() or self.process.poll() is not None, START_LIMIT, "the ready line")
        assert self.process.poll() is None, "up ended at once:\n" + "".join(self.errors)
        return self

    def stop(self, with_signal=signal.SIGINT):
        """Ctrl-C. Asserts that it ends well and that nothing of it is left."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        status = self.process.wait(timeout=40)
        self.process = None
        assert status == 0, f"up ended with {status}:\n" + "".join(self.errors[-40:])
        self.assert_nothing_left()

    def story(self):
        return "".join(self.errors[-60:])

    def destroy(self):
        """Ends whatever a failed test left, and removes the data."""
        folders = self.folders()
        try:
            self.stop()
        finally:
            if self.process is not None:
                self.process.kill()
                self.process.wait()
            for pid in processes.within(folders):
                os.kill(pid, signal.SIGKILL)
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)

    def assert_nothing_left(self):
        folders = self.folders()
        left = eventually_none(lambda: processes.within(folders))
        assert not left, [(pid, processes.command_line(pid)) for pid in left]
        sockets = [path for folder in folders for path in Path(folder).rglob("*") if path.is_socket()]
        assert sockets == []

    def folders(self):
        """The data folder, and where its computes live when Postgres' user cannot reach it."""
        computes = os.path.realpath(self.data / "computes")
        return [str(self.data)] + ([] if computes.startswith(str(self.data)) else [computes])

    # What it says of itself

    def line_to_paste(self):
        return next((line.strip() for line in list(self.output) if re.search(r'psql ["\']', line)), None)

    @property
    def description(self):
        return json.loads((self.data / "fleet.json").read_text())

    @property
    def proxies(self):
        return self.description["proxies"]

    def endpoint(self, name="demo"):
        return next(e for e in self.description["endpoints"] if e["name"] == name)

    def postgres_port(self, proxy):
        return int(self.proxies[proxy]["postgres"].rsplit(":", 1)[1])

    def get(self, address, path, headers={}, method="GET", body=None):
        """An HTTP request; (status, body)."""
        address = address if "://" in address else f"http://{address}"
        request = urllib.request.Request(address.rstrip("/") + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def ask_control_plane(self, path, **request):
        """As `get`, with the fleet's token."""
        token = (self.data / "token").read_text().strip()
        return self.get(self.description["control_plane"], path, {"Authorization": f"Bearer {token}"}, **request)

    def metric(self, name, **labels):
        """The sum of a metric of the control plane over all series with these labels."""
        status, page = self.ask_control_plane("/metrics")
        assert status == 200, page
        return sum_of(page, name, labels)

    def proxy_metric(self, proxy, name, **labels):
        return sum_of(self.get(self.proxies[proxy]["http"], "/metrics")[1], name, labels)

    def everywhere(self, name, **labels):
        """A metric of every proxy, in their order."""
        return [self.proxy_metric(proxy, name, **labels) for proxy in range(len(self.proxies))]

    def wakes(self):
        return self.metric("sidecar_control_plane_wake_requests_total")

    def starts(self):
        return self.metric("sidecar_compute_starts_total")

    # What clients do

    def conninfo(self, proxy=0, endpoint="demo", **changes):
        """Keywords for psycopg: as the pasted line has them."""
        known = self.endpoint(endpoint)
        return dict(
            host=f"{endpoint}.localtest.me", hostaddr="127.0.0.1", port=self.postgres_port(proxy), user=known["user"],
            password=known["password"], dbname=known["database"], sslmode="verify-full",
            sslrootcert=self.description["ca_file"], connect_timeout=40) | changes

    def connect(self, proxy=0, endpoint="demo", **changes):
        return psycopg.connect(**self.conninfo(proxy, endpoint, **changes), autocommit=True)

    def run(self, program, *arguments, proxy=0, timeout=120):
        """psql or pgbench, through a proxy."""
        known = self.conninfo(proxy)
        names = {"host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
                 "dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
        environment = os.environ | {names[key]: str(value) for key, value in known.items() if key in names}
        return subprocess.run(
            [program, *arguments], env=environment, capture_output=True, text=True, timeout=timeout)

    def admin(self, *arguments, data=None):
        """`sidecar admin … --json`, decoded."""
        done = subprocess.run([BINARY, "admin", *arguments, "--data", str(data or self.data), "--json"],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    @property
    def cluster(self):
        """The id that the proxies were given for their gossip."""
        words = processes.command_line(self.proxies[0]["pid"]).split()
        return words[words.index("--cluster") + 1]

    def members(self, proxy):
        """The fleet as this proxy sees it: members by id, and how well it agrees with the others."""
        told = self.admin("members", "--proxy", self.proxies[proxy]["id"])
        return {member["id"]: member for member in told["members"]}, told["gossip"]

    def agrees(self):
        """Whether every proxy sees all of them alive and knows what the others know, by the same root."""
        told = [self.members(proxy) for proxy in range(len(self.proxies))]
        ids = [proxy["id"] for proxy in self.proxies]
        alive = [[id for id in ids if members.get(id, {}).get("state") in ("self", "alive")] for members, _ in told]
        return all(seen == ids for seen in alive) and len({gossip["state_root"] for _, gossip in told}) == 1

    def root_of(self, proxy):
        return self.members(proxy)[1]["state_root"]

    def owner(self, endpoint="demo"):
        """The proxy that executes the endpoint's wakes, found by waking it; the endpoint must be asleep."""
        before = self.everywhere("sidecar_wake_requests_total", via="owner")
        self.connect(endpoint=endpoint).close()
        eventually(lambda: self.everywhere("sidecar_wake_requests_total", via="owner") != before, 10, "the wake")
        after = self.everywhere("sidecar_wake_requests_total", via="owner")
        [owner] = [proxy for proxy, count in enumerate(after) if count > before[proxy]]
        return owner

    def is_running(self, query, proxy=1):
        """Whether a client has the database at work on it, as the database says."""
        with self.connect(proxy) as connection:
            return connection.execute(
                "select count(*) from pg_stat_activity where state = 'active' and pid <> pg_backend_pid()"
                " and position(%s in query) > 0", [query]).fetchone() != (0,)

    # What runs

    def postmasters(self):
        """The topmost postgres processes of the fleet, without those that only judge a configuration."""
        ours = [pid for pid in processes.within(self.folders())
                if processes.name_of(pid) == "postgres" and " -C " not in processes.command_line(pid)]
        # Who has just ended has no parent, and is none.
        parents = {pid: processes.parent_of(pid) for pid in ours}
        return [pid for pid, parent in parents.items() if parent and processes.name_of(parent) != "postgres"]

    def agent_of(self, postmaster):
        return processes.parent_of(postmaster)

    def wait_until_asleep(self):
        eventually(lambda: not self.postmasters(), 60, "the suspend")


def eventually_none(find, seconds=5):
    """What is still found after a while, hopefully nothing."""
    try:
        eventually(lambda: not find(), seconds)
    except AssertionError:
        pass
    return find()


def sum_of(page, name, labels):
    total = 0.0
    for line in page.splitlines():
        match = re.fullmatch(rf"{re.escape(name)}(?:\{{(.*)\}})? (\S+)", line)
        if match and all(f'{key}="{value}"' in (match[1] or "") for key, value in labels.items()):
            total += float(match[2])
    return total
