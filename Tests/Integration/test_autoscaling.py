"""An autoscaler of virtual machines, and a container's own memory, as a real agent sees them in a made-up cgroup."""
import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import connect

from agents import Agent
from lone import LoneProxy
from test_agent_secrets import NoControlPlane
from waiting import eventually

GIBIBYTE = 1 << 30
# Plain PostgreSQL takes it for a setting of an extension that will come.
CACHE = {"name": "neon.max_file_cache_size", "value": "100GB", "vartype": "string"}


def cache(session):
    return session.execute("select current_setting('neon.file_cache_size_limit', true)").fetchone()[0]


class Cgroup:
    """A folder that reads like the kernel's. Where there is a cgroup of version 2 to make, its members are the kernel's own."""

    def __init__(self, folder):
        self.folder = folder / "cgroup"
        self.folder.mkdir()
        self.write("cgroup.controllers", "memory")
        self.write("cgroup.procs", "")
        self.members = Path(tempfile.mkdtemp(prefix="sidecar-test-", dir=REAL)) if REAL else None
        if self.members:
            self.mount("--bind", self.members / "cgroup.procs", self.folder / "cgroup.procs")
        self.limit(GIBIBYTE)
        self.use(100 << 20)
        self.write("memory.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 total=0")

    def mount(self, *words):
        subprocess.run(["mount", *words], check=True)

    def remove(self):
        if self.members:
            subprocess.run(["umount", self.folder / "cgroup.procs"], check=True)
            self.members.rmdir()

    def write(self, name, text):
        fresh = self.folder / f".{name}"
        fresh.write_text(f"{text}\n")
        fresh.rename(self.folder / name)

    def limit(self, size):
        self.write("memory.max", size)

    def use(self, size):
        self.write("memory.stat", f"anon {size}\nactive_anon {size // 2}\ninactive_anon {size - size // 2}")


@pytest.fixture
def folder(folder):
    LoneProxy(folder, NoControlPlane)._authority()
    return folder


def writable_cgroups():
    """Where cgroups of version 2 are mounted and can be made; `None` where they cannot."""
    mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines() if line.split()[2] == "cgroup2"]
    return next((folder for folder in mounted if os.geteuid() == 0 and os.access(folder, os.W_OK)), None)


REAL = writable_cgroups()


@pytest.fixture
def cgroup(folder):
    cgroup = Cgroup(folder)
    yield cgroup
    cgroup.remove()


def test_an_autoscaler_of_virtual_machines(folder, cgroup, monkeypatch):
    monkeypatch.setenv("AUTOSCALING", "true")
    with Agent(folder, "127.0.0.1:9", "--vm-monitor-addr", "127.0.0.1:0", "--cgroup", cgroup.folder,
               settings=[CACHE]) as agent, agent.administrator() as ours:
        # Its memory is counted there: that of the postmaster and of every session, and not the agent's.
        postmaster = int((agent.data / "postmaster.pid").read_text().split()[0])
        counted = {int(number) for number in (cgroup.folder / "cgroup.procs").read_text().split()}
        assert postmaster in counted and agent.process.pid not in counted
        if REAL:
            assert ours.info.backend_pid in counted
        port = int(eventually(lambda: re.search(
            r'listening for the autoscaler.*?"port":"(\d+)"', agent.log.read_text()), 10, "the port")[1])
        url = f"ws://127.0.0.1:{port}/monitor"

        def talk(address=url):
            socket = connect(address, open_timeout=10)
            socket.send(json.dumps({"min": 1, "max": 1}))
            assert json.loads(socket.recv(10)) == {"version": 1}
            return socket

        def ask(socket, kind, content, number):
            socket.send(json.dumps({"type": kind, "content": content, "id": number}))
            while True:
                answer = json.loads(socket.recv(10))
                if answer["id"] == number:
                    return answer

        with pytest.raises((WebSocketException, EOFError, OSError)):
            connect(f"ws://127.0.0.1:{port}/elsewhere", open_timeout=5)
        with connect(url, open_timeout=10) as socket:
            socket.send(json.dumps({"min": 2, "max": 3}))
            assert "error" in json.loads(socket.recv(10))
        former, socket = talk(), talk()
        with pytest.raises(ConnectionClosed):
            former.recv(10)
        assert ask(socket, "HealthCheck", {}, 0) == {"type": "HealthCheck", "id": 0}
        # 100 MiB are used of 1 GiB.
        size = lambda memory: {"cpu": 1, "mem": memory}
        result = eventually(
            lambda: [r for r in [ask(socket, "DownscaleRequest", {"target": size(GIBIBYTE // 2)}, 2)] if r.get("Ok")], 10)[0]
        assert result["type"] == "DownscaleResult" and "MiB" in result["Status"]
        # (512 - 256) / 1.1: the cache has shrunk before memory may go.
        assert cache(ours) == "232"
        assert ask(socket, "DownscaleRequest", {"target": size(200 << 20)}, 4)["Ok"] is False
        # Nearly all of 512 MiB is used: it asks for more until it is given more.
        cgroup.use(500 << 20)
        wanted = json.loads(socket.recv(10))
        assert wanted["type"] == "UpscaleRequest" and wanted["id"] % 2 == 1
        assert ask(socket, "UpscaleNotification", {"granted": size(GIBIBYTE)}, 6) == {"type": "UpscaleConfirmation", "id": 6}
        assert cache(ours) == "698"
        assert ask(socket, "Sing", {}, 8)["type"] == "InvalidMessage"
        socket.send(b"binary")
        with pytest.raises(ConnectionClosed) as end:
            while True:
                socket.recv(10)
        assert end.value.rcvd.code == 1003


def test_a_container_asks_in_its_reports(folder, cgroup, monkeypatch):
    monkeypatch.setenv("SIDECAR_LOG_LEVEL", "debug")
    with Agent(folder, "127.0.0.1:9", "--scale-requests", "--cgroup", cgroup.folder, settings=[CACHE]) as agent, \
            agent.administrator() as ours:
        eventually(lambda: cache(ours) == "698", 10, "the cache's size")
        cgroup.use(1000 << 20)
        eventually(lambda: agent.told("memory is used up"), 10, "the wish")
        cgroup.limit(2 * GIBIBYTE)
        eventually(lambda: agent.told("as large as it needs to be"), 10, "its end")
        eventually(lambda: cache(ours) == "1536", 10, "a larger cache")
        # Its maximum counts, and a spec that wants it left alone.
        for more, size in ({"settings": [CACHE | {"value": "1GB"}]}, "1024"), ({"settings": [CACHE], "disable_lfc_resizing": True}, ""):
            applied = lambda: agent.log.read_text().count("refresh_configuration -> running")
            before = applied()
            agent.configure(**more)
            agent.reload()
            eventually(lambda: applied() > before, 20, "the changed spec")
            eventually(lambda: cache(ours) == size, 10, f"the size {size!r}")


def test_a_postgres_that_cannot_be_counted_is_not_started(folder, cgroup, monkeypatch):
    monkeypatch.setenv("AUTOSCALING", "true")
    agent = Agent(folder, "127.0.0.1:9", "--vm-monitor-addr", "127.0.0.1:0", "--cgroup", cgroup.folder)
    if cgroup.members:
        # As a container has it.
        cgroup.mount("-o", "remount,bind,ro", cgroup.folder / "cgroup.procs")
        assert agent.start().process.wait(timeout=30) == 1
        assert re.search("cannot be put into the cgroup .*: Read-only file system", agent.log.read_text()), agent.log.read_text()
    agent.command[agent.command.index(cgroup.folder)] = folder
    assert agent.start().process.wait(timeout=30) == 1
    assert re.search("cannot be put into the cgroup .*: it has no cgroup.procs", agent.log.read_text()), agent.log.read_text()
