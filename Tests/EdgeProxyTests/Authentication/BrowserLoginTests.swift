import EdgeProxy
import Gossip
import Synchronization
import Telemetry
import Testing

struct BrowserLoginTests {
    private let me = MemberID("proxy-a")

    private func json(_ id: String, host: String = "10.0.0.1", port: Int = 5432, endpoint: String = "demo") -> [UInt8] {
        let success =
            #"{"host":"\#(host)","port":\#(port),"dbname":"app","user":"alice","password":"pencil","new":1,"#
            + #""aux":{"endpoint_id":"\#(endpoint)","project_id":"p","branch_id":"b"},"allowed_ips":["10.0.0.0/8"]}"#
        return Array(#"{"session_id":"\#(id)","result":{"Success":\#(success)}}"#.utf8)
    }

    // MARK: Names

    @Test func `a session's id names its proxy and looks like Neon's`() throws {
        let id = LoginSessionID.fresh(owner: me)
        #expect(id.text.wholeMatch(of: /[0-9a-f]{16}/) != nil)
        #expect(LoginSessionID(id.text) == id)
        #expect(id.isPerhaps(of: me))
        #expect(LoginSessionID.fresh(owner: me) != id)
        #expect(LoginSessionID(owner: me, dice: [1, 2, 3, 4, 5, 6]).text.hasSuffix("010203040506"))
        let others = (0..<200).map { MemberID("proxy-\($0)") }.count { id.isPerhaps(of: $0) }
        #expect(others <= 2, "two bytes tell nearly all apart")
    }

    @Test(arguments: [
        "", "0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF", "0123456789abcdeg", "é123456789abcde",
    ])
    func `anything else is no id`(text: String) {
        #expect(LoginSessionID(text) == nil)
    }

    // MARK: What is delivered

    @Test func `a login is read, with what we do not know beside it`() throws {
        let login = try LoginDelivery(json: json(String(repeating: "a", count: 16)))
        #expect(login.host == "10.0.0.1" && login.port == 5432 && login.database == "app" && login.user == "alice")
        #expect(login.password.reveal() == "pencil" && login.endpoint.text == "demo")
        #expect(login.rules.allowedAddresses == AllowList(["10.0.0.0/8"]) && login.computeID == nil)
        #expect(!"\(login)".contains("pencil"))
    }

    @Test func `what is no login is refused in words that repeat nothing of it`() {
        let id = String(repeating: "a", count: 16)
        let cases = [
            Array("select 1".utf8), Array("{}".utf8), json("short"), json(id, port: 0), json(id, port: 65536),
            json(id, host: ""), json(id, endpoint: "De Mo"), Array(json(id).dropLast()), [0xFF],
            Array(#"{"session_id":"\#(id)","result":{"Failure":"pencil"}}"#.utf8),
        ]
        for bytes in cases {
            let malformed = #expect(throws: LoginDelivery.Malformed.self) { try LoginDelivery(json: bytes) }
            #expect(malformed.map { !"\($0)".contains("pencil") } == true)
        }
    }

    // MARK: Who brings it

    /// Members that say what the test wants.
    private final class Members: LoginPeers {
        let replies: [MemberID: LoginReply]
        let asked = Mutex<[MemberID]>([])

        init(_ replies: [MemberID: LoginReply]) {
            self.replies = replies
        }

        func deliverLogin(_ json: [UInt8], for id: LoginSessionID, at member: MemberID) async -> LoginReply {
            asked.withLock { $0.append(member) }
            return replies[member] ?? .lost
        }
    }

    private func fleet(_ others: [MemberID]) -> FleetView {
        let nowhere = NetworkAddress(host: "127.0.0.1", port: 1)
        return FleetView(me: me, members: ([me] + others).map { FleetMember(id: $0, grpc: nowhere) })
    }

    @Test func `a login for another member's session is brought to that member, and to no other`() async {
        let (owner, third) = (MemberID("proxy-b"), MemberID("proxy-c"))
        let id = LoginSessionID.fresh(owner: owner)
        let replies: [(LoginReply, String?)] = [
            (.taken, nil), (.failed("waiter `x` not registered"), "waiter `x` not registered"),
            (.lost, "the proxy that has the session does not answer"),
        ]
        for (reply, told) in replies {
            let members = Members([owner: reply, third: .taken])
            let desk = LoginDesk(waiters: LoginWaiters(me: me), fleet: fleet([owner, third]), peers: members)
            #expect(await desk.deliver(json(id.text)) == told)
            #expect(members.asked.withLock { $0 } == [owner])
        }
    }

    @Test func `a login for nobody is told so, and is not passed on twice`() async {
        let owner = MemberID("proxy-b")
        let members = Members([owner: .taken])
        let desk = LoginDesk(waiters: LoginWaiters(me: me), fleet: fleet([owner]), peers: members)
        let mine = LoginSessionID.fresh(owner: me)
        #expect(await desk.deliver(json(mine.text)) == "waiter `\(mine)` not registered")
        let other = LoginSessionID.fresh(owner: owner)
        #expect(desk.deliverHere(json(other.text)) == "waiter `\(other)` not registered")
        #expect(members.asked.withLock { $0 }.isEmpty)
        #expect(await desk.deliver(Array("nonsense".utf8)) != nil)
    }
}
