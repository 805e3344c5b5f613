"""Hosts of a test's own network: namespaces with an address each, on a bridge that is in a namespace too.

Nothing of it has a name on this machine, and all of it goes with the process that holds it. For root alone.
"""
import contextlib
import ctypes
import os
import subprocess

import processes
from namespaces import ip
from waiting import eventually

CLONE_NEWNET = 0x40000000
NET = "198.18"
# However we end.
ENDS_WITH_US = ["setpriv", "--pdeathsig", "KILL"]


class Namespaces:
    """Network, processes, IPC and host name apart from everybody else's, until `close`; then whatever runs in them is gone."""

    def __init__(self, name):
        self._holder = subprocess.Popen(
            [*ENDS_WITH_US, "unshare", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "sh", "-c",
             'hostname "$0" && exec sleep infinity', name], stdin=subprocess.DEVNULL)
        self.pid = self._holder.pid
        eventually(lambda: processes.children_of(self.pid) or self._holder.poll() is not None, 10, "namespaces")
        assert self._holder.poll() is None, "no namespaces"
        self.ip("link", "set", "lo", "up")

    def close(self):
        self._holder.kill()
        self._holder.wait()

    def ip(self, *words):
        ip(*words, within=self.words("net"))

    def words(self, *kinds):
        """Words before a command's that make it run there, in all of the namespaces or in these."""
        kinds = kinds or ("net", "pid", "ipc", "uts")
        return ["nsenter", *(f"--{kind}=/proc/{self.pid}/ns/{'pid_for_children' if kind == 'pid' else kind}" for kind in kinds)]

    @contextlib.contextmanager
    def inside(self):
        """Sockets that this thread makes meanwhile are of that network, for ever."""
        with open("/proc/thread-self/ns/net") as here, open(f"/proc/{self.pid}/ns/net") as there:
            _enter(there)
            try:
                yield
            finally:
                _enter(here)


class Network:
    """A bridge, and the hosts on it; the lowest free address is the next one's, as soon as it is free again."""

    def __init__(self):
        self.switch = Namespaces("switch")
        self.switch.ip("link", "add", "bridge", "type", "bridge", "forward_delay", "0")
        self.switch.ip("link", "set", "bridge", "up")
        self.hosts = {}

    def close(self):
        for host in list(self.hosts.values()):
            host.close()
        self.switch.close()

    def host(self, name, number=None):
        """:param number: of its address, else the lowest free one's."""
        number = number or next(free for free in range(20, 250) if free not in self.hosts)
        assert number not in self.hosts
        self.hosts[number] = host = Host(self, name, number)
        return host


class Host(Namespaces):
    def __init__(self, network, name, number):
        super().__init__(name)
        self.network, self.number, self.name = network, number, name
        self.address = f"{NET}.0.{number}"
        self.port = f"port{number}"
        switch = network.switch
        # The same again for whoever has the address next: neighbours remember it.
        switch.ip("link", "add", self.port, "type", "veth", "peer", "name", "eth0", "address", f"02:00:00:00:00:{number:02x}", "netns", str(self.pid))
        switch.ip("link", "set", self.port, "master", "bridge", "up")
        self.ip("address", "add", f"{self.address}/16", "dev", "eth0")
        self.ip("link", "set", "eth0", "up")

    def close(self):
        if self.network.hosts.get(self.number) is self:
            super().close()
            # A namespace goes some time after its processes do, and its links with it.
            with contextlib.suppress(AssertionError):
                self.network.switch.ip("link", "delete", self.port)
            del self.network.hosts[self.number]

    def cut(self):
        """From everybody; its processes see nothing but silence."""
        self.network.switch.ip("link", "set", self.port, "nomaster")

    def heal(self):
        self.network.switch.ip("link", "set", self.port, "master", "bridge")


def can_be_made():
    if os.geteuid() != 0:
        return False
    try:
        Namespaces("trial").close()
        return True
    except (OSError, AssertionError):
        return False


def _enter(namespace):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
