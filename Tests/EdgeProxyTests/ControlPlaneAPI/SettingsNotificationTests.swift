import EdgeProxy
import Testing

/// facts: edge proxy §8.4.
struct SettingsNotificationTests {
    private static func message(_ topic: String, _ data: String) -> [UInt8] {
        let quoted = data.replacing("\"", with: "\\\"")
        return Array(#"{"type":"message","topic":"\#(topic)","data":"\#(quoted)"}"#.utf8)
    }

    @Test(
        arguments: [
            ("/account_settings_update", #"{"account_id":"a"}"#, .account, ["a"], nil),
            ("/allowed_vpc_endpoints_updated_for_org", #"{"account_ids":["a","b"]}"#, .account, ["a", "b"], nil),
            ("/endpoint_settings_update", #"{"endpoint_id":"ep-1"}"#, .endpoint, ["ep-1"], nil),
            ("/endpoint_settings_update", #"{"endpoint_ids":["ep-1","ep-2"]}"#, .endpoint, ["ep-1", "ep-2"], nil),
            ("/project_settings_update", #"{"project_id":"p","more":[1]}"#, .project, ["p"], nil),
            ("/allowed_ips_updated", #"{"project_id":"p"}"#, .project, ["p"], nil),
            ("/block_public_or_vpc_access_updated", #"{"project_id":"p"}"#, .project, ["p"], nil),
            ("/allowed_vpc_endpoints_updated_for_projects", #"{"project_ids":["p","q"]}"#, .project, ["p", "q"], nil),
            ("/role_setting_update", #"{"project_id":"p","role_name":"r"}"#, .role, ["p"], "r"),
            ("/password_updated", #"{"project_id":"p","role_name":"r"}"#, .role, ["p"], "r"),
            ("/weather_update", "sunny", .unknown, [], nil),
        ] as [(String, String, SettingsNotification.Topic, [String], String?)])
    func `every topic, by each of its names`(
        topic: String, data: String, kind: SettingsNotification.Topic, names: [String], role: String?
    ) throws {
        let notification = try SettingsNotification(decoding: Self.message(topic, data))
        #expect(notification == SettingsNotification(topic: kind, names: names, role: role))
    }

    @Test func `what is no message is of no interest`() throws {
        let hello = Array(#"{"type":"subscribe","topic":"/password_updated"}"#.utf8)
        #expect(try SettingsNotification(decoding: hello).topic == .unknown)
    }

    @Test(arguments: [
        ("/password_updated", #"{"project_id":"p"}"#), ("/password_updated", #"{"role_name":"r"}"#),
        ("/endpoint_settings_update", #"{"project_id":"p"}"#), ("/endpoint_settings_update", "{}"),
        ("/endpoint_settings_update", ""), ("/endpoint_settings_update", "what"),
        ("/endpoint_settings_update", #"{"endpoint_id":7}"#), ("/endpoint_settings_update", #"{"endpoint_id":""}"#),
        ("/endpoint_settings_update", #"{"endpoint_ids":[]}"#),
        ("/endpoint_settings_update", #"{"endpoint_ids":["\#(String(repeating: "x", count: 256))"]}"#),
    ])
    func `data that names nobody is refused`(topic: String, data: String) {
        let thrown = #expect(throws: SettingsNotification.Malformed.self) {
            try SettingsNotification(decoding: Self.message(topic, data))
        }
        guard case .badData = thrown else {
            Issue.record("\(String(describing: thrown))")
            return
        }
    }

    @Test(arguments: ["", "[]", "7", "{}", #"{"type":7}"#, #"{"type":"message""#])
    func `what is no JSON is refused`(text: String) {
        #expect(throws: SettingsNotification.Malformed.notJSON) {
            try SettingsNotification(decoding: Array(text.utf8))
        }
    }

    @Test func `a message is bounded`() {
        #expect(throws: SettingsNotification.Malformed.tooLong(limit: SettingsNotification.byteLimit)) {
            try SettingsNotification(decoding: [UInt8](repeating: 0x20, count: SettingsNotification.byteLimit + 1))
        }
        let names = (0...SettingsNotification.nameLimit).map { "\"ep-\($0)\"" }.joined(separator: ",")
        #expect(throws: SettingsNotification.Malformed.tooManyNames(limit: SettingsNotification.nameLimit)) {
            try SettingsNotification(
                decoding: Self.message("/endpoint_settings_update", #"{"endpoint_ids":[\#(names)]}"#))
        }
    }
}
