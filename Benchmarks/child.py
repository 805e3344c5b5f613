"""A process of ours: started, asked what it costs, and ended by its own id."""
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
START_LIMIT = 20
STOP_LIMIT = 40


class Child:
    def __init__(self, command, log, ready, stop_signal=signal.SIGTERM, stdin=subprocess.DEVNULL):
        """Returns when `ready()` is true."""
        self.stop_signal = stop_signal
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                command, stdin=stdin, stdout=output, stderr=output, start_new_session=True)
        try:
            wait_for(lambda: self.has_ended() or ready(), START_LIMIT, command[0])
            if self.has_ended():
                raise RuntimeError(f"{command[0]} does not start:\n{Path(log).read_text()[-2000:]}")
        except BaseException:
            self.end()
            raise

    @property
    def pid(self):
        return self.process.pid

    def has_ended(self):
        return self.process.poll() is not None

    def end(self):
        if not self.has_ended():
            self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def cpu_seconds(pid, apart=False):
    """User and system time of all its threads until now, in steps of a tick (10 ms); with `apart`: and user time alone."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = int(fields[11]) / TICKS, int(fields[12]) / TICKS
    return (user + system, user) if apart else user + system


def resident_kib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError(f"{pid} has ended")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def wait_for(condition, limit, what):
    end = time.monotonic() + limit
    while not (result := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {limit} s")
        time.sleep(0.02)
    return result


def without_root(user_of):
    """What goes before a command that must not run as root: to run as the owner of a file."""
    if os.geteuid() != 0:
        return []
    owner = os.stat(user_of)
    return ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups", "--"]
