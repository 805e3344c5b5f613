"""Calls of our own client, one by one: the program makes those that its standard input asks for."""
import base64
import json
import signal
import subprocess
import threading
from concurrent.futures import Future

from interop import program


def coded(metadata):
    """As the program takes them: bytes in base64."""
    return [[name, base64.b64encode(value).decode() if isinstance(value, bytes) else value] for name, value in metadata]


class Report:
    """What became of a call: `code`, `message`, `details`, `initial`, `trailing`, `refused`, `sizes`, `elapsed` seconds;
    `offences`: how often servers have broken which rule until then, by name."""

    def __init__(self, line):
        self.__dict__.update(line)
        self.elapsed = self.elapsed_ms / 1000
        self.details = base64.b64decode(self.details)
        self.initial, self.trailing = self.decoded(self.initial), self.decoded(self.trailing)

    def __repr__(self):
        return str(self.__dict__)

    @staticmethod
    def decoded(pairs):
        return [(name, base64.b64decode(value) if name.endswith("-bin") else value) for name, value in pairs]


class OurCalls:
    """`sidecar-interop-client` with one channel, for as long as the block lasts; `before` is what starts it."""

    def __init__(self, address, *options, before=()):
        self.process = subprocess.Popen(
            [*before, program("sidecar-interop-client"), "--server", address, *map(str, options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.waiting, self.last, self.lock = {}, 0, threading.Lock()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def start(self, method="UnaryCall", **order):
        """A future of its report. The order's fields are those of `CallOrder` in the program."""
        future = Future()
        if "metadata" in order:
            order["metadata"] = coded(order["metadata"])
        with self.lock:
            self.last += 1
            self.waiting[self.last] = future
            self.process.stdin.write(json.dumps({"id": self.last, "method": method} | order) + "\n")
            self.process.stdin.flush()
        return future

    def call(self, method="UnaryCall", **order):
        return self.start(method, **order).result(60)

    def read(self):
        for line in self.process.stdout:
            report = json.loads(line)
            self.waiting.pop(report["id"]).set_result(Report(report))
        for future in list(self.waiting.values()):
            future.set_exception(ConnectionError("the client ended"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.reader.join()


def offences(server):
    """How often clients of an `OurServer` broke which rule so far, by name."""
    return told(server, signal.SIGUSR1)


def observed(server):
    """What the interceptors of an `OurServer` with `--observed` have seen: `spans`, and `page` as `/metrics` would have it."""
    return told(server, signal.SIGUSR2)


def told(server, by):
    server.process.send_signal(by)
    return json.loads(server.process.stdout.readline())
