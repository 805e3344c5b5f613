import Telemetry
import Testing

struct SecretTests {
    private struct Login {
        var user = "demo"
        var password = Secret("hunter2")
    }

    @Test func `no way of printing shows the value`() {
        let login = Login()
        var dumped = ""
        dump(login, to: &dumped)
        for text in ["\(login)", "\(login.password)", String(reflecting: login), dumped, "\([login.password])"] {
            #expect(text.contains("<secret>"))
            #expect(!text.contains("hunter2"))
        }
        #expect(login.password.reveal() == "hunter2")
    }
}
