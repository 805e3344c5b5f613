"""Runs the measurements of one proxy and prints their tables in Markdown. Started by Benchmarks/relay."""
import argparse
import os
import platform
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import idle
import opening
import relaying
from lone import BIN, BINARY
from report import say
from rig import PATHS, Rig

MEASUREMENTS = {
    "plain": (relaying.transactions, False), "tls": (relaying.transactions, True), "copy": (relaying.copying, False),
    "copy-tls": (relaying.copying, True), "latency": (relaying.latency, False), "latency-tls": (relaying.latency, True),
    "sessions": (opening.sessions, True), "memory": (idle.memory, False), "memory-tls": (idle.memory, True),
}
# For the whole run; a hang ends in the same orderly way as Ctrl-C.
LIMIT = 60 * 60
# Of ours and of the processes we start: two descriptors a session, and the clients here.
DESCRIPTORS = 65_536


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGALRM, interrupted)
    signal.alarm(LIMIT)
    raise_descriptors()
    folder = Path(tempfile.mkdtemp(prefix="sidecar-benchmark-"))
    folder.chmod(0o755)
    rig = None
    try:
        rig = Rig(folder)
        print(surroundings(), flush=True)
        for name in options.what or MEASUREMENTS:
            say(name)
            measure, tls = MEASUREMENTS[name]
            print(measure(options, rig, tls), flush=True)
            print(f"Load average after it: {os.getloadavg()[0]:.1f}\n", flush=True)
    finally:
        if rig:
            rig.end()
        shutil.rmtree(folder, ignore_errors=True)


def arguments():
    parser = argparse.ArgumentParser(prog="Benchmarks/relay", description="Measures a proxy beside PgBouncer and HAProxy.")
    parser.add_argument("what", nargs="*", help=f"of {', '.join(MEASUREMENTS)}; all without it")
    parser.add_argument("--rounds", type=int, default=5, help="of every measurement; medians are printed")
    parser.add_argument("--transactions", type=int, default=100_000, help="of pgbench, per round and way")
    parser.add_argument("--sessions", type=int, default=400, help="new ones, per round and way")
    parser.add_argument("--idle", type=int, default=9_900, help="idle ones; the proxy takes 10,000")
    parser.add_argument("--rate", type=int, default=2_000, help="transactions per second, for the latency")
    parser.add_argument("--seconds", type=int, default=10, help="for the latency, per round and way")
    options = parser.parse_args()
    if unknown := [name for name in options.what if name not in MEASUREMENTS]:
        parser.error(f"{unknown[0]} is none of {', '.join(MEASUREMENTS)}")
    return options


def raise_descriptors():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, max(DESCRIPTORS, most)))
    except ValueError:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def surroundings():
    def first_line(*command):
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
        return (done.stdout or done.stderr).splitlines()[0].strip()

    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    return "\n".join([
        f"- {os.cpu_count()} cores, {model}; Linux {platform.release()}; load average {os.getloadavg()[0]:.1f} at the start",
        f"- sidecar: {Path(BINARY).stat().st_size // 1024 // 1024} MiB, release build",
        "- " + first_line(str(BIN / "postgres"), "--version"),
        "- " + first_line(shutil.which("pgbouncer", path=PATHS), "--version"),
        "- " + first_line(shutil.which("haproxy", path=PATHS), "-v"),
        "- " + first_line("openssl", "version"), ""])


def interrupted(number, _):
    sys.exit(f"ended by {signal.Signals(number).name}")


if __name__ == "__main__":
    main()
