"""What one session costs: in memory while it is idle, and in time when it begins."""
import time

import psycopg

import peers
import routes
from child import resident_kib
from fleet import ENDPOINTS
from report import Column, Samples, say

SETTLE = 1.0
# The fleet's second proxy serves nobody else, so that it is fresh.
PROXY = 1


def memory(options, folder, fleet):
    """Resident growth of a fresh process over many idle sessions, per session."""
    samples = Samples(Column("KiB per session", 1), Column("KiB before", 0))
    for _ in range(options.rounds):
        fleet.renew_proxy(PROXY)
        _grow(samples, options.sessions, [routes.sidecar(fleet, name, PROXY) for name in ENDPOINTS])
        with routes.Peers(folder, fleet, peers.pgbouncer) as (peer,):
            _grow(samples, options.sessions, [routes.through(fleet, peer, name) for name in ENDPOINTS])
    return samples.table(f"Memory over {options.sessions} idle sessions", routes.SIDECAR)


def _grow(samples, count, ways):
    say(f"  {ways[0].name}: {count} sessions")
    for way in ways:
        _connect(way).close()
    time.sleep(SETTLE)
    before = resident_kib(ways[0].pid())
    held = []
    try:
        for index in range(count):
            held.append(_connect(ways[index % len(ways)]))
        time.sleep(SETTLE)
        samples.add(ways[0].name, (resident_kib(ways[0].pid()) - before) / count, before)
    finally:
        for connection in held:
            connection.close()


def latency(options, folder, fleet):
    """Connect, `select 1`, disconnect, one after the other; the ways take turns, so that all see the same noise."""
    samples = Samples(Column("p50, ms", 2), Column("p50 - direct, ms", 2), Column("p10, ms", 2))
    with routes.Peers(folder, fleet, peers.haproxy, peers.pgbouncer) as started:
        ways = [routes.direct(fleet), routes.sidecar(fleet), *(routes.through(fleet, peer) for peer in started)]
        for _ in range(options.rounds):
            times = {way.name: [] for way in ways}
            for _ in range(options.connects):
                for way in ways:
                    began = time.perf_counter()
                    _connect(way).close()
                    times[way.name].append(1000 * (time.perf_counter() - began))
            middle = {name: sorted(values)[len(values) // 2] for name, values in times.items()}
            for name, values in times.items():
                samples.add(name, middle[name], middle[name] - middle[routes.DIRECT], sorted(values)[len(values) // 10])
    return samples.table(f"Warm session: connect, `select 1`, disconnect; {options.connects} a round")


def _connect(way):
    connection = psycopg.connect(**way.login, autocommit=True, connect_timeout=30)
    connection.execute("select 1").fetchone()
    return connection
