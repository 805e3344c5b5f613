import Testing

@testable import SidecarAPI

/// Every state of a service by every event.
@Suite struct HealthTableTests {
    @Test func `nothing serves before somebody says so, the server as a whole included`() {
        #expect(HealthTable(["a"]).isServing == ["": false, "a": false])
    }

    @Test(arguments: [(false, false, false), (false, true, true), (true, true, false), (true, false, true)])
    func `a change alone is news`(was: Bool, becomes: Bool, isNews: Bool) {
        var table = HealthTable(["a"])
        _ = table.set(was, for: ["a"])
        #expect(table.set(becomes, for: ["a"]) == (isNews ? ["a"] : []))
        #expect(table.isServing["a"] == becomes)
    }

    @Test func `a name nobody declared stays unknown`() {
        var table = HealthTable(["a"])
        #expect(table.set(true, for: ["b"]) == [])
        #expect(table.isServing["b"] == nil)
    }

    @Test func `after a shutdown nothing serves again`() {
        var table = HealthTable(["a", "b"])
        _ = table.set(true, for: ["", "a"])
        #expect(table.shutDown() == ["", "a"])
        #expect(table.set(true, for: ["", "a", "b"]) == [])
        #expect(table.shutDown() == [])
        #expect(table.isServing == ["": false, "a": false, "b": false])
    }
}
