"""Interceptors of ours with grpcio at the other end: W3C trace contexts, and metrics under the field's names."""
import grpc
import pytest

from fleet import sum_of
from interop import HANDLERS, Client, OurServer, PythonServer, handler, pb
from our_calls import observed
from waiting import eventually

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
NAME = "grpc.testing.TestService/UnaryCall"
UNARY = {"grpc_type": "unary", "grpc_service": "grpc.testing.TestService", "grpc_method": "UnaryCall"}


class Traced(PythonServer):
    """grpcio's server, and the trace contexts that its callers told it."""

    def __init__(self):
        self.traceparents = []
        answers = {"UnaryCall": handler("unary_unary", self.unary, pb.SimpleRequest)}
        super().__init__(service=grpc.method_handlers_generic_handler("grpc.testing.TestService", HANDLERS | answers))

    def unary(self, request, context):
        self.traceparents.append([value for name, value in context.invocation_metadata() if name == "traceparent"])
        if request.response_status.code:
            context.abort(grpc.StatusCode.ABORTED, "as asked for")
        return pb.SimpleResponse()


@pytest.fixture
def parties():
    """A client of theirs, a server of ours that passes unary calls on, and a server of theirs."""
    with Traced() as theirs, OurServer("--observed", "--upstream", theirs.address) as ours:
        with grpc.insecure_channel(ours.address) as channel:
            yield Client(channel), ours, theirs


def spans_of(server, count):
    """A span is recorded when its call is over, which may be after its answer has come."""
    return eventually(lambda: len(spans := observed(server)["spans"]) == count and {span["kind"]: span for span in spans})


@pytest.mark.parametrize("flags", ["00", "01"])
@pytest.mark.parametrize("more", [("00", ""), ("01", ""), ("cc", "-what-comes-later")])
def test_a_trace_goes_from_their_client_through_us_to_their_server(parties, flags, more):
    client, ours, theirs = parties
    version, rest = more
    client.unary(pb.SimpleRequest(), metadata=[("traceparent", f"{version}-{TRACE}-{SPAN}-{flags}{rest}")])
    spans = spans_of(ours, 2)
    served, asked = spans["server"], spans["client"]
    assert (served["name"], served["trace"], served["parent"], served["code"]) == (NAME, TRACE, SPAN, 0)
    assert (asked["name"], asked["trace"], asked["parent"], asked["code"]) == (NAME, TRACE, served["span"], 0)
    assert len({SPAN, served["span"], asked["span"]}) == 3
    # In the version that is ours.
    assert theirs.traceparents == [[f"00-{TRACE}-{asked['span']}-{flags}"]]


@pytest.mark.parametrize("traceparent", [
    None, "", "garbage", f"ff-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-01-more", f"00-{TRACE.upper()}-{SPAN}-01",
    f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01"])
def test_what_is_no_trace_context_is_not_passed_on(parties, traceparent):
    client, ours, theirs = parties
    client.unary(pb.SimpleRequest(), metadata=[] if traceparent is None else [("traceparent", traceparent)])
    assert theirs.traceparents == [[]]
    assert observed(ours)["spans"] == []


def test_a_refusal_of_theirs_is_in_the_spans_and_the_counts_of_both_sides(parties):
    client, ours, theirs = parties
    context = [("traceparent", f"00-{TRACE}-{SPAN}-01")]
    for _ in range(3):
        client.unary(pb.SimpleRequest(), metadata=context)
    with pytest.raises(grpc.RpcError) as error:
        client.unary(pb.SimpleRequest(response_status=pb.EchoStatus(code=10)), metadata=context)
    assert error.value.code() == grpc.StatusCode.ABORTED
    eventually(lambda: len(observed(ours)["spans"]) == 8)
    report = observed(ours)
    assert sorted((span["kind"], span["code"]) for span in report["spans"]) == (
        [("client", 0)] * 3 + [("client", 10)] + [("server", 0)] * 3 + [("server", 10)])
    for side in ("server", "client"):
        counts = {
            name: sum_of(report["page"], f"grpc_{side}_{name}", UNARY | labels) for name, labels in (
                ("started_total", {}), ("handling_seconds_count", {}), ("msg_sent_total", {}), ("msg_received_total", {}))}
        # Each has its message of three answers; the fourth call has only the request's.
        assert counts == {
            "started_total": 4, "handling_seconds_count": 4,
            "msg_sent_total": 3 if side == "server" else 4, "msg_received_total": 4 if side == "server" else 3}
        for code, count in (("OK", 3), ("Aborted", 1)):
            assert sum_of(report["page"], f"grpc_{side}_handled_total", UNARY | {"grpc_code": code}) == count
