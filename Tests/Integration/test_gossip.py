"""Proxies that tell each other: who is there, where computes are, who wakes them; and strangers who say the same."""
import asyncio
import contextlib
import os
import random
import signal
import socket
import threading

import psycopg
import pytest

from guest import Guest
from sealing import Sealer, key_of
from waiting import eventually

REFUSED = "sidecar_gossip_datagrams_refused_total"
FRESH_NEWS = {"name": "sidecar_gossip_news_total", "outcome": "fresh"}


def asleep(fleet, endpoint="demo"):
    fleet.admin("suspend", endpoint)


def awake(fleet, endpoint="demo"):
    fleet.connect(endpoint=endpoint).close()


@pytest.fixture
def guest(trio):
    """A fourth proxy, which hears of computes by gossip alone. It has seen `demo`'s role, and the fleet has seen it."""
    awake(trio)
    with Guest(trio, "guest") as guest:
        eventually(lambda: guest.metric("sidecar_gossip_members", health="alive") == 4, 10, "the fleet at the guest")
        eventually(lambda: state_of(trio, 0, "guest") == "alive", 10, "the guest at the fleet")
        eventually(lambda: guest.metric("sidecar_gossip_facts") >= 1, 10, "the fleet's facts at the guest")
        guest.connect().close()
        yield guest


def state_of(fleet, proxy, member):
    return fleet.members(proxy)[0].get(member, {}).get("state")


def started(fleet, proxy, member):
    return fleet.members(proxy)[0].get(member, {}).get("started_unix_micros", 0)


# Who is there


def test_proxies_find_each_other_and_agree(trio):
    awake(trio)
    asleep(trio)
    eventually(trio.agrees, 10, "agreement")
    root, key = trio.root_of(0), key_of((trio.data / "gossip.keys").read_text())[0]
    awake(trio)
    eventually(lambda: trio.root_of(0) != root, 10, "another root, because another thing is known")
    eventually(trio.agrees, 10, "the same root everywhere")
    for proxy, known in enumerate(trio.proxies):
        members, gossip = eventually(lambda: measured(trio, proxy), 15, "a round trip to everybody")
        assert {"proxy-a", "proxy-b", "proxy-c"} <= set(members)
        assert members[known["id"]]["state"] == "self"
        for other in trio.proxies:
            member = members[other["id"]]
            assert (member["gossip"], member["grpc"]) == (other["gossip"], other["grpc"])
            assert (member["sending_key"], member["keys"], member["stream_only"]) == (key, [key], False)
        assert gossip["synced"] and gossip["facts"] >= 1 and gossip["addresses_found"] == 2
        assert gossip["staleness_millis"] < 10_000
        gauges = {health: trio.proxy_metric(proxy, "sidecar_gossip_members", health=health)
                  for health in ("alive", "suspect", "dead")}
        assert gauges == {"alive": 3, "suspect": 0, "dead": 0}
        assert trio.proxy_metric(proxy, "sidecar_gossip_addresses_found") == 2
        assert trio.proxy_metric(proxy, "sidecar_gossip_replicas_wanted") == 3


def measured(fleet, proxy):
    members, gossip = fleet.members(proxy)
    others = [member for member in members.values() if member["state"] != "self"]
    return all(member.get("round_trip_micros", 0) > 0 for member in others) and (members, gossip)


def test_a_killed_proxy_is_called_dead_and_welcome_when_it_is_back(trio, guest):
    deaths = trio.everywhere("sidecar_gossip_deaths_total")
    guest.end(signal.SIGKILL)
    for proxy in range(3):
        eventually(lambda: state_of(trio, proxy, "guest") == "dead", 10, "the verdict")
        assert trio.proxy_metric(proxy, "sidecar_gossip_members", health="dead") >= 1
    assert trio.everywhere("sidecar_gossip_deaths_total") == [count + 1 for count in deaths]
    guest.start()
    for proxy in range(3):
        eventually(lambda: state_of(trio, proxy, "guest") == "alive", 10, "its return")


def test_a_proxy_that_is_started_again_is_another_one_and_knows_what_the_first_knew(trio):
    awake(trio)
    wakes, before = trio.wakes(), started(trio, 0, "proxy-c")
    os.kill(trio.proxies[2]["pid"], signal.SIGKILL)
    for proxy in 0, 1:
        trio.connect(proxy).close()
    for proxy in range(3):
        eventually(lambda: started(trio, proxy, "proxy-c") > before, 20, "the new one")
    eventually(trio.agrees, 20, "agreement")
    trio.connect(2).close()
    assert trio.wakes() == wakes, "the new one knew where demo runs"


def test_a_proxy_that_stands_still_for_two_seconds_is_not_called_dead(trio):
    pid = trio.proxies[1]["pid"]
    verdicts = "sidecar_gossip_deaths_total", "sidecar_gossip_returns_total"
    before = [trio.everywhere(name) for name in verdicts]
    pauses = trio.proxy_metric(1, "sidecar_gossip_pauses_total")
    os.kill(pid, signal.SIGSTOP)
    try:
        threading.Event().wait(2)  # How long it stands still is the point here.
    finally:
        os.kill(pid, signal.SIGCONT)
    eventually(lambda: trio.proxy_metric(1, "sidecar_gossip_pauses_total") > pauses, 5, "its own notice of the pause")
    eventually(trio.agrees, 10, "agreement")
    assert [trio.everywhere(name) for name in verdicts] == before
    assert trio.proxies[1]["pid"] == pid


# What they tell each other


def test_a_wake_through_one_proxy_is_known_at_another_that_asks_nobody(trio, guest):
    asleep(trio)
    heard = guest.metric(**FRESH_NEWS)
    awake(trio)
    eventually(lambda: guest.metric(**FRESH_NEWS) > heard, 5, "the news")
    eventually(guest.agrees, 5, "the last of the news")
    wakes, asked = trio.wakes(), trio.everywhere("sidecar_wake_requests_total")
    hits = guest.metric("sidecar_cache_lookups_total", cache="location", outcome="hit")
    own = guest.metric("sidecar_wake_requests_total")
    guest.connect().close()
    assert guest.metric("sidecar_cache_lookups_total", cache="location", outcome="hit") == hits + 1
    assert guest.metric("sidecar_wake_requests_total") == own
    assert (trio.wakes(), trio.everywhere("sidecar_wake_requests_total")) == (wakes, asked)


def test_nobody_dials_an_address_that_another_proxy_knows_dead(trio, guest):
    def kill_postgres():
        os.kill(trio.postmasters()[0], signal.SIGKILL)

    def kill_agent():
        # Nobody is left to report it: the first client finds out, and the others hear it from its proxy.
        postmaster = trio.postmasters()[0]
        os.kill(trio.agent_of(postmaster), signal.SIGKILL)
        eventually(lambda: postmaster not in trio.postmasters(), 10, "an end of its database")
        awake(trio)

    for end in lambda: asleep(trio), kill_postgres, kill_agent:
        heard, failures = guest.metric(**FRESH_NEWS), guest.metric("proxy_connection_failures_total")
        end()
        eventually(lambda: guest.metric(**FRESH_NEWS) > heard, 10, "the news")
        eventually(guest.agrees, 5, "the last of the news")
        guest.connect().close()
        assert guest.metric("proxy_connection_failures_total") == failures


def test_a_resync_fetches_everything_anew(trio):
    awake(trio)
    eventually(lambda: trio.proxy_metric(0, "sidecar_gossip_facts") >= 1, 5, "a fact")
    repaired = trio.proxy_metric(0, "sidecar_gossip_repairs_total", outcome="completed")
    facts = trio.proxy_metric(0, "sidecar_gossip_facts")
    trio.admin("gossip", "resync", "--proxy", "proxy-a")
    eventually(lambda: trio.proxy_metric(0, "sidecar_gossip_repairs_total", outcome="completed") > repaired, 10,
               "the repair")
    eventually(trio.agrees, 10, "agreement")
    assert trio.proxy_metric(0, "sidecar_gossip_facts") == facts
    wakes = trio.wakes()
    trio.connect(0).close()
    assert trio.wakes() == wakes


def test_a_fleet_that_was_killed_whole_knows_the_running_databases_again(trio):
    # So long after its last use that its agent has nothing new to say.
    with trio.connect() as connection:
        connection.execute("begin")
        eventually(lambda: last_event(trio) == "active", 10, "the report of its use")
    eventually(lambda: last_event(trio) == "idle", 10, "the report of its end")
    wakes, pids = trio.wakes(), [proxy["pid"] for proxy in trio.proxies]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not set(pids) & {proxy["pid"] for proxy in trio.proxies}, 20, "three new proxies")
    for proxy in range(3):
        eventually(lambda: trio.proxy_metric(proxy, "sidecar_gossip_facts") >= 1, 10, "the agent's word")
        trio.connect(proxy).close()
    assert trio.wakes() == wakes
    eventually(trio.agrees, 20, "agreement")


def last_event(fleet, endpoint="demo"):
    return fleet.admin("endpoint", "show", endpoint)["history"][-1]["event"]


# One wake


def test_two_hundred_clients_at_three_proxies_wake_once_again_and_again(trio):
    for _ in range(3):
        asleep(trio)
        wakes, starts = trio.wakes(), trio.starts()
        answers = asyncio.run(everybody(trio, 200, [0, 1, 2]))
        assert answers == [(1,)] * 200
        assert (trio.wakes() - wakes, trio.starts() - starts) == (1, 1)


def test_an_owner_that_is_killed_in_mid_flight_costs_no_client_an_error(trio):
    asleep(trio)
    owner = trio.owner()
    asleep(trio)
    wakes, starts, pid = trio.wakes(), trio.starts(), trio.proxies[owner]["pid"]

    def kill_when_the_wake_is_under_way():
        eventually(lambda: trio.wakes() > wakes, 20, "the wake")
        os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_when_the_wake_is_under_way)
    killer.start()
    answers = asyncio.run(everybody(trio, 200, [proxy for proxy in range(3) if proxy != owner]))
    killer.join()
    assert answers == [(1,)] * 200
    assert trio.wakes() - wakes <= 2 and trio.starts() - starts == 1
    eventually(lambda: trio.proxies[owner]["pid"] != pid, 20, "the owner's return")


async def everybody(fleet, count, proxies):
    """What `select 1` answers to so many clients, one after the other at each of the proxies."""
    conninfos = [fleet.conninfo(proxy) for proxy in proxies]

    async def one(number):
        async with await psycopg.AsyncConnection.connect(**conninfos[number % len(proxies)]) as connection:
            return await (await connection.execute("select 1")).fetchone()

    return await asyncio.gather(*(one(number) for number in range(count)))


def test_a_rolling_restart_of_five_proxies_costs_no_client_an_error(five):
    awake(five)
    eventually(five.agrees, 20, "five proxies that agree")
    wakes = five.wakes()
    with Load(five, workers=4) as load:
        for proxy in range(5):
            roll(five, load, proxy)
    eventually(five.agrees, 20, "agreement")
    assert load.errors == []
    assert min(load.connects) >= 5, load.connects
    assert five.wakes() == wakes, "whoever was started again knew where demo runs"
    assert five.everywhere("sidecar_gossip_deaths_total") == [0] * 5


def roll(fleet, load, proxy):
    before = fleet.proxies[proxy]["pid"]
    load.leave(proxy)
    os.kill(before, signal.SIGTERM)
    connects = sum(load.connects)
    eventually(lambda: fleet.proxies[proxy]["pid"] != before, 20, "a new proxy")
    eventually(lambda: fleet.get(fleet.proxies[proxy]["http"], "/readyz")[0] == 200, 10, "its readiness")
    assert sum(load.connects) > connects, "the load went on meanwhile"
    load.come_back(proxy)


class Load:
    """Clients that connect again and again, at any proxy that is not being restarted."""

    def __init__(self, fleet, workers):
        self.conninfos = [fleet.conninfo(proxy) for proxy in range(len(fleet.proxies))]
        self.connects, self.errors = [0] * len(self.conninfos), []
        self.open, self.busy = set(range(len(self.conninfos))), [0] * len(self.conninfos)
        self.changed, self.is_over = threading.Condition(), False
        self.threads = [threading.Thread(target=self.work, args=(seed,)) for seed in range(workers)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        for thread in self.threads:
            thread.join()

    def leave(self, proxy):
        """Nobody goes there any more; returns when those who are there have been served."""
        with self.changed:
            self.open.remove(proxy)
            assert self.changed.wait_for(lambda: self.busy[proxy] == 0, timeout=20)

    def come_back(self, proxy):
        with self.changed:
            self.open.add(proxy)

    def work(self, seed):
        dice = random.Random(seed)
        while not self.is_over:
            with self.changed:
                proxy = dice.choice(sorted(self.open))
                self.busy[proxy] += 1
            try:
                with psycopg.connect(**self.conninfos[proxy], autocommit=True) as connection:
                    assert connection.execute("select 1").fetchone() == (1,)
                self.connects[proxy] += 1
            except Exception as error:  # Looked at by the test.
                self.errors.append((proxy, error))
            with self.changed:
                self.busy[proxy] -= 1
                self.changed.notify_all()


# Strangers


@pytest.fixture
def target(trio):
    """Sends datagrams to the first proxy's gossip, and tells what it counted of them."""
    with contextlib.closing(Target(trio, 0)) as target:
        yield target


class Target:
    def __init__(self, fleet, proxy):
        self.fleet, self.proxy = fleet, proxy
        host, port = fleet.proxies[proxy]["gossip"].rsplit(":", 1)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.socket.connect((host, int(port)))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]

    def close(self):
        self.socket.close()

    def counts(self, datagrams, name=REFUSED, **labels):
        """Sends them, and asserts that this is counted once for each, and that nobody answers."""
        before = self.fleet.proxy_metric(self.proxy, name, **labels)
        for datagram in datagrams:
            self.socket.send(datagram)
        wanted = before + len(datagrams)
        eventually(lambda: self.fleet.proxy_metric(self.proxy, name, **labels) >= wanted, 5, f"{name} {labels}")
        assert self.fleet.proxy_metric(self.proxy, name, **labels) == wanted
        with pytest.raises(BlockingIOError):
            self.socket.recv(2048)


@pytest.fixture
def unharmed(trio):
    """Whatever the test sends, the fleet is afterwards what it was before."""
    awake(trio)
    eventually(trio.agrees, 10, "agreement")
    before = [who_is_there(trio, proxy) for proxy in range(3)]
    asked, pids = trio.everywhere("sidecar_wake_requests_total"), [proxy["pid"] for proxy in trio.proxies]
    yield
    eventually(trio.agrees, 10, "agreement")
    assert [who_is_there(trio, proxy) for proxy in range(3)] == before
    for proxy in range(3):
        trio.connect(proxy).close()
    assert trio.everywhere("sidecar_wake_requests_total") == asked
    assert [proxy["pid"] for proxy in trio.proxies] == pids


def who_is_there(fleet, proxy):
    """Members, processes and facts: what an attacker would move."""
    members, gossip = fleet.members(proxy)
    return (gossip["facts"], gossip["addresses_found"],
            sorted((name, member["started_unix_micros"], member["gossip"]) for name, member in members.items()),
            [fleet.proxy_metric(proxy, f"sidecar_gossip_{name}_total") for name in ("deaths", "tied_versions")])


def test_datagrams_of_strangers_change_nothing_but_a_counter(trio, target, unharmed):
    dice = random.Random(20)
    known = b"\1" + bytes([key_of((trio.data / "gossip.keys").read_text())[0]])
    target.counts([dice.randbytes(length) for length in range(42)], reason="too_short")
    target.counts([b"\2" + dice.randbytes(99) for _ in range(20)], reason="unknown_version")
    target.counts([b"\1\x63" + dice.randbytes(99) for _ in range(20)], reason="unknown_key")
    target.counts([known + dice.randbytes(length) for length in range(40, 1199, 40)], reason="not_authentic")
    target.counts([known + dice.randbytes(1998), dice.randbytes(9000)], reason="too_long")


def test_datagrams_of_insiders_who_misbehave_change_nothing_but_a_counter(trio, target, unharmed):
    key_id, key = key_of((trio.data / "gossip.keys").read_text())
    dice, now = random.Random(21), Sealer(key, trio.cluster, sender=1).epoch

    def sealer(key=key, cluster=trio.cluster, **how):
        return Sealer(key, cluster, sender=dice.getrandbits(64), key_id=key_id, **how)

    target.counts([sealer(key=dice.randbytes(32)).hello("mallory", target.port)], reason="not_authentic")
    target.counts([sealer(cluster="another").hello("mallory", target.port)], reason="not_authentic")
    target.counts([sealer(epoch=now + 3_600_000).hello("mallory", target.port)], reason="epoch_ahead")
    whole = sealer().hello("mallory", target.port)
    target.counts([whole[:length] for length in (43, 60, len(whole) - 1)], reason="not_authentic")
    damaged = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:] for at in (5, 15, 24, 30, len(whole) - 1)]
    target.counts(damaged, reason="not_authentic")

    babbler = sealer()
    babble = [babbler.seal(dice.randbytes(length)) for length in (0, 3, 4, 200, 1158)]
    target.counts(babble, "sidecar_gossip_datagrams_malformed_total")
    target.counts(babble + babble, reason="replayed")
    target.counts([babbler.packet(b"\x7f" + dice.randbytes(20))], "sidecar_gossip_datagrams_malformed_total")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may listen to what others send")
def test_a_replayed_datagram_of_a_member_is_refused(trio, target, unharmed):
    ETHERNET, IP_AND_UDP, every_protocol = 14, 28, 3
    ports = {int(proxy["gossip"].rsplit(":", 1)[1]) for proxy in trio.proxies[1:]}
    heard = []
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(every_protocol)) as wire:
        wire.bind(("lo", 0))
        wire.settimeout(10)
        while len(heard) < 4:
            frame = wire.recv(65535)[ETHERNET:]
            source, destination = (int.from_bytes(frame[at:at + 2], "big") for at in (20, 22))
            if frame[0] == 0x45 and frame[9] == socket.IPPROTO_UDP and source in ports \
                    and destination == target.socket.getpeername()[1] and frame[IP_AND_UDP:] not in heard:
                heard.append(frame[IP_AND_UDP:])
    target.counts(heard * 5, reason="replayed")


def test_proxies_of_other_fleets_are_refused_and_never_listed(trio, unharmed):
    key_id, other_key = key_of((trio.data / "gossip.keys").read_text())[0], random.Random(22).randbytes(32).hex()

    def keys(id):
        path = trio.data / f"stranger-{id}.keys"
        replace(path, f"{id} {other_key} send\n")
        return path

    before = {reason: trio.everywhere(REFUSED, reason=reason) for reason in ("unknown_key", "not_authentic")}
    with Guest(trio, "stranger-a", cluster="another") as another_cluster, \
            Guest(trio, "stranger-b", key_file=keys(key_id)) as another_key, \
            Guest(trio, "stranger-c", key_file=keys(key_id + 1)) as another_name:
        for reason, then in before.items():
            eventually(lambda: all(new > old for new, old in zip(trio.everywhere(REFUSED, reason=reason), then)), 15,
                       f"refusals at each: {reason}")
        for stranger in another_cluster, another_key, another_name:
            assert stranger.metric("sidecar_gossip_addresses_found") == 3
            assert stranger.metric("sidecar_gossip_members", health="alive") == 1
            assert stranger.metric("sidecar_gossip_facts") == 0
            with stranger.connect() as connection:
                assert connection.execute("select 1").fetchone() == (1,), "alone, it serves all the same"
        for proxy in range(3):
            assert not [name for name in trio.members(proxy)[0] if name.startswith("stranger")]


# Keys


def test_a_key_is_changed_while_facts_go_on_spreading(trio, guest):
    path, second = trio.data / "gossip.keys", random.Random(23).randbytes(32).hex()
    old, key = key_of(path.read_text())
    first = key.hex()
    refused = [trio.everywhere(REFUSED), guest.metric(REFUSED)]
    steps = [(f"{old} {first} send\n7 {second} receive\n", [old, 7], old),
             (f"{old} {first} receive\n7 {second} send\n", [old, 7], 7), (f"7 {second} send\n", [7], 7)]
    for text, keys, sending in steps:
        replace(path, text)
        for proxy in range(3):
            eventually(lambda: keys_in_use(trio, proxy) == [(keys, sending)] * 4, 15,
                       f"keys {keys}, sending {sending}, at every member")
        heard = guest.metric(**FRESH_NEWS)
        awake(trio) if trio.postmasters() == [] else asleep(trio)
        eventually(lambda: guest.metric(**FRESH_NEWS) > heard, 5, "news under the new keys")
    assert [trio.everywhere(REFUSED), guest.metric(REFUSED)] == refused, "not one datagram was lost to it"


def keys_in_use(fleet, proxy):
    """Of every live member, as this proxy sees it: what it can open with, and what it seals with."""
    members = fleet.members(proxy)[0].values()
    return [(member["keys"], member["sending_key"]) for member in members if member["state"] in ("self", "alive")]


def replace(path, text):
    """As a mounted secret changes: at once."""
    fresh = path.with_suffix(".new")
    with open(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    os.replace(fresh, path)
