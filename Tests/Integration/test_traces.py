"""Traces: what a collector gets of a session, and what the control plane is told."""
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from collector import Collector, attributes, named
from fleet import Fleet
from conftest import new_folder
from lone import LoneProxy
from waiting import eventually


@pytest.fixture
def collector():
    with Collector() as collector:
        yield collector


@pytest.fixture
def traced(control_plane, collector):
    """A way to start a proxy that sends its spans to the collector."""
    proxies = []

    def start(*arguments, **environment):
        environment.setdefault("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
        proxies.append(LoneProxy(new_folder(), control_plane, *arguments, environment=environment).start())
        return proxies[-1]

    yield start
    for proxy in proxies:
        proxy.end()


def header_of(control_plane, call):
    headers = [headers for name, _, headers in control_plane.calls if name == call]
    return headers[-1].get("traceparent")


def test_a_cold_connect_is_one_trace_from_client_to_control_plane(traced, collector, control_plane):
    proxy = traced(OTEL_SERVICE_NAME="edge-of-the-test")
    with proxy.connect() as connection:
        connection.execute("select 1")
    spans = collector.session()
    session = named(spans, "session")
    assert session.parent_span_id == b"" and session.kind == session.SPAN_KIND_SERVER
    for name in ("tls", "auth", "wake", "connect", "login"):
        assert named(spans, name).parent_span_id == session.span_id, name
    lookup, wake = (named(spans, f"control plane {call}") for call in ("get_endpoint_access_control", "wake_compute"))
    flight = named(spans, "wake flight")
    assert lookup.parent_span_id == named(spans, "auth").span_id
    assert flight.parent_span_id == named(spans, "wake").span_id
    assert wake.parent_span_id == flight.span_id
    assert len({span.span_id for span in spans}) == len(spans)
    for span in spans:
        assert session.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano, span.name
        assert span.end_time_unix_nano <= session.end_time_unix_nano, span.name
        assert abs(span.end_time_unix_nano / 1e9 - time.time()) < 60, span.name
    assert attributes(session)["outcome"] == "served" and attributes(session)["database"] == "postgres"
    for call, span in (("get_endpoint_access_control", lookup), ("wake_compute", wake)):
        assert header_of(control_plane, call) == f"00-{span.trace_id.hex()}-{span.span_id.hex()}-01"
    resource = next(resource for resource, span in collector.spans if span.span_id == session.span_id)
    assert resource["service.name"] == "edge-of-the-test" and resource["service.instance.id"] == "lone"
    assert f'"trace_id":"{session.trace_id.hex()}"' in proxy.log.read_text()
    told = b"".join(request.SerializeToString() for request in collector.requests)
    for secret in ("a password", "a token", control_plane.secrets["demo", "demo"], "SCRAM-SHA-256$"):
        assert secret.encode() not in told


def test_a_refused_session_is_a_failed_span(traced, collector):
    proxy = traced()
    with pytest.raises(psycopg.OperationalError):
        proxy.connect(user="nobody")
    session = named(collector.session("nobody"), "session")
    assert session.status.code == session.status.STATUS_CODE_ERROR
    assert attributes(session)["error"] == "28P01"
    auth = named(collector.session("nobody"), "auth")
    assert auth.status.code == auth.status.STATUS_CODE_ERROR and auth.parent_span_id == session.span_id


def test_the_last_spans_are_sent_before_the_end(traced, collector):
    proxy = traced()
    proxy.connect().close()
    assert proxy.end() == 0
    assert any(span.name == "session" for _, span in collector.spans)


def test_a_collector_that_is_silent_or_gone_hurts_nobody(traced, collector):
    collector.hold.clear()
    proxy = traced()
    began = time.monotonic()
    for _ in range(3):
        proxy.connect().close()
    assert proxy.end() == 0
    assert time.monotonic() - began < 20
    gone = traced("--otlp-endpoint", "http://127.0.0.1:1")
    gone.connect().close()
    eventually(lambda: gone.metric("sidecar_trace_export_failures_total") > 0, 20, "a failed export")
    assert gone.end() == 0


def test_a_trace_that_nobody_records_is_named_all_the_same(traced, collector, control_plane):
    proxy = traced("--trace-sample-ratio", "0")
    proxy.connect().close()
    assert header_of(control_plane, "wake_compute").endswith("-00")
    assert proxy.end() == 0
    assert collector.spans == []


def test_without_a_collector_there_are_no_traces(lone, control_plane):
    lone.connect().close()
    assert header_of(control_plane, "wake_compute") is None


@pytest.mark.parametrize("words, complaint", [
    (["--otlp-endpoint", "collector:4317"], "--otlp-endpoint: must be http://host:port or https://host:port"),
    (["--trace-sample-ratio", "1.5"], "--trace-sample-ratio: must be a number from 0 to 1"),
    (["--otlp-endpoint", "https://127.0.0.1", "--otlp-ca-file", "/nowhere"], "--otlp-ca-file"),
])
def test_settings_that_cannot_be_used_are_named(control_plane, words, complaint):
    proxy = LoneProxy(new_folder(), control_plane, *words)
    with pytest.raises(AssertionError):
        proxy.start()
    assert proxy.end() == 2
    assert complaint in proxy.log.read_text()


def test_one_wake_is_one_span_wherever_its_clients_came_in(collector, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
    fleet = Fleet(new_folder() / "data").start("--proxies", "2")
    try:
        with ThreadPoolExecutor(2) as pool:
            for connection in pool.map(fleet.connect, range(2)):
                connection.close()

        def whole():
            spans = {name: [] for name in ("session", "wake", "ask the owner", "wake flight")}
            for resource, span in collector.spans:
                if span.name in spans:
                    spans[span.name].append((resource["service.instance.id"], span))
            return spans if len(spans["session"]) == 2 and spans["wake flight"] else None
        spans = eventually(whole, 30, "two sessions and a flight")
        (owner, flight), = spans["wake flight"]
        assert fleet.wakes() == 1
        # Who began it is its parent; who joined it, if anybody did before it was over, is linked to it.
        asks = {span.span_id: (asker, span) for asker, span in spans["ask the owner"]}
        waits = {span.span_id: (waiter, span) for waiter, span in spans["wake"]}
        for asker, ask in asks.values():
            assert asker != owner and waits[ask.parent_span_id][0] == asker
        assert flight.parent_span_id in asks or waits[flight.parent_span_id][0] == owner
        for link in flight.links:
            assert link.span_id in asks or waits[link.span_id][0] == owner
            assert link.span_id != flight.parent_span_id
    finally:
        fleet.destroy()
