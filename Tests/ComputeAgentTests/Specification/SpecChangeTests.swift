import ComputeAgent
import Testing

@Suite struct SpecChangeTests {
    private static func spec(
        _ storage: ComputeSpec.StorageMode = .pageserver, _ mode: ComputeMode = .primary, tenant: String? = "a",
        timeline: String? = "b"
    ) throws -> ComputeSpec {
        var spec = try #require(try SpecText.read(SpecText.local()))
        (spec.storageMode, spec.mode, spec.tenantID, spec.timelineID) = (storage, mode, tenant, timeline)
        return spec
    }

    private static func complaint(about next: ComputeSpec, after first: ComputeSpec) -> String? {
        do throws(SpecFailure) {
            try first.refuseOther(next)
            return nil
        } catch {
            return error.path
        }
    }

    @Test func `whose data it holds and where that is never changes`() throws {
        for storage in ComputeSpec.StorageMode.allCases {
            let first = try Self.spec(storage)
            var later = first
            later.cluster.databases = []
            later.safekeeperConnstrings = ["sk-9:1"]
            #expect(Self.complaint(about: later, after: first) == nil)
            #expect(Self.complaint(about: try Self.spec(storage, tenant: "c"), after: first) == "spec.tenant_id")
            #expect(Self.complaint(about: try Self.spec(storage, tenant: nil), after: first) == "spec.tenant_id")
            #expect(Self.complaint(about: try Self.spec(storage, timeline: "c"), after: first) == "spec.timeline_id")
            for other in ComputeSpec.StorageMode.allCases where other != storage {
                #expect(Self.complaint(about: try Self.spec(other), after: first) == "spec.storage_mode")
            }
        }
    }

    @Test func `a replica becomes the primary, and nothing else becomes anything`() throws {
        let modes: [ComputeMode] = [.primary, .replica, .static(LSN(7)), .static(LSN(8))]
        for before in modes {
            for after in modes {
                let isKept = before == after || (before == .replica && after == .primary)
                let problem = Self.complaint(
                    about: try Self.spec(.pageserver, after), after: try Self.spec(.pageserver, before))
                #expect(problem == (isKept ? nil : "spec.mode"), "\(before) to \(after)")
                #expect(
                    Self.complaint(about: try Self.spec(.attached, after), after: try Self.spec(.attached, before))
                        == nil)
            }
        }
    }
}
