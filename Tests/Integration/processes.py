"""What runs on this machine because of a fleet, read from /proc; and how a process of a test's own ends."""
import os
import signal
import socket
from pathlib import Path


def children_of(pid):
    """Process ids of all descendants, nearest first."""
    by_parent = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (parent := parent_of(int(entry.name))):
            by_parent.setdefault(parent, []).append(int(entry.name))
    found, row = [], [pid]
    while row:
        row = [child for parent in row for child in by_parent.get(parent, [])]
        found += row
    return found


def parent_of(pid):
    return _status(pid).get("PPid") or None


def name_of(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def working_folder(pid):
    try:
        return os.readlink(f"/proc/{pid}/cwd").removesuffix(" (deleted)")
    except OSError:
        return ""


def user_of(pid):
    return os.stat(f"/proc/{pid}").st_uid


def is_alive(pid):
    """A zombie is not."""
    return _status(pid).get("State", "Z") != "Z"


def ended_children_of(pid):
    """Zombies."""
    return [child for child in children_of(pid) if not is_alive(child)]


def resident_bytes(pid):
    return _status(pid)["VmRSS"] * 1024


def end(process, with_signal=signal.SIGTERM, limit=30):
    """The exit status of a process that is asked to end, and is gone in any case."""
    if process.poll() is None:
        process.send_signal(with_signal)
    try:
        return process.wait(timeout=limit)
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def free_port():
    """Of this machine's loopback, now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def within(folders):
    """Live processes that work in, or were told of, one of the folders."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        pid = int(entry.name)
        told, works = command_line(pid), working_folder(pid)
        if is_alive(pid) and any(folder in told or works.startswith(folder) for folder in folders):
            found.append(pid)
    return found


def _status(pid):
    """The lines of /proc/PID/status that we use; empty when the process is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    pairs = dict(line.split(":", 1) for line in lines if ":" in line)
    status = {key: int(pairs[key].split()[0]) for key in ("PPid", "VmRSS") if key in pairs}
    return status | {"State": pairs["State"].split()[0]}
