"""Cancel requests that come to any proxy of the fleet, over raw sockets: libpq always goes back to the same one."""
import os
import signal
import ssl
import time

import pytest

from rawsession import RawSession, cancel
from waiting import eventually

PATHS = "sidecar_cancellations_total"


def asleep(fleet, session, at=1):
    """The session is at work on a query that nobody else has."""
    word = f"{session.process_id}-{time.monotonic_ns()}"
    session.ask(f"select pg_sleep(60), '{word}'")
    eventually(lambda: fleet.is_running(word, at), 20, "the query")
    return word


@pytest.mark.parametrize("version", [(3, 0), (3, 2)])
@pytest.mark.parametrize("tls", [False, True], ids=["clear", "tls"])
def test_a_cancel_at_any_proxy_stops_the_query_and_not_the_next(trio, version, tls):
    context = ssl.create_default_context(cafile=trio.description["ca_file"]) if tls else None
    with RawSession(trio, 0, version=version) as session:
        for asked in (1, 2, 0, 1):
            asleep(trio, session)
            cancel(trio.postgres_port(asked), session.process_id, session.secret, context)
            # Sent before the answer to the first is read: a cancel that came late would hit this one.
            session.ask("select count(*) from generate_series(1, 100000)")
            assert session.answer()[1]["C"] == "57014"
            rows, error = session.answer()
            assert error is None and len(rows) == 1


def test_keys_of_both_kinds_say_what_they_are(trio):
    with RawSession(trio, version=(3, 0)) as old, RawSession(trio, version=(3, 2)) as new:
        assert len(old.secret) == 4 and 32 < len(new.secret) <= 256
        assert old.process_id > 0 and new.process_id > 0
        before = trio.proxy_metric(1, PATHS, via="peer", outcome="done"), trio.proxy_metric(1, PATHS, via="token", outcome="done")
        for session in old, new:
            asleep(trio, session)
            cancel(trio.postgres_port(1), session.process_id, session.secret)
            assert session.answer()[1]["C"] == "57014"
        after = trio.proxy_metric(1, PATHS, via="peer", outcome="done"), trio.proxy_metric(1, PATHS, via="token", outcome="done")
        assert after == (before[0] + 1, before[1] + 1)
        assert trio.proxy_metric(0, PATHS, via="for_peer", outcome="done") >= 1


@pytest.mark.parametrize("version", [(3, 0), (3, 2)])
def test_a_key_that_is_wrong_in_any_byte_stops_nothing(trio, version):
    with RawSession(trio, version=version) as session:
        word = asleep(trio, session)
        before = sum(trio.everywhere("proxy_cancellation_requests_total", kind="not_found"))
        wrong = [(session.process_id ^ 1 << bit, session.secret) for bit in (0, 7, 18, 19, 30)]
        for index in range(0, len(session.secret), max(1, len(session.secret) // 8)):
            changed = bytearray(session.secret)
            changed[index] ^= 0x40
            wrong.append((session.process_id, bytes(changed)))
        for process_id, secret in wrong:
            for proxy in range(3):
                cancel(trio.postgres_port(proxy), process_id, secret)
        assert trio.is_running(word, 1)
        after = sum(trio.everywhere("proxy_cancellation_requests_total", kind="not_found"))
        assert after - before == 3 * len(wrong)
        cancel(trio.postgres_port(2), session.process_id, session.secret)
        assert session.answer()[1]["C"] == "57014"


def test_a_token_outlives_the_proxy_that_issued_it(own_trio):
    fleet = own_trio
    old, new = RawSession(fleet, 0, version=(3, 0)), RawSession(fleet, 0, version=(3, 2))
    old_word, new_word = asleep(fleet, old), asleep(fleet, new)
    os.kill(fleet.proxies[0]["pid"], signal.SIGKILL)
    # Whatever the database does about clients that are gone, it has not noticed yet: it is asleep.
    assert fleet.is_running(new_word, 1) and fleet.is_running(old_word, 1)
    cancel(fleet.postgres_port(1), new.process_id, new.secret)
    eventually(lambda: not fleet.is_running(new_word, 1), 20, "the end of the query")
    assert fleet.is_running(old_word, 1)
    # The owner of the other is gone: found dead at once, or not found any more.
    cancel(fleet.postgres_port(2), old.process_id, old.secret)
    eventually(lambda: unknown_at(fleet, 2, old), 40, "a fleet that knows of the death")
    assert fleet.is_running(old_word, 1)


def unknown_at(fleet, proxy, session):
    before = fleet.proxy_metric(proxy, "proxy_cancellation_requests_total", kind="not_found")
    cancel(fleet.postgres_port(proxy), session.process_id, session.secret)
    return fleet.proxy_metric(proxy, "proxy_cancellation_requests_total", kind="not_found") > before
