"""SIGTERM to a proxy: it takes no new clients, ends those it has where that loses nothing, and is gone by its deadline."""
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

import processes
import wire
from balancer import Balancer
from conftest import new_folder
from fleet import Fleet
from lone import BIN, LoneProxy
from rawsession import RawSession, cancel, fields
from waiting import eventually

WORDS = "terminating connection due to administrator command"


@pytest.fixture
def drained(control_plane):
    """Starts a proxy with these options in front of `database`; as many as a test wants."""
    folder, proxies = new_folder(), []

    def start(*arguments, deadline="60s"):
        name = f"lone-{len(proxies)}"
        proxies.append(LoneProxy(folder, control_plane, "--drain-deadline", deadline, *arguments, name=name).start())
        return proxies[-1]

    yield start
    for proxy in proxies:
        if proxy.process.poll() is None:
            proxy.end(signal.SIGQUIT)
        proxy.process.stdout.close()
    shutil.rmtree(folder, ignore_errors=True)


def shut_down():
    """What a statement meets after the last words. libpq gives their code only when they were an answer to something."""
    return pytest.raises(psycopg.OperationalError, match=WORDS)


def terminate(proxy):
    """Returns when it takes no new clients any more."""
    proxy.process.send_signal(signal.SIGTERM)
    eventually(lambda: not listens(proxy.port), 20, "the end of accepting")


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        return True
    # Reset: in the queue of those whom nobody has accepted when the listener closed.
    except (ConnectionRefusedError, ConnectionResetError):
        return False


def status(proxy, path="/readyz"):
    try:
        with urllib.request.urlopen(f"http://{proxy.told['http']}{path}", timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def waiting_for(proxy, what):
    return proxy.metric("sidecar_drain_sessions", waiting_for=what)


def ends(proxy, limit=30):
    status = proxy.process.wait(timeout=limit)
    log = proxy.log.read_text()
    assert status == 0, f"ended with {status}: {log[max(log.find('Fatal error'), len(log) - 40_000):][:8000]}"
    return True


def hears_its_end(connection):
    """Whether the server has said something to a client that is idle."""
    return bool(select.select([connection.fileno()], [], [], 0)[0])


# One session


def test_an_idle_session_is_ended_at_once_and_told_to_come_back(drained):
    proxy = drained()
    with proxy.connect() as session:
        session.execute("select 1")
        proxy.process.send_signal(signal.SIGTERM)
        eventually(lambda: hears_its_end(session), 20, "the last words")
        with shut_down() as told:
            session.execute("select 1")
        assert re.search(r"HINT:  Connect again\. Session: [-0-9a-f]{36}\.", str(told.value))
    assert ends(proxy)


def test_a_transaction_is_let_to_its_end(drained):
    proxy = drained()
    with proxy.connect() as session:
        session.execute("begin")
        session.execute("create temp table t (n int)")
        terminate(proxy)
        assert status(proxy) == 503 and status(proxy, "/healthz") == status(proxy, "/v1/status") == 200
        session.execute("insert into t values (1)")
        assert waiting_for(proxy, "idle_point") == 1
        assert session.execute("select count(*) from t").fetchone() == (1,)
        session.execute("commit")
        eventually(lambda: hears_its_end(session), 20, "the last words")
        with shut_down():
            session.execute("select 1")
    assert ends(proxy)


def test_a_failed_transaction_is_no_idle_point_either(drained):
    proxy = drained()
    with proxy.connect() as session:
        session.execute("begin")
        with pytest.raises(psycopg.errors.DivisionByZero):
            session.execute("select 1 / 0")
        terminate(proxy)
        with pytest.raises(psycopg.errors.InFailedSqlTransaction):
            session.execute("select 1")
        session.execute("rollback")
        eventually(lambda: hears_its_end(session), 20, "the last words")
    assert ends(proxy)


def test_a_long_query_is_let_to_its_end(drained, database):
    proxy = drained()
    with proxy.connect() as session, ThreadPoolExecutor(1) as pool, database.connect() as observer:
        running = pool.submit(lambda: session.execute("select 42 from pg_sleep(3)").fetchone())
        eventually(lambda: observer.execute(
            "select count(*) from pg_stat_activity where query like '%pg_sleep(3)' and state = 'active'").fetchone() == (1,),
            20, "the query")
        terminate(proxy)
        assert running.result(timeout=30) == (42,)
        eventually(lambda: hears_its_end(session), 20, "the last words")
    assert ends(proxy)


def test_a_copy_is_let_to_its_end(drained, database):
    proxy = drained()
    with database.connect() as observer:
        observer.execute("create table copied (n int); grant all on copied to demo")
        try:
            with proxy.connect() as session, session.cursor() as cursor:
                with cursor.copy("copy copied from stdin") as copy:
                    copy.write("1\n" * 10_000)
                    terminate(proxy)
                    copy.write("2\n" * 10_000)
                eventually(lambda: hears_its_end(session), 20, "the last words")
            assert observer.execute("select count(*) from copied").fetchone() == (20_000,)
        finally:
            observer.execute("drop table copied")
    assert ends(proxy)


def test_a_query_that_crosses_the_last_words_was_never_executed(drained, database):
    """A client that sends in the very moment: what it hears is 57P01, and its statement is not in the database."""
    proxy = drained()
    with database.connect() as observer:
        observer.execute("create table crossed (n int); grant all on crossed to demo")
        try:
            sessions, done = [proxy.connect() for _ in range(8)], []
            stop = threading.Event()

            def insert(session):
                try:
                    while not stop.is_set():
                        session.execute("insert into crossed values (1)")
                        done.append(1)
                except psycopg.OperationalError as error:
                    assert WORDS in str(error)

            with ThreadPoolExecutor(8) as pool:
                running = [pool.submit(insert, session) for session in sessions]
                eventually(lambda: len(done) > 200, 30, "some work")
                proxy.process.send_signal(signal.SIGTERM)
                try:
                    for work in running:
                        work.result(timeout=30)
                finally:
                    stop.set()
            for session in sessions:
                session.close()
            assert observer.execute("select count(*) from crossed").fetchone() == (len(done),)
        finally:
            observer.execute("drop table crossed")
    assert ends(proxy)


def test_a_client_whose_database_is_being_woken_gets_there_first(drained, control_plane):
    known, is_woken = control_plane.computes["demo"], threading.Event()
    control_plane.computes["demo"] = lambda _: is_woken.wait(30) and known
    proxy = drained()
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(proxy.connect)
        eventually(lambda: any("wake" in call for call, _, _ in control_plane.calls), 20, "the wake")
        terminate(proxy)
        eventually(lambda: waiting_for(proxy, "login") == 1, 20, "the login to be counted")
        assert proxy.process.poll() is None
        is_woken.set()
        with coming.result(timeout=30) as session:
            eventually(lambda: hears_its_end(session), 20, "the last words")
            with shut_down():
                session.execute("select 1")
    assert ends(proxy)


def test_a_stranger_that_says_nothing_holds_nobody_up(drained):
    proxy = drained()
    with socket.create_connection(("127.0.0.1", proxy.port)) as stranger:
        eventually(lambda: proxy.metric("sidecar_sessions") == 1, 20, "the connection")
        terminate(proxy)
        assert ends(proxy)
        stranger.settimeout(5)
        while stranger.recv(1024):
            pass


# The deadline, and people in a hurry


def test_the_deadline_ends_who_is_left(drained):
    proxy = drained(deadline="1s")
    with proxy.connect() as session:
        session.execute("begin")
        terminate(proxy)
        eventually(lambda: hears_its_end(session), 20, "the last words")
        with shut_down():
            session.execute("select 1")
    assert ends(proxy)


def test_a_second_signal_ends_everybody_now(drained):
    proxy = drained()
    with proxy.connect() as session:
        session.execute("begin")
        terminate(proxy)
        proxy.process.send_signal(signal.SIGTERM)
        eventually(lambda: hears_its_end(session), 20, "the last words")
        with shut_down():
            session.execute("select 1")
    assert ends(proxy)


def test_sigint_drains_too(drained):
    proxy = drained()
    with proxy.connect():
        proxy.process.send_signal(signal.SIGINT)
        assert ends(proxy)


# The lag


def test_in_the_lag_new_clients_are_served_and_readiness_says_no(drained):
    proxy = drained("--drain-lag", "50s")
    proxy.process.send_signal(signal.SIGTERM)
    eventually(lambda: status(proxy) == 503, 20, "readiness off")
    with proxy.connect() as session:
        assert session.execute("select 1").fetchone() == (1,)
        assert proxy.metric("sidecar_drain_phase", phase="lagging") == 1
        proxy.process.send_signal(signal.SIGTERM)
        eventually(lambda: hears_its_end(session), 20, "the last words")
    assert ends(proxy)


# Sessions whose idle points say nothing


def test_a_listener_waits_for_the_deadline_by_default(drained, database):
    proxy = drained(deadline="6s")
    with proxy.connect() as listener, proxy.connect() as idle, database.connect() as other:
        listener.execute("listen news")
        terminate(proxy)
        eventually(lambda: hears_its_end(idle), 20, "the end of the idle session")
        assert waiting_for(proxy, "listen") == 1
        other.execute("notify news, 'still here'")
        assert next(listener.notifies()).payload == "still here"
        eventually(lambda: hears_its_end(listener), 20, "the deadline")
        with shut_down():
            listener.execute("select 1")
    assert ends(proxy)


def test_a_listener_is_ended_when_the_policy_says_so(drained):
    proxy = drained("--drain-listen", "end")
    with proxy.connect() as listener:
        listener.execute("listen news")
        proxy.process.send_signal(signal.SIGTERM)
        eventually(lambda: hears_its_end(listener), 20, "the last words")
    assert ends(proxy)


def receive_wal(proxy, folder, observer):
    receiver = subprocess.Popen(
        [BIN / "pg_receivewal", "-D", folder, "--no-sync", "--no-loop", "-s", "1", "-v"], env=proxy.environment_of_tools(),
        stderr=subprocess.PIPE, text=True)
    eventually(lambda: streams(observer), 30, "the walsender")
    return receiver


def streams(observer):
    """Whether all that there was has arrived: the session is not in the middle of a message then."""
    return observer.execute(
        "select count(*) from pg_stat_replication where application_name = 'pg_receivewal' and state = 'streaming'"
        " and write_lsn = pg_current_wal_lsn()").fetchone() == (1,)


@pytest.mark.parametrize("policy", ["wait", "end"])
def test_replication_follows_its_policy(drained, database, tmp_path, policy):
    proxy = drained("--drain-replication", policy)
    with database.connect() as observer:
        receiver = receive_wal(proxy, tmp_path, observer)
        try:
            terminate(proxy)
            if policy == "wait":
                eventually(lambda: waiting_for(proxy, "replication") == 1, 20, "the session to be left alone")
                assert receiver.poll() is None and streams(observer)
                proxy.process.send_signal(signal.SIGTERM)
            assert receiver.wait(timeout=20) != 0
            assert WORDS in receiver.stderr.read()
        finally:
            receiver.kill()
            receiver.wait()
            receiver.stderr.close()
    assert ends(proxy)


# Many sessions


def test_no_transaction_fails_behind_a_balancer(drained, database):
    """Two proxies, a balancer that asks for their readiness, clients that come back on 57P01: one of the two drains."""
    first, second = drained("--drain-lag", "1s"), drained()
    acknowledged, failures, returns, stop = [], [], [], threading.Event()
    with database.connect() as observer, Balancer([first, second]) as balancer:
        observer.execute("create table ledger (client int, n int); grant all on ledger to demo")

        def work(client):
            session, n = None, 0
            try:
                while not stop.is_set():
                    session = session or psycopg.connect(**first.conninfo(port=balancer.port))
                    try:
                        session.execute("insert into ledger values (%s, %s)", (client, n))
                        session.execute("select count(*) from ledger where client = %s", (client,))
                        session.commit()
                        acknowledged.append((client, n))
                        n += 1
                    except psycopg.OperationalError as error:
                        if WORDS not in str(error):
                            raise
                        returns.append(client)
                        session.close()
                        session = None
            except Exception as error:
                failures.append(error)
            finally:
                if session:
                    session.close()

        threads = [threading.Thread(target=work, args=(client,)) for client in range(12)]
        try:
            for thread in threads:
                thread.start()
            eventually(lambda: len(acknowledged) > 300, 60, "some work")
            first.process.send_signal(signal.SIGTERM)
            assert ends(first, 40)
            before = len(acknowledged)
            eventually(lambda: len(acknowledged) > before + 200, 60, "work through the other one")
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert failures == []
        assert returns, "nobody was on the proxy that was drained"
        rows = set(observer.execute("select client, n from ledger").fetchall())
        observer.execute("drop table ledger")
        assert rows == set(acknowledged)


def test_who_asks_for_its_health_at_the_very_end_does_not_make_it_fall(drained):
    """A connection that is accepted while the HTTP server stops belongs to nobody."""
    for _ in range(3):
        proxy, stop = drained(), threading.Event()
        host, port = proxy.told["http"].rsplit(":", 1)

        def ask():
            while not stop.is_set():
                try:
                    socket.create_connection((host, int(port)), timeout=5).close()
                except OSError:
                    pass

        threads = [threading.Thread(target=ask) for _ in range(4)]
        try:
            for thread in threads:
                thread.start()
            proxy.process.send_signal(signal.SIGTERM)
            assert ends(proxy, 40)
        finally:
            stop.set()
            for thread in threads:
                thread.join()


# The fleet of `up`


def test_healthy_proxies_say_so(fleet):
    for proxy in fleet.proxies:
        for path in "/healthz", "/readyz", "/v1/status":
            assert fleet.get(proxy["http"], path)[0] == 200
        assert "proxy_accepted_connections_total" in fleet.get(proxy["http"], "/metrics")[1]


def test_a_terminated_proxy_of_up_ends_and_another_takes_its_place(own_fleet):
    first = own_fleet.proxies[0]
    with own_fleet.connect(proxy=0) as session:
        session.execute("select 1")
        os.kill(first["pid"], signal.SIGTERM)
        eventually(lambda: hears_its_end(session), 20, "the last words")
        with shut_down():
            while True:
                session.execute("select 1")
        own_fleet.connect(proxy=1).close()
    eventually(lambda: not processes.is_alive(first["pid"]), 15, "the end of the proxy")
    eventually(lambda: not refuses(own_fleet, 0), 30, "a new proxy in its place")


def test_a_wake_under_way_at_a_drained_owner_still_brings_its_client_in(own_fleet):
    own_fleet.wait_until_asleep()
    owner = own_fleet.owner()
    own_fleet.wait_until_asleep()
    wakes, pid = own_fleet.wakes(), own_fleet.proxies[owner]["pid"]
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(lambda: own_fleet.connect(proxy=1 - owner))
        eventually(lambda: own_fleet.wakes() > wakes, 20, "the wake")
        os.kill(pid, signal.SIGTERM)
        with coming.result(timeout=60) as session:
            assert session.execute("select 1").fetchone() == (1,)
    eventually(lambda: not processes.is_alive(pid), 15, "the end of the owner")


def test_what_a_draining_proxy_runs_can_be_cancelled_through_another():
    fleet = Fleet(new_folder(0o700) / "data", suspend_after="never")
    try:
        fleet.start("--drain-deadline", "60s")
        eventually(fleet.agrees, 30, "two proxies that agree")
        with RawSession(fleet, 0, version=(3, 0)) as session:
            session.ask("select pg_sleep(60), 'drained'")
            eventually(lambda: fleet.is_running("'drained'", 1), 20, "the query")
            os.kill(fleet.proxies[0]["pid"], signal.SIGTERM)
            eventually(lambda: not listens(fleet.postgres_port(0)), 20, "the end of accepting")
            cancel(fleet.postgres_port(1), session.process_id, session.secret)
            assert session.answer()[1]["C"] == "57014"
            kind, body = wire.receive(session.connection)
            assert kind == b"E" and fields(body)["C"] == "57P01", body
    finally:
        fleet.destroy()


def test_a_suspend_reaches_its_clients_in_the_computes_own_words(fleet):
    with fleet.connect() as session:
        session.execute("select 1")
        fleet.admin("suspend", "demo")
        eventually(lambda: hears_its_end(session), 20, "the last words")
        with shut_down() as told:
            session.execute("select 1")
    assert "Session:" not in str(told.value), "nothing of the proxy's"
    fleet.connect().close()


def refuses(fleet, proxy):
    try:
        fleet.connect(proxy=proxy, connect_timeout=5).close()
        return False
    except psycopg.OperationalError:
        return True
