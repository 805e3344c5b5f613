"""A service as a protocol to implement, with its definition for a server, and a client to call."""
from . import names

KINDS = {
    (False, False): "unary",
    (False, True): "serverStreaming",
    (True, False): "clientStreaming",
    (True, True): "bidirectional",
}


class SwiftMethod:
    def __init__(self, method, service_name, path, packages):
        self.kind, self.comment_path = KINDS[method.client_streaming, method.server_streaming], path
        self.name = names.lower_camel(method.name)
        self.path = f"/{service_name}/{method.name}"
        self.request = names.swift_type(method.input_type, packages)
        self.response = names.swift_type(method.output_type, packages)

    def requirement(self):
        return {
            "unary": f"func {self.name}(_ request: {self.request}, context: ServerCallContext) async throws"
                     f" -> {self.response}",
            "serverStreaming": f"func {self.name}(_ request: {self.request},"
                               f" to responses: ResponseWriter<{self.response}>,"
                               " context: ServerCallContext) async throws",
            "clientStreaming": f"func {self.name}(_ requests: RequestStream<{self.request}>,"
                               f" context: ServerCallContext) async throws -> {self.response}",
            "bidirectional": f"func {self.name}(_ requests: RequestStream<{self.request}>,"
                             f" to responses: ResponseWriter<{self.response}>,"
                             " context: ServerCallContext) async throws",
        }[self.kind]

    def handler(self):
        """One entry of the definition's list of methods."""
        req, res = self.request, self.response
        given, call = {
            "unary": (f"(request: {req}, context) async throws -> {res}", "request, context: context"),
            "serverStreaming": (f"(request: {req}, responses: ResponseWriter<{res}>, context) async throws",
                                "request, to: responses, context: context"),
            "clientStreaming": (f"(requests: RequestStream<{req}>, context) async throws -> {res}",
                                "requests, context: context"),
            "bidirectional": (f"(requests: RequestStream<{req}>, responses: ResponseWriter<{res}>, context)"
                              " async throws", "requests, to: responses, context: context"),
        }[self.kind]
        return f'.{self.kind}("{self.path}") {{ {given} in', f"    try await {self.name}({call})", "},"

    def client(self):
        """Signature and body of the client's function."""
        options = "options: CallOptions = CallOptions()"
        # Who streams requests reads the one response as a stream of one.
        streaming = (f"func {self.name}({options}) async throws(GRPCStatus)"
                     f" -> BidirectionalCall<{self.request}, {self.response}>",
                     f'try await channel.bidirectional("{self.path}", options: options,'
                     f" of: ({self.request}.self, {self.response}.self))")
        return {
            "unary": (f"func {self.name}(_ request: {self.request}, {options}) async throws(GRPCStatus) -> {self.response}",
                      f'try await channel.unary("{self.path}", request, options: options)'),
            "serverStreaming": (f"func {self.name}(_ request: {self.request}, {options}) async throws(GRPCStatus)"
                                f" -> ResponseStream<{self.response}>",
                                f'try await channel.serverStreaming("{self.path}", request, options: options)'),
            "clientStreaming": streaming,
            "bidirectional": streaming,
        }[self.kind]


def write_service(out, service, package, path, context):
    full_name, space = f"{package}.{service.name}", names.namespace(package)
    methods = [
        SwiftMethod(method, full_name, path + [2, index], context.packages)
        for index, method in enumerate(service.method)
    ]
    with out.block(f"extension {space}"):
        out.add(f"/// What a server of `{full_name}` does. A thrown `GRPCStatus` reaches the caller as it is.")
        context.comments.write(out, path)
        with out.block(f"package protocol {service.name}Service: Sendable"):
            for method in methods:
                context.comments.write(out, method.comment_path)
                out.add(method.requirement())
        out.add("")
        out.add(f"/// Calls `{full_name}`. Leaving a stream, or cancelling the task, cancels the call.")
        with out.block(f"package struct {service.name}Client: Sendable"):
            out.add("private let channel: any GRPCChannel", "")
            with out.block("package init(_ channel: any GRPCChannel)"):
                out.add("self.channel = channel")
            for method in methods:
                signature, body = method.client()
                out.add("")
                context.comments.write(out, method.comment_path)
                with out.block(f"package {signature}"):
                    out.add(body)
    out.add("")
    with out.block(f"extension {space}.{service.name}Service"):
        out.add(f"/// `{full_name}` for a server to offer.")
        with out.block("package var definition: ServiceDefinition"):
            out.add(f'ServiceDefinition(name: "{full_name}", methods: [')
            for method in methods:
                out.add(*(f"    {line}" for line in method.handler()))
            out.add("])")
