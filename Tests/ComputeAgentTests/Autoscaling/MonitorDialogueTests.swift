import ComputeAgent
import Testing

struct MonitorDialogueTests {
    private static func greeted() -> MonitorDialogue {
        var dialogue = MonitorDialogue()
        _ = dialogue.received(text: #"{"min":1,"max":1}"#)
        return dialogue
    }

    @Test(arguments: [#"{"min":1,"max":1}"#, #"{"min":0,"max":9}"#]) func `versions that meet`(range: String) {
        var dialogue = MonitorDialogue()
        let answer = dialogue.received(text: range)
        #expect(answer == [.send(#"{"version":1}"#)])
    }

    @Test(arguments: [
        #"{"min":2,"max":3}"#, #"{"min":0,"max":0}"#, #"{"min":1,"max":0}"#, "{}", "nonsense", "", "[1,1]",
        #"{"type":"HealthCheck","content":{},"id":0}"#,
    ])
    func `versions that do not meet, and what is no range, end it`(range: String) {
        var dialogue = MonitorDialogue()
        let actions = dialogue.received(text: range)
        guard case .send(let text)? = actions.first else {
            Issue.record("nothing was said")
            return
        }
        #expect(text.hasPrefix(#"{"error":""#))
        #expect(actions.last == .close(1002))
        let after = dialogue.received(text: #"{"min":1,"max":1}"#)
        #expect(after.isEmpty)
    }

    @Test(arguments: [
        (
            #"{"type":"UpscaleNotification","content":{"granted":{"cpu":0.5,"mem":4096}},"id":0}"#,
            MonitorRequest.upscaled(MonitorResources(processors: 0.5, memoryBytes: 4096)), Int64(0)
        ),
        (
            #"{"type":"DownscaleRequest","content":{"target":{"cpu":2,"mem":1073741824}},"id":2}"#,
            .downscale(MonitorResources(processors: 2, memoryBytes: 1 << 30)), 2
        ),
    ])
    func `requests that are to be decided`(text: String, request: MonitorRequest, id: Int64) {
        var dialogue = Self.greeted()
        let answer = dialogue.received(text: text)
        #expect(answer == [.decide(request, id: id)])
    }

    @Test func `requests that need no decision`() {
        var dialogue = Self.greeted()
        let texts = [
            #"{"type":"HealthCheck","content":{},"id":4}"#,
            #"{"type":"InvalidMessage","content":{"error":"what?"},"id":6}"#,
            #"{"type":"InternalError","content":{"error":"oh"},"id":8}"#,
        ]
        let answers = texts.map { dialogue.received(text: $0) }
        #expect(
            answers == [
                [.send(#"{"id":4,"type":"HealthCheck"}"#)], [.note("the autoscaler did not understand: what?")],
                [.note("the autoscaler failed: oh")],
            ])
    }

    @Test(arguments: [
        (MonitorReply.upscaleConfirmed, #"{"id":2,"type":"UpscaleConfirmation"}"#),
        (.downscaled(true, status: "fine"), #"{"Ok":true,"Status":"fine","id":2,"type":"DownscaleResult"}"#),
        (.healthCheck, #"{"id":2,"type":"HealthCheck"}"#), (.upscaleWanted, #"{"id":2,"type":"UpscaleRequest"}"#),
        (.invalidMessage("x"), #"{"error":"x","id":2,"type":"InvalidMessage"}"#),
        (.internalError("x"), #"{"error":"x","id":2,"type":"InternalError"}"#),
    ])
    func `replies are flat, and reuse the number`(reply: MonitorReply, text: String) {
        var dialogue = Self.greeted()
        let actions = dialogue.reply(reply, id: 2)
        #expect(actions == [.send(text)])
        var silent = MonitorDialogue()
        let before = silent.reply(reply, id: 2)
        #expect(before.isEmpty)
    }

    @Test func `our own requests are odd, and go to nobody before versions are agreed`() {
        var dialogue = MonitorDialogue()
        let early = dialogue.wantsUpscale()
        #expect(early.isEmpty)
        _ = dialogue.received(text: #"{"min":1,"max":1}"#)
        let asked = (0..<3).flatMap { _ in dialogue.wantsUpscale() }
        #expect(asked == [1, 3, 5].map { .send(#"{"id":\#($0),"type":"UpscaleRequest"}"#) })
    }

    @Test(arguments: [
        ("nonsense", 0), ("{}", 0), (#"{"id":4}"#, 4), (#"{"id":"4","type":"HealthCheck"}"#, 0),
        (#"{"id":4,"type":"Sing","content":{}}"#, 4), (#"{"id":4,"type":"UpscaleNotification"}"#, 4),
        (#"{"id":4,"type":"UpscaleNotification","content":{"granted":{"cpu":1}}}"#, 4),
        (#"{"id":4,"type":"DownscaleRequest","content":{"target":{"cpu":1,"mem":-1}}}"#, 4),
        (#"{"id":4,"type":"DownscaleRequest","content":{"target":{"cpu":-1,"mem":1}}}"#, 4),
    ])
    func `what cannot be understood is said so, and the talk goes on`(text: String, id: Int64) {
        var dialogue = Self.greeted()
        let actions = dialogue.received(text: text)
        guard case .send(let answer)? = actions.first, actions.count == 1 else {
            Issue.record("not one answer: \(actions)")
            return
        }
        #expect(answer.contains(#""type":"InvalidMessage""#) && answer.contains(#""id":\#(id)"#))
        let next = dialogue.received(text: #"{"type":"HealthCheck","content":{},"id":6}"#)
        #expect(next.count == 1)
    }

    @Test func `binary frames and floods end it`() {
        var dialogue = Self.greeted()
        let actions = dialogue.receivedBinary()
        #expect(actions == [.close(1003)])
        let after = dialogue.receivedBinary() + dialogue.wantsUpscale()
        #expect(after.isEmpty)
        var flooded = Self.greeted()
        let text = String(repeating: "x", count: MonitorDialogue.textLimit + 1)
        let answer = flooded.received(text: text)
        #expect(answer == [.close(1009)])
    }
}
