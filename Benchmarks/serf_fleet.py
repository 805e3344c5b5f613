"""The same of serf's agents, over their RPC: user events for facts, the log for verdicts."""
import re
import selectors
import shutil
import socket
import subprocess
import threading
import time

import msgpack

from child import Child
from gossip_fleet import Fleet

RPC_PORT = 17373
HANDSHAKE, EVENTS, LOG = 0, 1, 2
VERDICTS = [
    (re.compile(r"EventMemberFailed: (\S+)"), "dead"),
    (re.compile(r"EventMemberJoin: (\S+)"), "alive"),
    (re.compile(r"memberlist: Suspect (\S+) has failed"), "suspect"),
]
# What one of our facts weighs.
PAYLOAD = "10.200.31.7:5432 m00-1.computes.fleet compute-7f31c2 ".ljust(64, ".")


class Serf(Fleet):
    kind, port = "serf", 17947

    def __init__(self, folder):
        self.selector, self.last = selectors.DefaultSelector(), {}
        self.has_ended = False
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        super().__init__(folder)

    def start(self, index):
        log = self.folder / f"{self.name(index)}.log"
        child = self.children[index] = Child(
            [shutil.which("serf"), "agent", f"-node={self.name(index)}", f"-bind={self.address(index)}",
             f"-rpc-addr={self.host(index)}:{RPC_PORT}", "-profile=lan", "-log-level=err",
             *(f"-retry-join={self.address(seed)}" for seed in range(2) if seed != index), "-retry-interval=1s"],
            log, lambda: self._answers(index))
        child.link = Link(self.host(index))
        self.selector.register(child.link.socket, selectors.EVENT_READ, (index, child.link))

    def _answers(self, index):
        try:
            socket.create_connection((self.host(index), RPC_PORT), 1).close()
            return True
        except OSError:
            return False

    def publish(self, index):
        version = self.last[index] = self.last.get(index, 0) + 1
        what = f"{self.name(index)}-{version}"
        self.record.published[what] = (time.monotonic_ns(), self.name(index))
        self.children[index].link.publish(what)
        return what

    def rate(self, indexes, per_second, seconds):
        start, whats = time.monotonic(), []
        for number in range(per_second * seconds):
            time.sleep(max(0, start + number / per_second - time.monotonic()))
            whats += [self.publish(index) for index in indexes]
        return whats

    def poll(self):
        """The reader takes what comes as it comes."""

    def alive(self, index):
        lines = subprocess.run(
            ["serf", "members", "-status=alive", f"-rpc-addr={self.host(index)}:{RPC_PORT}"],
            capture_output=True, text=True, timeout=20).stdout.splitlines()
        return len(lines)

    def end(self):
        self.has_ended = True
        super().end()

    def version(self):
        package = subprocess.run(["dpkg-query", "-W", "serf"], capture_output=True, text=True).stdout.split()
        return f"serf: Debian's package {package[-1]}, LAN profile"

    def _read(self):
        while not self.has_ended:
            for key, _ in self.selector.select(0.2):
                index, link = key.data
                when = time.monotonic_ns()
                try:
                    data = link.socket.recv(1 << 16)
                except OSError:
                    data = b""
                if not data:
                    self.selector.unregister(link.socket)
                    link.socket.close()
                    continue
                for kind, body in link.messages(data):
                    self._take(self.name(index), when, kind, body)

    def _take(self, member, when, kind, body):
        if kind == EVENTS:
            self.record.heard.setdefault(body["Name"], {}).setdefault(member, when)
            return
        for pattern, verdict in VERDICTS:
            if found := pattern.search(body["Log"]):
                self.record.verdicts.append((when, member, verdict, found[1]))


class Link:
    """One connection to an agent's RPC: a header and perhaps a body each way, in MessagePack."""

    def __init__(self, host):
        self.socket = socket.create_connection((host, RPC_PORT), 5)
        self.unpacker = msgpack.Unpacker(raw=False, unicode_errors="replace")
        self.sequence, self.header, self.open = 10, None, set()
        self._ask("handshake", HANDSHAKE, {"Version": 1})
        self._ask("stream", EVENTS, {"Type": "user"})
        self._ask("monitor", LOG, {"LogLevel": "INFO"})

    def publish(self, what):
        self.sequence += 1
        self._ask("event", self.sequence, {"Name": what, "Payload": PAYLOAD, "Coalesce": False})

    def _ask(self, command, sequence, body):
        self.socket.sendall(b"".join(
            msgpack.packb(part, use_bin_type=False) for part in ({"Command": command, "Seq": sequence}, body)))

    def messages(self, data):
        """Those of the two streams."""
        self.unpacker.feed(data)
        for part in self.unpacker:
            if self.header is not None:
                kind, self.header = self.header, None
                yield kind, part
            elif part["Error"]:
                raise RuntimeError(f"serf's RPC: {part['Error']}")
            elif part["Seq"] in (EVENTS, LOG):
                # The first one only says that it begins.
                if part["Seq"] in self.open:
                    self.header = part["Seq"]
                self.open.add(part["Seq"])
