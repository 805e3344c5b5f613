"""What `sidecar agent` adds to Postgres's own start, in local mode. Started by Benchmarks/agent-start."""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from child import free_port, without_root
from coldstart import is_serving
from report import Column, Samples

BINARY = os.environ["SIDECAR_BINARY"]
LIMIT = 60
POLL = 0.001
ROLES = 5


class Machine:
    """Folders, certificates, a spec, and a free port, all of them for one agent."""

    def __init__(self, folder):
        self.folder, self.data, self.port = folder, folder / "pgdata", free_port()
        self.certificates = folder / "certs"
        self.certificates.mkdir()
        _make_certificates(folder, self.certificates)
        roles = [{"name": f"app{number}", "encrypted_password": None} for number in range(ROLES)]
        spec = {
            "format_version": 1.0, "suspend_timeout_seconds": -1, "storage_mode": "local", "mode": "Primary",
            "cluster": {"roles": roles, "databases": [{"name": "shop", "owner": "app0"}], "settings": []}}
        (folder / "spec.json").write_text(json.dumps({"spec": spec}))

    def agent(self):
        """Milliseconds from exec to the first accepted session, to the report that it runs, and of its own CPU until then."""
        began = time.perf_counter()
        process = subprocess.Popen(
            [BINARY, "agent", "--endpoint", "demo", "--compute-id", "c1", "--generation", "1", "--config",
             self.folder / "spec.json", "--pgdata", self.data, "--port", str(self.port), "--certs-dir",
             self.certificates, "--external-http-port", "none", "--internal-http-port", "none"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        steps, log = {}, []
        reader = threading.Thread(target=_note_steps, args=(process, began, steps, log), daemon=True)
        reader.start()
        try:
            accepted = self._accepted(began, process)
            while "running" not in steps and process.poll() is None:
                time.sleep(POLL)
            if "running" not in steps:
                raise RuntimeError("".join(log[-30:]))
            return accepted, steps["running"], _cpu_milliseconds(process.pid)
        finally:
            process.terminate()
            process.wait(LIMIT)

    def postgres(self, programs):
        """Milliseconds from exec of Postgres, on the same directory, to the first accepted session."""
        began = time.perf_counter()
        process = subprocess.Popen(
            [*without_root(self.data), programs / "postgres", "-D", self.data], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return self._accepted(began, process)
        finally:
            process.terminate()
            process.wait(LIMIT)

    def initdb(self, programs):
        """Milliseconds that `initdb` takes, asked for what the agent asks for, in place of what is there."""
        words = without_root(self.data)
        configuration = [(self.data / name).read_bytes() for name in ("postgresql.conf", "pg_hba.conf")]
        keys = {path.name: path.read_bytes() for path in self.data.glob("server.*")}
        owner = os.stat(self.data)
        shutil.rmtree(self.data)
        self.data.mkdir(mode=0o700)
        os.chown(self.data, owner.st_uid, owner.st_gid)
        secret = self.folder / "secret"
        secret.write_text("not one\n")
        secret.chmod(0o644)
        began = time.perf_counter()
        subprocess.run(
            [*words, programs / "initdb", f"--pgdata={self.data}", "--username=cloud_admin", f"--pwfile={secret}",
             "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"],
            check=True, capture_output=True)
        took = 1000 * (time.perf_counter() - began)
        # It shall start as the agent's does.
        files = dict(zip(("postgresql.conf", "pg_hba.conf"), configuration)) | keys
        for name, text in files.items():
            (self.data / name).write_bytes(text)
            os.chown(self.data / name, owner.st_uid, owner.st_gid)
            os.chmod(self.data / name, 0o600)
        return took

    def clear(self):
        for path in self.folder.glob("pgdata*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _accepted(self, began, process):
        while not is_serving(self.port):
            if process.poll() is not None or time.perf_counter() - began > LIMIT:
                raise RuntimeError(f"{process.args[0]} does not serve")
            time.sleep(POLL)
        return 1000 * (time.perf_counter() - began)


def _cpu_milliseconds(pid):
    """Of all its threads, without its children; to the nanosecond, not to the tick."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e6


def _note_steps(process, began, steps, log):
    for line in process.stderr:
        log.append(line)
        step = re.search(r"\w+ -> (\w+):", line)
        if step:
            steps.setdefault(step[1], 1000 * (time.perf_counter() - began))


def _make_certificates(folder, certificates):
    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)

    curve = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", "-newkey", *curve, "-days", "2", "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.crt")
    openssl("req", "-new", "-newkey", *curve, "-subj", "/CN=c1", "-keyout", "certs/tls.key", "-out", "tls.request")
    (folder / "tls.names").write_text("subjectAltName=DNS:c1,URI:sidecar://compute/demo/c1")
    openssl("x509", "-req", "-in", "tls.request", "-CA", "ca.crt", "-CAkey", "ca.key", "-days", "2", "-extfile", "tls.names",
            "-set_serial", "2", "-out", "certs/tls.crt")
    (certificates / "tls.key").chmod(0o600)
    shutil.copy(folder / "ca.crt", certificates / "ca.crt")


def _add(samples, ours, name, own):
    accepted, running, cpu = ours
    samples.add("sidecar agent", accepted, running, cpu)
    samples.add(name, own, None, None)
    samples.add("added by us", accepted - own, running - own, cpu)


def measure(options, folder):
    machine, programs = Machine(folder), Path(options.programs)
    there, fresh = (Samples(*(Column(f"{name}, ms", 0) for name in ("accepts", "running reported", "our CPU")))
                    for _ in range(2))
    machine.agent()
    for _ in range(options.rounds):
        _add(there, machine.agent(), "postgres alone", machine.postgres(programs))
    for _ in range(options.fresh_rounds):
        machine.clear()
        ours = machine.agent()
        _add(fresh, ours, "initdb, then postgres", machine.initdb(programs) + machine.postgres(programs))
    return there.table("Agent start, data directory there") + "\n" + fresh.table("Agent start, no data directory yet")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="of starts on a directory that is there")
    parser.add_argument("--fresh-rounds", type=int, default=7, help="of starts on none")
    parser.add_argument("--programs", default="/usr/lib/postgresql/15/bin", help="where Postgres's programs are")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        print(measure(options, Path(name)))
    print(f"Load average after it: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    sys.exit(main())
