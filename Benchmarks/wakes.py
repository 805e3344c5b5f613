"""A crowd at one cold endpoint, through several proxies: how many wake requests and starts it costs. Started by Benchmarks/wakes."""
import argparse
import asyncio
import collections
import os
import resource
import shutil
import signal
import sys
import tempfile
import urllib.request
from pathlib import Path

import psycopg

from child import Child
from fleet import BINARY, Fleet

ENDPOINT = "demo"
HOST = "127.0.0.1"


class Crowd(Fleet):
    def __init__(self, folder, proxies):
        self.data = folder / "fleet"
        self.process = Child(
            [BINARY, "up", "--data", str(self.data), "--listen", f"{HOST}:0", "--suspend-after", "never",
             "--proxies", str(proxies)],
            folder / "fleet.log", ready=(self.data / "fleet.json").exists, stop_signal=signal.SIGINT)
        self.wake(ENDPOINT)

    def count(self, address, name, label=""):
        address = address if "://" in address else f"http://{address}"
        token = (self.data / "token").read_text().strip()
        request = urllib.request.Request(address + "/metrics", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=10) as page:
            lines = page.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name) and label in line)

    def asked(self):
        plane = self.description["control_plane"]
        return [int(self.count(plane, f"sidecar_{name}_total")) for name in
                ("control_plane_wake_requests", "compute_starts")]


async def one(fleet, proxy):
    login = fleet.login(ENDPOINT) | {
        "host": f"{ENDPOINT}.localtest.me", "hostaddr": HOST, "port": int(proxy["postgres"].rsplit(":", 1)[1]),
        "sslmode": "require", "connect_timeout": 60}
    try:
        async with await psycopg.AsyncConnection.connect(**login, autocommit=True) as connection:
            cursor = await connection.execute("select 1")
            return (proxy["id"], "ok" if await cursor.fetchone() == (1,) else "no row")
    except psycopg.Error as error:
        return (proxy["id"], str(error).strip().splitlines()[0])


async def crowd(fleet, options, proxies):
    clients = [asyncio.create_task(one(fleet, proxies[number % len(proxies)])) for number in range(options.clients)]
    return await asyncio.gather(*clients)


def main():
    parser = argparse.ArgumentParser(prog="Benchmarks/wakes")
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--proxies", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=50)
    options = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    folder = Path(tempfile.mkdtemp(prefix="sidecar-wakes-"))
    folder.chmod(0o755)
    fleet, costs, failures = Crowd(folder, options.proxies), collections.Counter(), collections.Counter()
    try:
        for number in range(options.repeats):
            fleet.suspend(ENDPOINT)
            before = fleet.asked()
            outcomes = asyncio.run(crowd(fleet, options, fleet.description["proxies"]))
            cost = tuple(after - earlier for after, earlier in zip(fleet.asked(), before))
            costs[cost] += 1
            failures.update(outcome for outcome in outcomes if outcome[1] != "ok")
            print(f"{number + 1}: {cost[0]} wake requests, {cost[1]} starts, "
                  f"{sum(outcome[1] == 'ok' for outcome in outcomes)} rows", file=sys.stderr, flush=True)
    finally:
        computes = os.path.realpath(folder / "fleet" / "computes")
        fleet.end()
        for path in {computes, str(folder)}:
            shutil.rmtree(path, ignore_errors=True)
    print(f"{options.clients} clients over {options.proxies} proxies, {options.repeats} times")
    print("| wake requests | starts | times |\n|---:|---:|---:|")
    for (wakes, starts), times in sorted(costs.items()):
        print(f"| {wakes} | {starts} | {times} |")
    for (proxy, problem), times in failures.items():
        print(f"client errors: {times} through {proxy}: {problem}")
    sys.exit(bool(failures) or set(costs) != {(1, 1)})


if __name__ == "__main__":
    main()
