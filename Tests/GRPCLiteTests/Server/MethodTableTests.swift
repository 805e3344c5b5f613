import Testing

@testable import GRPCLite

@Suite struct MethodTableTests {
    private func table(_ paths: [String]) -> MethodTable {
        MethodTable([
            ServiceDefinition(
                name: "a", methods: paths.map { MethodHandler.unary($0) { (request: Blob, _) in request } })
        ])
    }

    private func find(_ path: String, in table: MethodTable) -> String? {
        let bytes = Array("..\(path)..".utf8)
        return table.method(at: 2..<bytes.count - 2, in: bytes)?.path
    }

    @Test func `finds every path, and no other`() {
        let paths = (0..<200).map { "/test.Service\($0 % 7)/Method\($0)" }
        let table = table(paths)
        for path in paths { #expect(find(path, in: table) == path) }
        for path in ["", "/", "/test.Service0/Method", "/test.Service0/Method00", "/TEST.Service0/Method0"] {
            #expect(find(path, in: table) == nil)
        }
    }

    @Test func `of two methods with one path the later has it`() {
        let table = MethodTable([
            ServiceDefinition(
                name: "a",
                methods: [
                    MethodHandler(path: "/a/B", shape: .unary) { _, _, _ in },
                    MethodHandler(path: "/a/B", shape: .bidirectional) { _, _, _ in },
                ])
        ])
        let bytes = Array("/a/B".utf8)
        #expect(table.method(at: bytes.indices, in: bytes)?.isStreaming == true)
    }
}
