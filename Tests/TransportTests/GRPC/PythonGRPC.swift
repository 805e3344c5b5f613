import Foundation
import Synchronization
import TestKit

/// Runs scripts that use Python's grpcio.
enum PythonGRPC {
    private static let interpreter = "/usr/bin/python3"

    static let isPresent: Bool = {
        guard FileManager.default.isExecutableFile(atPath: interpreter) else { return false }
        let process = Process()
        process.executableURL = URL(filePath: interpreter)
        process.arguments = ["-c", "import grpc"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// - Returns: once the script has ended, what it printed.
    static func run(_ script: String, _ arguments: [String]) async throws -> (status: Int32, text: String) {
        let running = try start(script, arguments)
        try await eventually("the script ends", within: .seconds(90)) { !running.isRunning }
        return (running.status, running.text)
    }

    static func start(_ script: String, _ arguments: [String]) throws -> RunningScript {
        try RunningScript(interpreter, ["-u", "-c", script] + arguments)
    }

    /// Plays every kind of call against the Swift server; an assertion that fails ends it with its line.
    static let client = """
        import sys, grpc
        target, ca, crt, key = sys.argv[1:]
        read = lambda path: open(path, 'rb').read()
        same = lambda value: value
        creds = grpc.ssl_channel_credentials(read(ca), read(key), read(crt))
        channel = grpc.secure_channel(target, creds)
        method = lambda kind, name: getattr(channel, kind)('/test.Echo/' + name, same, same)

        assert method('unary_unary', 'Unary')(b'hello', timeout=20) == b'hello'
        assert method('unary_unary', 'Unary')(b'', timeout=20) == b''
        big = b'a' * 3000000
        assert method('unary_unary', 'Unary')(big, timeout=20) == big
        assert method('unary_unary', 'Who')(b'', timeout=20) == b'sidecar://admin/python'
        told = method('unary_unary', 'Metadata')(b'', timeout=20, metadata=(('x-test', 'a'), ('x-test', 'b'), ('x-test-bin', bytes([1, 254]))))
        assert told == b'["a", "b"] [1, 254] true', told

        def code(call):
            try: call(); return None
            except grpc.RpcError as error: return error
        error = code(lambda: method('unary_unary', 'Fail')('n\\u00f6 \\u2013 100%'.encode(), timeout=20))
        assert error.code() == grpc.StatusCode.FAILED_PRECONDITION and error.details() == 'n\\u00f6 \\u2013 100%', error
        error = code(lambda: method('unary_unary', 'Nothing')(b'', timeout=20))
        assert error.code() == grpc.StatusCode.UNIMPLEMENTED, error
        error = code(lambda: method('unary_unary', 'Hang')(b'', timeout=0.2))
        assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED, error
        error = code(lambda: method('unary_unary', 'Unary')(b'a' * 4194305, timeout=20))
        assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED, error
        error = code(lambda: method('unary_unary', 'Unary')(b'', timeout=20, metadata=(('x-long', 'a' * 20000),)))
        assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED, error

        assert [len(m) for m in method('unary_stream', 'Repeat')(b'300', timeout=30)] == [10000] * 300
        assert list(method('unary_stream', 'Repeat')(b'0', timeout=30)) == []
        assert method('stream_unary', 'Count')((b'x' * 5000 for _ in range(400)), timeout=30) == b'400'
        sent = [str(n).encode() for n in range(200)]
        assert list(method('stream_stream', 'Chat')(iter(sent), timeout=30)) == sent

        watch = method('unary_stream', 'Watch')(b'news', timeout=30)
        assert next(watch) == b'news'
        watch.cancel()
        futures = [method('unary_unary', 'Unary').future(str(n).encode(), timeout=30) for n in range(500)]
        assert [f.result() for f in futures] == [str(n).encode() for n in range(500)]
        channel.close()
        print('all good')
        """

    /// Serves what the Swift tests call; prints its port.
    static let server = """
        import sys, time, grpc
        from concurrent import futures
        ca, crt, key = [open(path, 'rb').read() for path in sys.argv[1:]]
        def fail(request, context): context.abort(grpc.StatusCode.FAILED_PRECONDITION, request.decode())
        def hang(request, context):
            while context.is_active(): time.sleep(0.01)
            return b''
        handlers = {
            'Unary': grpc.unary_unary_rpc_method_handler(lambda request, context: request),
            'Fail': grpc.unary_unary_rpc_method_handler(fail),
            'Hang': grpc.unary_unary_rpc_method_handler(hang),
            'Repeat': grpc.unary_stream_rpc_method_handler(lambda request, context: (b'a' * 10000 for _ in range(int(request)))),
            'Chat': grpc.stream_stream_rpc_method_handler(lambda requests, context: requests),
        }
        server = grpc.server(futures.ThreadPoolExecutor(8))
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler('test.Echo', handlers),))
        creds = grpc.ssl_server_credentials([(key, crt)], root_certificates=ca, require_client_auth=True)
        print(server.add_secure_port('127.0.0.1:0', creds))
        server.start()
        sys.stdin.read()
        """
}

/// A script that runs until it ends or is stopped.
final class RunningScript: Sendable {
    private struct State {
        var text = ""
        let process: Process
    }

    private let state: Mutex<State>

    init(_ executable: String, _ arguments: [String]) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = output
        // Held open: a script that waits for its end ends with this process.
        process.standardInput = Pipe()
        try process.run()
        state = Mutex(State(process: process))
        output.fileHandleForReading.readabilityHandler = { handle in
            let text = String(decoding: handle.availableData, as: UTF8.self)
            if text.isEmpty { handle.readabilityHandler = nil }
            self.state.withLock { $0.text += text }
        }
    }

    var isRunning: Bool { state.withLock { $0.process.isRunning } }
    var status: Int32 { state.withLock { $0.process.terminationStatus } }
    var text: String { state.withLock { $0.text } }

    func firstLine() async throws -> String {
        try await eventually("the script prints a line") { self.text.contains("\n") || !self.isRunning }
        return text.prefix { $0 != "\n" }.trimmingCharacters(in: .whitespaces)
    }

    func stop() {
        state.withLock { $0.process.terminate() }
    }
}
