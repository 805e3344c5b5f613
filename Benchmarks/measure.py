"""Runs the measurements and prints their tables in Markdown. Started by Benchmarks/run."""
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

import coldstart
import relay
import sessions
from fleet import BINARY, Fleet
from report import say

MEASUREMENTS = {
    "relay": relay.transactions, "copy": relay.copying, "memory": sessions.memory, "latency": sessions.latency,
    "cold": coldstart.cold_start,
}
# For the whole run; a hang ends in the same orderly way as Ctrl-C.
LIMIT = 45 * 60


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGALRM, interrupted)
    signal.alarm(LIMIT)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    folder = Path(tempfile.mkdtemp(prefix="sidecar-benchmark-"))
    folder.chmod(0o755)
    fleet = None
    try:
        say("starting the fleet")
        fleet = Fleet(folder)
        print(surroundings(fleet), flush=True)
        for name in options.what or MEASUREMENTS:
            say(name)
            print(MEASUREMENTS[name](options, folder, fleet), flush=True)
            print(f"Load average after it: {os.getloadavg()[0]:.1f}\n", flush=True)
    finally:
        computes = os.path.realpath(folder / "fleet" / "computes")
        if fleet:
            fleet.end()
        for path in {computes, str(folder)}:
            shutil.rmtree(path, ignore_errors=True)


def arguments():
    parser = argparse.ArgumentParser(prog="Benchmarks/run", description="Measures sidecar beside PgBouncer and HAProxy.")
    parser.add_argument("what", nargs="*", help=f"of {', '.join(MEASUREMENTS)}; all without it")
    parser.add_argument("--rounds", type=int, default=5, help="of every measurement; medians are printed")
    parser.add_argument("--transactions", type=int, default=100_000, help="of pgbench, per round and way")
    parser.add_argument("--sessions", type=int, default=500, help="idle ones")
    parser.add_argument("--connects", type=int, default=200, help="for the latency, per round and way")
    options = parser.parse_args()
    if unknown := [name for name in options.what if name not in MEASUREMENTS]:
        parser.error(f"{unknown[0]} is none of {', '.join(MEASUREMENTS)}")
    return options


def surroundings(fleet):
    def first_line(*command):
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
        return (done.stdout or done.stderr).splitlines()[0].strip()

    paths = os.environ["PATH"] + ":/usr/sbin"
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    return "\n".join([
        f"- {os.cpu_count()} cores, {model}; Linux {platform.release()}; load average {os.getloadavg()[0]:.1f} at the start",
        f"- sidecar: {Path(BINARY).stat().st_size // 1024 // 1024} MiB, release build",
        "- " + first_line(str(fleet.postgres_folder() / "postgres"), "--version"),
        "- " + first_line(shutil.which("pgbouncer", path=paths), "--version"),
        "- " + first_line(shutil.which("haproxy", path=paths), "-v"),
        "- " + first_line("openssl", "version"), ""])


def interrupted(number, _):
    sys.exit(f"ended by {signal.Signals(number).name}")


if __name__ == "__main__":
    main()
