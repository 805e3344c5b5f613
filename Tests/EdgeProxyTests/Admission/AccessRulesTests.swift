import EdgeProxy
import Testing
import Transport

/// facts: edge proxy §6.
struct AccessRulesTests {
    private func origin(_ address: String?, link: String? = nil) -> ClientOrigin {
        ClientOrigin(address: address.flatMap { IPAddress($0) }, privateLink: link)
    }

    @Test(
        arguments: [
            ([], "192.0.2.1", true),
            ([], nil, true),
            (["192.0.2.1"], "192.0.2.1", true),
            (["192.0.2.1"], "192.0.2.2", false),
            (["192.0.2.1"], nil, false),
            (["192.0.2.0/24"], "192.0.2.255", true),
            (["192.0.2.0/24"], "192.0.3.0", false),
            (["192.0.2.5-192.0.2.7"], "192.0.2.6", true),
            (["192.0.2.5-192.0.2.7"], "192.0.2.8", false),
            (["192.0.2.1"], "::ffff:192.0.2.1", true),
            (["::ffff:192.0.2.0/120"], "192.0.2.9", true),
            (["0.0.0.0/0"], "2001:db8::1", false),
            (["::/0"], "2001:db8::1", true),
            (["::/0"], "192.0.2.1", false),
            (["2001:db8::/32"], "2001:db8:7::1", true),
            (["2001:db8::1-2001:db8::ff"], "2001:db8::100", false),
            (["what"], "192.0.2.1", false),
            ([""], "192.0.2.1", false),
            (["192.0.2.1/33", "192.0.2.9-192.0.2.1"], "192.0.2.1", false),
            (["what", "192.0.2.1"], "192.0.2.1", true),
        ] as [([String], String?, Bool)])
    func `a list of addresses`(entries: [String], address: String?, isAllowed: Bool) {
        let rules = AccessRules(allowedAddresses: AllowList(entries))
        let origin = origin(address)
        #expect(rules.denial(of: origin, at: .publicNetwork) == (isAllowed ? nil : .address(origin.address)))
        #expect(rules.denial(of: ClientOrigin(address: origin.address, privateLink: "l"), at: .privateLink) == nil)
    }

    @Test func `what cannot be read is kept to be shown`() {
        let list = AllowList(["10.0.0.1", "what", "10.0.0.0/99"])
        #expect(list.unreadable == ["what", "10.0.0.0/99"])
        #expect(list.entries.count == 3)
        #expect(!AllowList(["what"]).isEmpty)
    }

    private static let links =
        [
            // Public blocked, private links blocked, allowed links, the client's link, at the public entrance, at the private.
            (false, false, [], nil, nil, .noPrivateLink),
            (false, false, [], "a", nil, nil),
            (false, false, ["a"], "a", nil, nil),
            (false, false, ["a"], "b", nil, .privateLink("b")),
            (false, false, ["a"], nil, nil, .noPrivateLink),
            (true, false, ["a"], "a", .blockedNetwork, nil),
            (true, true, ["a"], "a", .blockedNetwork, .blockedNetwork),
            (false, true, ["a"], "a", nil, .blockedNetwork),
            (false, true, [], nil, nil, .blockedNetwork),
        ] as [(Bool, Bool, Set<String>, String?, AccessDenial?, AccessDenial?)]

    @Test(arguments: links)
    func `networks and private links`(
        blocksPublic: Bool, blocksLinks: Bool, allowed: Set<String>, link: String?, atPublic: AccessDenial?,
        atPrivate: AccessDenial?
    ) {
        let rules = AccessRules(
            allowedPrivateLinks: allowed, blocksPublicNetwork: blocksPublic, blocksPrivateLinks: blocksLinks)
        let origin = origin("192.0.2.1", link: link)
        #expect(rules.denial(of: origin, at: .publicNetwork) == atPublic)
        #expect(rules.denial(of: origin, at: .privateLink) == atPrivate)
    }
}
