"""Twenty processes that gossip: ours, and what they tell."""
import json
import os
import secrets
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from child import Child, wait_for

SIZE = 20
CLUSTER = "benchmark/gossip"
JOIN_LIMIT = 60


@dataclass
class Record:
    """What the members have told, in nanoseconds of the monotonic clock that all processes share."""
    published: dict = field(default_factory=dict)  # what -> (when, member)
    heard: dict = field(default_factory=dict)  # what -> {member: when}
    verdicts: list = field(default_factory=list)  # (when, observer, "alive" | "suspect" | "dead", member)

    def delay(self, what, size):
        """Milliseconds until everybody else had it; `None` when somebody never did."""
        start, publisher = self.published[what]
        others = [when for member, when in self.heard.get(what, {}).items() if member != publisher]
        return (max(others) - start) / 1e6 if len(others) == size - 1 else None

    def deliveries(self, whats):
        return sum(len(self.heard.get(what, {}).keys() - {self.published[what][1]}) for what in whats)

    def first_verdicts(self, health, about, since):
        """By observer, the member itself left out."""
        found = {}
        for when, observer, verdict, member in self.verdicts:
            if verdict == health and member == about != observer and when >= since:
                found.setdefault(observer, when)
        return found


class Fleet:
    """What both kinds have in common: members at 127.0.0.2 and on, by index."""

    def __init__(self, folder):
        self.folder, self.record = Path(folder) / self.kind, Record()
        self.folder.mkdir()
        self.children = {}
        try:
            for index in range(SIZE):
                self.start(index)
            wait_for(lambda: all(self.alive(index) == SIZE for index in range(SIZE)), JOIN_LIMIT, "all know all")
        except BaseException:
            self.end()
            raise

    @staticmethod
    def name(index):
        return f"m{index:02}"

    @staticmethod
    def host(index):
        return f"127.0.0.{index + 2}"

    def address(self, index):
        return f"{self.host(index)}:{self.port}"

    def pids(self):
        return [child.pid for child in self.children.values()]

    def signal(self, index, number):
        os.kill(self.children[index].pid, number)

    def kill(self, index):
        """As the machine would."""
        self.signal(index, signal.SIGKILL)
        self.children.pop(index).end()

    def end(self):
        for child in self.children.values():
            if not child.has_ended():
                child.process.send_signal(child.stop_signal)
        for child in self.children.values():
            child.end()
        self.children = {}


class Ours(Fleet):
    kind, port = "sidecar", 17946
    binary = os.environ["GOSSIP_MEMBER"]

    def __init__(self, folder):
        self.read, self.states, self.last = {}, {}, {}
        self.keys = Path(folder) / "gossip.keys"
        self.keys.touch(mode=0o600)
        self.keys.write_text(f"1 {secrets.token_hex(32)}\n")
        super().__init__(folder)

    def log(self, index):
        return self.folder / f"{self.name(index)}.log"

    def start(self, index):
        log = self.log(index)
        before = log.stat().st_size if log.exists() else 0
        seeds = [self.address(seed) for seed in range(2)]
        self.children[index] = Child(
            [self.binary, self.name(index), self.address(index), CLUSTER, str(self.keys), *seeds], log,
            lambda: log.exists() and b'"ready"' in log.read_bytes()[before:], signal.SIGTERM, subprocess.PIPE)

    def tell(self, index, command):
        pipe = self.children[index].process.stdin
        pipe.write(command.encode() + b"\n")
        pipe.flush()

    def publish(self, index):
        version = self.last[index] = self.last.get(index, 0) + 1
        self.tell(index, f"publish {version}")
        return f"{self.name(index)}-{version}"

    def rate(self, indexes, per_second, seconds):
        """Returns when the time is over."""
        whats = []
        for index in indexes:
            self.tell(index, f"rate {per_second} {seconds}")
            first, count = self.last.get(index, 0) + 1, per_second * seconds
            self.last[index] = first + count - 1
            whats += [f"{self.name(index)}-{version}" for version in range(first, first + count)]
        time.sleep(seconds)
        return whats

    def poll(self):
        """Takes what they have written since."""
        for index in range(SIZE):
            with open(self.log(index), "rb") as file:
                file.seek(self.read.get(index, 0))
                lines = file.read()
            end = lines.rfind(b"\n") + 1
            self.read[index] = self.read.get(index, 0) + end
            for line in lines[:end].splitlines():
                self._take(self.name(index), json.loads(line))

    def _take(self, member, event):
        when, record = event["t"], self.record
        if "learned" in event:
            record.heard.setdefault(event["learned"], {}).setdefault(member, when)
        elif "published" in event:
            record.published[event["published"]] = (when, member)
        elif "health" in event:
            record.verdicts.append((when, member, event["health"], event["member"]))
        elif "counters" in event:
            self.states[member] = {"root": event["root"], **event["counters"]}
        elif "error" in event:
            raise RuntimeError(f"{member}: {event['error']}")

    def state(self):
        """Everybody's counters, by name."""
        self.states = {}
        for index in self.children:
            self.tell(index, "counters")

        def answered():
            self.poll()
            return len(self.states) == len(self.children)
        wait_for(answered, 20, "counters")
        return self.states

    def alive(self, index):
        if index == 0 or len(self.states) < SIZE:
            self.state()
        return self.states[self.name(index)]["alive"]

    def version(self):
        return f"sidecar: release build of gossip-member, {Path(self.binary).stat().st_size / 2**20:.1f} MiB"
