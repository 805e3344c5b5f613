import ComputeAgent
import Testing

@Suite struct SpecEnvelopeTests {
    @Test func `a local spec needs neither tenant nor safekeepers`() throws {
        let spec = try #require(try SpecText.read(SpecText.local(extra: #""project_id": null, "unheard_of": {},"#)))
        #expect(spec.storageMode == .local)
        #expect(spec.cluster.roles == [.init(name: "demo", encryptedPassword: SpecText.verifier)])
        #expect(spec.cluster.databases == [.init(name: "demo", owner: "demo")])
        #expect(try PageserverResolver.resolve(spec) == nil)
    }

    @Test func `no spec is a spec of its own kind`() throws {
        #expect(try SpecText.read(#"{"spec": null, "compute_ctl_config": {}}"#) == nil)
        #expect(try SpecText.read(#"{"spec": null, "status": "empty"}"#) == nil)
        #expect(
            SpecText.complaint(about: #"{"spec": null, "status": "attached"}"#)
                == "spec: is null although the status is attached")
    }

    @Test(arguments: [
        ("{", "is not JSON"),
        ("", "is not JSON"),
        ("[]", "is not an object"),
        (#"{"spec": 7}"#, "spec: is not an object"),
        ("{}", "spec: is missing"),
        (#"{"spec": {}}"#, "spec.format_version: is missing"),
        (SpecText.local(roles: #"{"name": 7}"#), "spec.cluster.roles[0].name: is not a string"),
        (SpecText.local(roles: #"{"name": "a"}, {}"#), "spec.cluster.roles[1].name: is missing"),
        (SpecText.local(extra: #""shard_stripe_size": "x","#), "spec.shard_stripe_size: is not a number that fits"),
    ])
    func `a misshapen text is refused with its place`(text: String, complaint: String) {
        let said = SpecText.complaint(about: text) ?? "nothing"
        #expect(said == complaint, "\(said)")
    }

    @Test(arguments: [
        (SpecText.local().replacing("1.0", with: "2.0"), "spec.format_version"),
        (SpecText.local(roles: #"{"name": "demo"}, {"name": "demo"}"#), "spec.cluster.roles[1]"),
        (SpecText.local(roles: #"{"name": ""}"#), "spec.cluster.roles[0].name"),
        (SpecText.local(roles: #"{"name": "cloud_admin"}"#), "spec.cluster.roles[0].name"),
        (
            SpecText.local(roles: #"{"name": "demo", "encrypted_password": "hunter2"}"#),
            "spec.cluster.roles[0].encrypted_password"
        ),
        (
            SpecText.local(roles: #"{"name": "demo", "options": [{"name": "superuser", "vartype": "bool"}]}"#),
            "spec.cluster.roles[0].options[0]"
        ),
        (SpecText.local(databases: #"{"name": "demo", "owner": "nobody"}"#), "spec.cluster.databases[0].owner"),
        (SpecText.local(databases: #"{"name": "postgres", "owner": "demo"}"#), "spec.cluster.databases[0].name"),
        (
            SpecText.local(databases: #"{"name": "a", "owner": "demo"}, {"name": "a", "owner": "demo"}"#),
            "spec.cluster.databases[1]"
        ),
        (
            SpecText.local(
                settings: #"{"name": "a", "value": "1", "vartype": "integer"}, "#
                    + #"{"name": "A", "value": "2", "vartype": "integer"}"#), "spec.cluster.settings[1]"
        ),
        (
            SpecText.local(settings: #"{"name": "a\nb", "value": "1", "vartype": "integer"}"#),
            "spec.cluster.settings[0].name"
        ),
        (
            SpecText.local(settings: #"{"name": "a", "value": "1\nport = 1", "vartype": "integer"}"#),
            "spec.cluster.settings[0].value"
        ),
        (SpecText.local(extra: #""tenant_id": "abc","#), "spec.tenant_id"),
        (SpecText.local(extra: #""mode": "Replica","#), "spec.mode"),
    ])
    func `what cannot work is refused with its place`(text: String, path: String) {
        let said = SpecText.complaint(about: text) ?? "nothing"
        #expect(said.hasPrefix(path + ": "), "\(said)")
    }

    @Test func `remote storage asks for all of its parts`() {
        let tenant = String(repeating: "a", count: 32)
        let parts = [
            #""tenant_id": "\#(tenant)","#, #""timeline_id": "\#(tenant)","#,
            #""pageserver_connstring": "postgres://ps","#, #""safekeeper_connstrings": ["sk:1"],"#,
        ]
        #expect(SpecText.complaint(about: SpecText.local(extra: parts.joined())) == nil)
        let missing = ["spec.tenant_id", "spec.timeline_id", "spec.pageserver_connection_info", "spec.safekeeper_c"]
        for (position, path) in missing.enumerated() {
            var rest = parts
            rest.remove(at: position)
            let said = SpecText.complaint(about: SpecText.local(extra: rest.joined())) ?? "nothing"
            #expect(said.hasPrefix(path), "\(said)")
        }
    }

    /// Far beyond what any sender nests, in a task, whose stack is small.
    @Test(arguments: [100, 500, 600, 100_000])
    func `nesting without end is refused, not followed`(depth: Int) async {
        let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let said = SpecText.complaint(about: SpecText.local(extra: #""deep": \#(nested),"#))
        #expect(said == (depth < 512 ? nil : "is not JSON"))
    }
}
