"""Metrics and logs at a collector: what the page and standard error say, by OTLP."""
import json
import re

import pytest
from opentelemetry.proto.logs.v1 import logs_pb2

from collector import Collector, attributes
from conftest import new_folder
from fleet import sum_of
from lone import LoneProxy
from rawserver import RawServer
from waiting import eventually


@pytest.fixture
def collector():
    with Collector() as collector:
        yield collector


@pytest.fixture
def told(control_plane, collector):
    proxies = []

    def start(*arguments):
        proxies.append(LoneProxy(new_folder(), control_plane, "--otlp-endpoint", collector.address, *arguments).start())
        return proxies[-1]

    yield start
    for proxy in proxies:
        proxy.end()


def series(metric):
    """The numbers of a counter or a gauge, by their labels."""
    points = (metric.sum if metric.HasField("sum") else metric.gauge).data_points
    return {tuple(sorted(attributes(point).items())): point.as_int for point in points}


def test_the_collector_hears_what_the_page_shows(told, collector):
    proxy = told("--otlp-metric-interval", "1")
    with proxy.connect() as connection:
        connection.execute("select 1")
        eventually(lambda: collector.reports.taken and series(collector.reports.taken[-1]["sidecar_sessions"]) == {(): 1}, 20)
    page = proxy.page("/metrics")
    report = eventually(
        lambda: next((one for one in reversed(collector.reports.taken) if series(one["sidecar_sessions"]) == {(): 0}), None), 20)
    families = dict(re.findall(r"^# TYPE (\S+) (\S+)$", page, re.MULTILINE))
    assert {name for name in families if name not in report} == set()
    for name, kind in families.items():
        assert report[name].WhichOneof("data") == {"counter": "sum", "gauge": "gauge", "histogram": "histogram"}[kind], name
    assert report["proxy_accepted_connections_total"].sum.is_monotonic
    assert series(report["sidecar_wake_requests_total"])[(("outcome", "ok"), ("via", "owner"))] == 1
    phases = {attributes(point)["phase"]: point for point in report["sidecar_session_phase_seconds"].histogram.data_points}
    assert phases["tls"].count >= 1 and sum(phases["tls"].bucket_counts) == phases["tls"].count
    assert len(phases["tls"].bucket_counts) == len(phases["tls"].explicit_bounds) + 1 and phases["tls"].sum > 0
    assert collector.reports.resources[-1]["service.name"] == "sidecar-proxy"
    assert collector.reports.resources[-1]["service.instance.id"] == "lone"


def test_a_collector_that_breaks_the_rules_is_counted(control_plane):
    with RawServer(lambda link, stream: link.send(b"\xff" * 5000)) as server:
        proxy = LoneProxy(
            new_folder(), control_plane, "--otlp-endpoint", f"http://{server.address}", "--otlp-metric-interval", "1").start()
        try:
            broken = {"peer": "server", "offence": "protocol_error"}
            eventually(lambda: sum_of(proxy.page("/metrics"), "sidecar_grpc_offences_total", broken) > 0)
            assert sum_of(proxy.page("/metrics"), "sidecar_grpc_offences_total", {"peer": "client"}) == 0
        finally:
            proxy.end()


def test_the_last_numbers_are_told_before_the_end(told, collector):
    proxy = told()
    with proxy.connect() as connection:
        connection.execute("select 1")
    assert collector.reports.taken == [], "a minute has not passed"
    proxy.end()
    (report,) = collector.reports.taken
    assert series(report["proxy_opened_db_connections_total"]) == {(("protocol", "tcp"),): 1}


def test_log_lines_are_told_when_asked_for(told, collector):
    proxy = told("--otlp-signals", "logs,traces")
    with proxy.connect() as connection:
        connection.execute("select 1")

    def ended():
        return [record for logger, record in collector.lines.taken if logger == "proxy" and record.body.string_value == "session ended"]

    (record,) = eventually(ended, 20)
    (line,) = [line for line in map(json.loads, proxy.log.read_text().splitlines()) if line["message"] == "session ended"]
    assert attributes(record) == line["extract"] | line["fields"]
    assert record.trace_id.hex() == line["trace_id"] and record.severity_number == logs_pb2.SEVERITY_NUMBER_INFO
    proxy.end()
    written = [json.loads(line)["message"] for line in proxy.log.read_text().splitlines()]
    # What is said after the last of it has been sent is on standard error alone.
    told_lines = [record.body.string_value for _, record in collector.lines.taken]
    assert set(told_lines) <= set(written) and "drained" in told_lines
    assert collector.reports.taken == []
    everything = b"".join(record.SerializeToString() for _, record in collector.lines.taken)
    for secret in (b"a password", b"a token", b"SCRAM-SHA-256$"):
        assert secret not in everything


@pytest.mark.parametrize("arguments, complaint", [
    (("--otlp-signals", "traces,profiles"), "--otlp-signals: “profiles” is none of traces, metrics, logs"),
    (("--otlp-metric-interval", "0"), "--otlp-metric-interval: must be 1 to 86400 seconds")])
def test_what_makes_no_sense_is_said(control_plane, arguments, complaint):
    with pytest.raises(AssertionError, match=re.escape(complaint)):
        LoneProxy(new_folder(), control_plane, *arguments).start()
