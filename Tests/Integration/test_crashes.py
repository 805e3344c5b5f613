"""kill -9 of what matters; nobody repairs anything by hand."""
import os
import signal
import threading

import psycopg

import processes
from waiting import eventually


def test_a_killed_postgres_is_replaced_by_the_next_generation(own_fleet):
    with own_fleet.connect() as connection:
        connection.execute("create table t (n int)")
        connection.execute("insert into t values (1)")
        [postmaster] = own_fleet.postmasters()
        busy, told = query_in_the_background(connection, "select pg_sleep(60)")
        eventually(lambda: own_fleet.is_running("pg_sleep(60)"), 10, "the query")
        os.kill(postmaster, signal.SIGKILL)
        busy.join(timeout=30)
        assert len(told) == 1 and isinstance(told[0], psycopg.Error), "a client of a dead database is told"
    with own_fleet.connect(proxy=1) as connection:
        assert connection.execute("select n from t").fetchone() == (1,)
    assert own_fleet.starts() == 2
    shown = own_fleet.admin("endpoint", "show", "demo")
    assert int(shown["endpoint"]["generation"]) == 2
    assert_story_is_in_order(shown["history"])


def query_in_the_background(connection, query):
    """The thread, and where its error will be."""
    told = []

    def run():
        try:
            connection.execute(query)
        except Exception as error:  # Looked at by whoever started it.
            told.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, told


def assert_story_is_in_order(history):
    agent = [entry for entry in history if entry["source"] == "agent"]
    versions = [(int(entry["generation"]), int(entry["sequence"])) for entry in agent]
    assert versions == sorted(set(versions)), "each transition once, in order"
    generations = [int(entry["generation"]) for entry in history]
    assert generations == sorted(generations)
    words = [entry["event"].lower() for entry in agent]
    first_running = next(index for index, word in enumerate(words) if "running" in word)
    failed = next(index for index, word in enumerate(words) if "failed" in word)
    last_running = max(index for index, word in enumerate(words) if "running" in word)
    assert first_running < failed < last_running


def test_a_killed_proxy_is_missed_by_nobody_for_long(own_fleet):
    with own_fleet.connect(proxy=1) as elsewhere:
        first = own_fleet.proxies[0]
        os.kill(first["pid"], signal.SIGKILL)
        assert elsewhere.execute("select 1").fetchone() == (1,), "sessions of the other go on"
        own_fleet.connect(proxy=1).close()
        eventually(lambda: serves(own_fleet, 0), 30, "the first proxy's return")
    eventually(lambda: own_fleet.proxies[0]["pid"] != first["pid"], 10, "its new pid in fleet.json")
    assert own_fleet.proxies[0]["postgres"] == first["postgres"]
    members = own_fleet.admin("members")["members"]
    assert {member["id"]: member["state"] in ("self", "alive") for member in members} == {"proxy-a": True, "proxy-b": True}


def serves(fleet, proxy):
    try:
        fleet.connect(proxy=proxy).close()
        return True
    except psycopg.OperationalError:
        return False


def test_a_cold_endpoint_wakes_through_either_proxy_while_the_other_is_dead(own_fleet):
    """One of the two owns the endpoint; whichever it is, a wake goes on without it, even while nobody starts it again."""
    for victim in 0, 1:
        own_fleet.wait_until_asleep()
        pid = own_fleet.proxies[victim]["pid"]
        os.kill(pid, signal.SIGSTOP)
        try:
            own_fleet.connect(proxy=1 - victim).close()
            assert own_fleet.proxies[victim]["pid"] == pid, "nobody came back to help"
        finally:
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: serves(own_fleet, victim), 30, "the proxy's return")


def test_a_killed_agent_takes_its_postgres_along(own_fleet):
    own_fleet.connect().close()
    [postmaster] = own_fleet.postmasters()
    agent = processes.parent_of(postmaster)
    os.kill(agent, signal.SIGKILL)
    own_fleet.connect().close()
    assert own_fleet.starts() == 2
    assert not processes.is_alive(postmaster)
