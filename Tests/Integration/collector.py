"""A collector of traces, metrics and logs: OTLP over gRPC, by the public definition and somebody else's gRPC."""
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2, logs_service_pb2_grpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from waiting import eventually


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Remembers what it gets. `hold` makes it take calls and answer none."""

    def __init__(self):
        self.requests, self.reports, self.lines, self.hold = [], Metrics(), Logs(), threading.Event()
        self.hold.set()
        self.server = grpc.server(ThreadPoolExecutor(4))
        trace_service_pb2_grpc.add_TraceServiceServicer_to_server(self, self.server)
        metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(self.reports, self.server)
        logs_service_pb2_grpc.add_LogsServiceServicer_to_server(self.lines, self.server)
        self.port = self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hold.set()
        self.server.stop(grace=None)

    def Export(self, request, context):
        self.hold.wait(30)
        self.requests.append(request)
        return trace_service_pb2.ExportTraceServiceResponse()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def spans(self):
        """Pairs of a resource's attributes and a span."""
        return [
            ({each.key: each.value.string_value for each in resource.resource.attributes}, span)
            for request in list(self.requests) for resource in request.resource_spans
            for scope in resource.scope_spans for span in scope.spans]

    def session(self, role="demo", limit=20):
        """The spans of the trace of one session of this role that is over, by name."""
        def whole():
            for _, root in self.spans:
                if root.name == "session" and attributes(root).get("role") == role:
                    return [span for _, span in self.spans if span.trace_id == root.trace_id]
        return eventually(whole, limit, f"the session of {role} at the collector")


class Metrics(metrics_service_pb2_grpc.MetricsServiceServicer):
    """Each report as metrics by name, and whom it was of."""

    def __init__(self):
        self.taken, self.resources = [], []

    def Export(self, request, context):
        for resource in request.resource_metrics:
            self.resources.append({each.key: each.value.string_value for each in resource.resource.attributes})
            self.taken.append({metric.name: metric for scope in resource.scope_metrics for metric in scope.metrics})
        return metrics_service_pb2.ExportMetricsServiceResponse()


class Logs(logs_service_pb2_grpc.LogsServiceServicer):
    """Pairs of a logger's name and a record."""

    def __init__(self):
        self.taken = []

    def Export(self, request, context):
        self.taken += [(scope.scope.name, record) for resource in request.resource_logs
                       for scope in resource.scope_logs for record in scope.log_records]
        return logs_service_pb2.ExportLogsServiceResponse()


def attributes(span):
    return {each.key: each.value.string_value for each in span.attributes}


def named(spans, name):
    found = [span for span in spans if span.name == name]
    assert len(found) == 1, (name, [span.name for span in spans])
    return found[0]
