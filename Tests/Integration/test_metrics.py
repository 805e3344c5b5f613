"""The page of metrics: valid, under the names that dashboards know, and counting what they say."""
import psycopg
import pytest

from exposition import families
from waiting import eventually

# Facts of Neon's proxy, and what it never counted.
NAMES = {
    "counter": [
        "proxy_accepted_connections_total", "proxy_closed_connections_total", "proxy_opened_client_connections_total",
        "proxy_closed_client_connections_total", "proxy_opened_db_connections_total", "proxy_closed_db_connections_total",
        "proxy_connection_failures_total", "proxy_connection_failures_breakdown", "proxy_errors_total", "proxy_io_bytes",
        "proxy_io_bytes_per_client", "proxy_cancellation_requests_total", "proxy_tls_handshake_failures",
        "sidecar_cache_lookups_total", "sidecar_wake_requests_total", "sidecar_control_plane_requests_total",
        "sidecar_session_refusals_total", "sidecar_trace_spans_dropped_total"],
    "gauge": ["proxy_service_info", "libmetrics_build_info", "sidecar_sessions", "sidecar_draining", "sidecar_wake_waiters",
              "sidecar_wake_flights"],
    "histogram": ["proxy_compute_connection_latency_seconds", "proxy_console_request_latency", "proxy_retries_metric",
                  "sidecar_session_phase_seconds"],
}


@pytest.fixture
def used(lone):
    """A proxy that has served one client and refused one."""
    with lone.connect() as connection:
        connection.execute("select repeat('x', 1000)")
    with pytest.raises(psycopg.OperationalError):
        lone.connect(password="no")
    eventually(lambda: lone.metric("sidecar_sessions") == 0, 10, "the end of both sessions")
    return lone


def test_the_page_is_valid_and_has_the_names(used):
    found = families(used.page())
    for kind, names in NAMES.items():
        for name in names:
            assert found[name].kind == kind, name


def test_sessions_are_counted_from_both_ends(used):
    for name, count in {
            "accepted_connections_total": 2, "closed_connections_total": 2, "opened_client_connections_total": 2,
            "closed_client_connections_total": 2, "opened_db_connections_total": 1, "closed_db_connections_total": 1}.items():
        assert used.metric(f"proxy_{name}") == count, name
    assert used.metric("proxy_errors_total", type="user") == 1
    assert used.metric("proxy_errors_total") == 1
    assert used.metric("sidecar_session_refusals_total", sqlstate="28P01") == 1
    assert used.metric("proxy_io_bytes", direction="tx") > 1000
    for direction in ("tx", "rx"):
        assert used.metric("proxy_io_bytes", direction=direction) == used.metric(
            "proxy_io_bytes_per_client", direction=direction, endpoint_id="demo") > 0
    assert used.metric("proxy_accepted_connections_by_sni", kind="sni") == 2
    assert used.metric("proxy_service_info", state="running") == 1
    assert used.metric("proxy_service_info", state="init") == 0


def test_bytes_are_counted_while_a_session_goes_on(lone):
    with lone.connect() as connection:
        connection.execute("select repeat('x', 100000)")
        seen = eventually(
            lambda: (n := lone.metric("proxy_io_bytes", direction="tx")) > 100000 and n, 20, "the bytes of an open session")
        assert lone.metric("sidecar_sessions") == 1
        connection.execute("select 1")
    eventually(lambda: lone.metric("sidecar_sessions") == 0, 10, "its end")
    assert seen < lone.metric("proxy_io_bytes", direction="tx") < seen + 1000, "nothing is counted twice"


def test_latencies_leave_out_more_and_more(used):
    name = "proxy_compute_connection_latency_seconds"
    sums = [used.metric(f"{name}_sum", cold_start_info="warm", outcome="success", excluded=excluded)
            for excluded in ("client", "client_and_cplane", "client_cplane_compute", "client_cplane_compute_retry")]
    assert sums == sorted(sums, reverse=True) and 0 <= sums[-1] < sums[0] < 30
    assert used.metric(f"{name}_count", excluded="client") == 1
    assert used.metric("proxy_console_request_latency_count", request="wake_compute") == 1
    assert used.metric("proxy_retries_metric_count", retry_type="connect_to_compute", outcome="success") == 1
    assert used.metric("proxy_retries_metric_sum") == 0


def test_failed_connects_are_told_by_what_went_wrong(lone, control_plane):
    control_plane.computes["demo"] = {"address": "127.0.0.1:1", "aux": {"compute_id": "compute-2"}}
    with pytest.raises(psycopg.OperationalError):
        lone.connect(connect_timeout=60)
    assert lone.metric("proxy_connection_failures_breakdown", kind="refused", retry="true") > 0
    assert lone.metric("proxy_errors_total", type="compute") == 1
    assert lone.metric("proxy_compute_connection_latency_seconds_count", outcome="failed", excluded="client") == 1


def test_a_handshake_that_fails_is_counted(lone):
    import socket
    from wire import SSL_REQUEST
    with socket.create_connection(("127.0.0.1", lone.port), timeout=20) as connection:
        connection.sendall(SSL_REQUEST)
        assert connection.recv(1) == b"S"
        connection.sendall(b"\x16\x03\x01\x00\x05hello")
        while connection.recv(100):
            pass
    eventually(lambda: lone.metric("proxy_tls_handshake_failures") == 1, 10, "the failed handshake")
