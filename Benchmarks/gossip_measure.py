"""Gossip between twenty real processes, ours and serf's. Started by Benchmarks/gossip."""
import argparse
import math
import os
import platform
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from child import cpu_seconds, resident_kib, wait_for
from gossip_fleet import SIZE, Ours
from gossip_packets import Packets
from report import Column, Samples, say
from serf_fleet import Serf

# For the whole run; a hang ends in the same orderly way as Ctrl-C.
LIMIT = 90 * 60
# After the fleet has come together, before anything is measured.
QUIET = 8
# How long everybody may take to have heard, before what is missing counts as lost.
SETTLE_LIMIT = 30
VERDICT_LIMIT = 60
FREEZE = 2
# After a freeze, for a verdict that came of it to show.
AFTER_FREEZE = 6

EACH = [Column("p50, ms", 2), Column("p99, ms", 2), Column("longest, ms", 1), Column("delivered, %", 2)]


def main():
    options = arguments()
    for number in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, lambda number, _: sys.exit(f"ended by {signal.Signals(number).name}"))
    signal.alarm(LIMIT)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    folder = Path(tempfile.mkdtemp(prefix="gossip-benchmark-"))
    results = {name: table for name, (table, _) in MEASUREMENTS.items()}
    load, versions = os.getloadavg()[0], {}
    try:
        for round_number in range(options.rounds):
            for kind in [Ours] + ([] if options.alone else [Serf]):
                own = folder / f"{round_number}"
                own.mkdir(exist_ok=True)
                say(f"round {round_number + 1}: {SIZE} processes of {kind.kind}")
                fleet = kind(own)
                try:
                    versions[kind.kind] = fleet.version()
                    time.sleep(QUIET)
                    for name in options.what or MEASUREMENTS:
                        say(f"  {name}, load average {os.getloadavg()[0]:.1f}")
                        MEASUREMENTS[name][1](options, fleet, results[name])
                finally:
                    fleet.end()
        print(surroundings(load, versions.values()))
        for name in options.what or MEASUREMENTS:
            print(results[name].table(TITLES[name].format(**vars(options), size=SIZE, others=SIZE - 1)))
        print(f"Load average at the end: {os.getloadavg()[0]:.1f}")
    finally:
        if options.keep:
            say(f"what the members told is in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def arguments():
    parser = argparse.ArgumentParser(
        prog="Benchmarks/gossip", description=f"Measures gossip between {SIZE} processes beside serf.")
    parser.add_argument("what", nargs="*", help=f"of {', '.join(MEASUREMENTS)}; all without it")
    parser.add_argument("--rounds", type=int, default=1, help="medians are printed")
    parser.add_argument("--changes", type=int, default=120, help="single ones, half a second apart")
    parser.add_argument("--deaths", type=int, default=12, help="members killed, one after the other")
    parser.add_argument("--freezes", type=int, default=10, help="members stopped, one after the other")
    parser.add_argument("--idle", type=int, default=60, help="seconds")
    parser.add_argument("--alone", action="store_true", help="without serf")
    parser.add_argument("--keep", action="store_true", help="keeps what the members wrote")
    options = parser.parse_args()
    if unknown := [name for name in options.what if name not in MEASUREMENTS]:
        parser.error(f"{unknown[0]} is none of {', '.join(MEASUREMENTS)}")
    return options


# MARK: The measurements

def idle(options, fleet, samples):
    pids = fleet.pids()
    before, start = [cpu_seconds(pid) for pid in pids], time.monotonic()
    with Packets(fleet.port) as packets:
        time.sleep(options.idle)
    seconds = time.monotonic() - start
    shares = [100 * (cpu_seconds(pid) - used) / seconds for pid, used in zip(pids, before)]
    samples.add(
        fleet.kind, packets.bytes / SIZE / seconds, packets.count / SIZE / seconds, statistics.mean(shares),
        max(shares), statistics.mean(resident_kib(pid) for pid in pids) / 1024)


def change(options, fleet, samples):
    whats = []
    for number in range(options.changes):
        whats.append(fleet.publish(number % SIZE))
        time.sleep(0.5)
    add_spread(fleet, samples, whats)


def stream(_, fleet, samples):
    add_spread(fleet, samples, fleet.rate([0], 100, 10))


def storm(_, fleet, samples):
    """Only ours: at a quarter of it serf loses a sixth of the events, and nothing brings them back."""
    if fleet.kind != "sidecar":
        return
    before = {name: (state["facts"], state["repaired"]) for name, state in fleet.state().items()}
    pids = fleet.pids()
    used = [cpu_seconds(pid) for pid in pids]
    whats = fleet.rate(range(SIZE), 100, 5)

    def settled():
        """Everybody has everything, and the same. Asked seldom: answers cost them time."""
        time.sleep(0.5)
        states = fleet.state()
        return len({state["root"] for state in states.values()}) == 1 and all(
            state["facts"] - before[name][0] == len(whats) for name, state in states.items())
    try:
        wait_for(settled, SETTLE_LIMIT, "all know the same")
        lost = 0
    except TimeoutError:
        lost = len(whats) * (SIZE - 1) - fleet.record.deliveries(whats)
    cpu = [cpu_seconds(pid) - one for pid, one in zip(pids, used)]
    repaired = sum(state["repaired"] - before[name][1] for name, state in fleet.states.items())
    delays = sorted(delay for what in whats if (delay := fleet.record.delay(what, SIZE)) is not None)
    say("    " + ", ".join(f"{key} {sum(state[key] for state in fleet.states.values()):,}" for key in (
        "sent", "received", "bytes_sent", "kernel_drops", "unsent", "news", "news_over_rate", "news_degraded",
        "news_dropped", "pulls", "repairs", "repairs_failed", "suspicions", "deaths")))
    samples.add(
        fleet.kind, percentile(delays, 50), percentile(delays, 99), max(delays, default=None), lost, repaired,
        statistics.mean(cpu), max(cpu))


def death(options, fleet, samples):
    dice, firsts, alls = random.Random(1), [], []
    for _ in range(options.deaths):
        victim = dice.randrange(SIZE)
        name, start = fleet.name(victim), time.monotonic_ns()
        fleet.kill(victim)

        def known(health, since):
            fleet.poll()
            return len(fleet.record.first_verdicts(health, name, since)) == SIZE - 1
        wait_for(lambda: known("dead", start), VERDICT_LIMIT, f"all say that {name} is dead")
        verdicts = fleet.record.first_verdicts("dead", name, start).values()
        firsts.append((min(verdicts) - start) / 1e9)
        alls.append((max(verdicts) - start) / 1e9)
        say(f"    {name}: first {firsts[-1]:.2f} s, all {alls[-1]:.2f} s")
        restart = time.monotonic_ns()
        fleet.start(victim)
        wait_for(lambda: known("alive", restart), VERDICT_LIMIT, f"all say that {name} is alive")
        time.sleep(dice.uniform(1, 2))
    samples.add(fleet.kind, percentile(alls, 50), percentile(alls, 99), percentile(firsts, 50), len(alls))


def freeze(options, fleet, samples):
    dice, start = random.Random(2), time.monotonic_ns()
    for _ in range(options.freezes):
        victim = dice.randrange(SIZE)
        fleet.signal(victim, signal.SIGSTOP)
        try:
            time.sleep(FREEZE)
        finally:
            fleet.signal(victim, signal.SIGCONT)
        time.sleep(AFTER_FREEZE)
    time.sleep(AFTER_FREEZE)
    fleet.poll()
    false = sum(1 for when, _, verdict, _ in fleet.record.verdicts if verdict == "dead" and when >= start)
    samples.add(fleet.kind, false, options.freezes)


def add_spread(fleet, samples, whats):
    wanted = len(whats) * (SIZE - 1)

    def settled():
        fleet.poll()
        return fleet.record.deliveries(whats) >= wanted
    try:
        wait_for(settled, SETTLE_LIMIT, "delivery")
    except TimeoutError:
        pass
    delays = sorted(delay for what in whats if (delay := fleet.record.delay(what, SIZE)) is not None)
    share = 100 * fleet.record.deliveries(whats) / wanted
    samples.add(fleet.kind, percentile(delays, 50), percentile(delays, 99), max(delays, default=None), share)


def percentile(values, share):
    """By nearest rank."""
    return sorted(values)[max(0, math.ceil(len(values) * share / 100) - 1)] if values else None


def surroundings(load, versions):
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    return "\n".join([
        f"- {os.cpu_count()} cores, {model}; Linux {platform.release()}; load average {load:.1f} at the start",
        *(f"- {version}" for version in versions), ""])


TITLES = {
    "idle": "Idle, {idle} s: per member",
    "change": "One change at one member, until all {others} others know it; {changes} changes",
    "stream": "100 events/s from one member for 10 s, until all {others} others know each",
    "storm": "2,000 events/s, 100 from each of {size} members, for 5 s",
    "death": "kill -9 of one member, until the {others} others say dead; {deaths} times",
    "freeze": "One member stopped for 2 s; {freezes} times",
}
MEASUREMENTS = {
    "idle": (Samples(Column("B/s sent, with IP and UDP", 0), Column("packets/s", 1), Column("mean CPU, % of a core", 3),
                     Column("highest CPU, %", 3), Column("RSS, MiB", 1)), idle),
    "change": (Samples(*EACH), change),
    "stream": (Samples(*EACH), stream),
    "storm": (Samples(Column("p50, ms", 1), Column("p99, ms", 1), Column("longest, ms", 1),
                      Column("lost after repair", 0), Column("brought by repair", 0),
                      Column("mean CPU-s per process", 2), Column("highest CPU-s", 2)), storm),
    "death": (Samples(Column("all, p50, s", 2), Column("all, p99, s", 2), Column("first, p50, s", 2),
                      Column("times", 0)), death),
    "freeze": (Samples(Column("members that were called dead", 0), Column("times", 0)), freeze),
}


if __name__ == "__main__":
    main()
