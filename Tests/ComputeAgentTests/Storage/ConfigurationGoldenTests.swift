import Testing

@testable import ComputeAgent

@Suite struct ConfigurationGoldenTests {
    @Test(arguments: GoldenFiles.names(in: "Configuration"))
    func `the file of a spec`(name: String) throws {
        let spec = try #require(try SpecEnvelope(json: try GoldenFiles.input("Configuration", name)).spec)
        let conf = PostgresConfFile(
            spec: spec, pageservers: try PageserverResolver.resolve(spec), listenHost: "127.0.0.1", port: 6001)
        try GoldenFiles.compare(conf.render(), "Configuration", name + ".conf")
    }

    /// Beside the spec's own text, in which anything may stand.
    @Test(arguments: GoldenFiles.names(in: "Configuration"))
    func `no name has two owners`(name: String) throws {
        var spec = try #require(try SpecEnvelope(json: try GoldenFiles.input("Configuration", name)).spec)
        if spec.auditLogLevel == .disabled { spec.cluster.postgresqlConf = nil }
        let conf = PostgresConfFile(
            spec: spec, pageservers: try PageserverResolver.resolve(spec), listenHost: "127.0.0.1", port: 6001)
        let text = conf.render().replacing(spec.cluster.postgresqlConf ?? "\u{0}", with: "")
        let names = PostgresConfText.settings(in: text).map(\.name)
        #expect(names.count == Set(names).count, "\(names.sorted())")
    }

    @Test(arguments: GoldenFiles.names(in: "Pageservers"))
    func `the pageservers of a spec`(name: String) throws {
        let spec = try #require(try SpecEnvelope(json: try GoldenFiles.input("Pageservers", name)).spec)
        let text = (try PageserverResolver.resolve(spec))?.json.bytes(isPretty: true)
        try GoldenFiles.compare(
            text.map { String(decoding: $0, as: UTF8.self) + "\n" } ?? "null\n", "Pageservers", name + ".resolved")
    }

    @Test func `there are files to compare with`() {
        #expect(GoldenFiles.names(in: "Configuration").count > 10)
        #expect(GoldenFiles.names(in: "Pageservers").count > 10)
    }

    @Test(arguments: [("0\n", false), ("1\n", false), ("2\n", true), ("", false), ("22", false)])
    func `a kernel that promises only what it has`(setting: String, isStrict: Bool) {
        #expect(KernelMemory.isStrict(Array(setting.utf8)) == isStrict)
        #expect(!KernelMemory.isStrict(nil))
    }

    @Test func `what the machine and the agent add`() throws {
        let spec = try #require(try SpecText.read(SpecText.local()))
        var conf = PostgresConfFile(spec: spec, pageservers: nil, listenHost: "0.0.0.0", port: 5432)
        conf.hasStrictOvercommit = true
        conf.privilegedRole = "neon_superuser"
        conf.extensionServerPort = 3081
        conf.socketFolder = "/run/x"
        let values = Dictionary(
            PostgresConfText.settings(in: conf.render()).map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        #expect(values["dynamic_shared_memory_type"] == "mmap")
        #expect(values["neon.privileged_role_name"] == "neon_superuser")
        #expect(values["neon.extension_server_port"] == "3081")
        #expect(values["unix_socket_directories"] == "/run/x")
    }

    @Test(arguments: [
        ("a=1", "a", "1"), ("  A  'x''y' # no", "a", "x'y"), (#"b = 'a\'b\\'"#, "b", #"a'b\"#),
        ("x.y 12MB#c", "x.y", "12MB"), ("# a = 1", "", ""), ("= 1", "", ""), ("a", "a", ""),
    ])
    func `a line of a text`(line: String, name: String, value: String) {
        let found = PostgresConfText.settings(in: line)
        #expect(found.map(\.name) == (name.isEmpty ? [] : [name]))
        #expect(found.first?.value ?? "" == value)
    }

    @Test func `the agent comes in over its own socket, as nobody but itself`() {
        let access = HostBasedAccess.render(listenHost: "127.0.0.1", agentUser: "root").split(separator: "\n")
        #expect(access[1] == "local all cloud_admin peer map=sidecar")
        #expect(access.filter { $0.hasPrefix("local") }.count == 1)
        #expect(HostBasedAccess.renderUserMap(agentUser: "root").hasSuffix("\nsidecar \"root\" cloud_admin\n"))
        #expect(!HostBasedAccess.renderUserMap(agentUser: nil).contains("cloud_admin"))
    }
}
