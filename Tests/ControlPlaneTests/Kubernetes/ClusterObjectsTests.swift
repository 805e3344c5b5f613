import Foundation
import Gossip
import Telemetry
import TestKit
import Testing

@testable import ControlPlane

@Suite struct ClusterObjectsTests {
    @Test func `an endpoint is read out of its StatefulSet`() throws {
        let json = #"""
            {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"pg-demo","namespace":"databases","uid":"u",
             "resourceVersion":"42","labels":{"sidecar.dev/endpoint":"demo","app":"x"},
             "annotations":{"sidecar.dev/generation":"7","sidecar.dev/access":"{\"allowed_ips\":[\"10.0.0.0/8\"]}",
             "sidecar.dev/compute":"{\"generation\":7,\"sequence\":3,\"phase\":\"running\",\"address\":\"10.1.2.3:5432\",\"computeID\":\"pg-demo-0\"}"}},
             "spec":{"replicas":1,"serviceName":"pg"},"status":{"replicas":1,"readyReplicas":1}}
            """#
        let scale = try EndpointScale(try JSONDecoder().decode(StatefulSet.self, from: Data(json.utf8)))
        #expect(scale.endpoint.text == "demo" && scale.generation == 7 && scale.replicas == 1 && scale.pods == 1)
        #expect(
            scale.compute?.location?.address == "10.1.2.3:5432" && scale.compute?.location?.serverName == "pg-demo-0")
        #expect(scale.rules == EndpointRules(allowedIPs: ["10.0.0.0/8"]))
    }

    @Test(arguments: [
        (EndpointMarks.generation, "-1"), (EndpointMarks.generation, "seven"), (EndpointMarks.generation, ""),
        (EndpointMarks.access, "{"), (EndpointMarks.access, #"{"allowed_ips":3}"#),
    ])
    func `an annotation that cannot be read stops the endpoint, not the fence`(name: String, value: String) {
        var object = Sample.object()
        object.metadata.annotations?[name] = value
        #expect(throws: EndpointScale.Flaw.self) { try EndpointScale(object) }
    }

    @Test(arguments: ["Demo", "", "a.b"]) func `a label that is no name is no endpoint`(label: String) {
        var object = Sample.object()
        object.metadata.labels = [EndpointMarks.endpoint: label]
        #expect(throws: EndpointScale.Flaw.self) { try EndpointScale(object) }
    }

    @Test func `a compute's word that is not ours is nobody's`() throws {
        var object = Sample.object(generation: 1, replicas: 1)
        object.metadata.annotations?[EndpointMarks.compute] = "running!"
        #expect(try EndpointScale(object).compute == nil)
    }

    @Test func `a wake is one patch of annotation, pods' annotation and replicas, guarded`() throws {
        let json = String(decoding: try ScaleChange(.wake(generation: 8), resourceVersion: "42").json(), as: UTF8.self)
        #expect(
            json == #"{"metadata":{"annotations":{"sidecar.dev/compute":null,"sidecar.dev/generation":"8"},"#
                + #""resourceVersion":"42"},"spec":{"replicas":1,"template":{"metadata":{"annotations":{"#
                + #""sidecar.dev/generation":"8"}}}}}"#)
    }

    @Test func `a sleep is guarded too, and says what the agent said last`() throws {
        let change = ScaleChange(.sleep(why: "idle", Sample.news(8, .ended)), resourceVersion: "43")
        let json = String(decoding: try change.json(), as: UTF8.self)
        #expect(
            json
                == #"{"metadata":{"annotations":{"sidecar.dev/compute":"{\"generation\":8,\"phase\":\"ended\",\"sequence\":4}"},"#
                + #""resourceVersion":"43"},"spec":{"replicas":0}}"#)
        let bare = try ScaleChange(.sleep(why: "idle", nil), resourceVersion: "43").json()
        #expect(
            String(decoding: bare, as: UTF8.self) == #"{"metadata":{"resourceVersion":"43"},"spec":{"replicas":0}}"#)
    }

    @Test func `what the agent said survives its annotation`() {
        for news in [Sample.news(8, .running), Sample.news(9, .failed, error: #"a "quoted" cause"#)] {
            #expect(ComputeNews(annotation: news.annotation) == news)
        }
        let long = ComputeNews(generation: 1, sequence: 1, phase: .failed, error: String(repeating: "x", count: 9_999))
        #expect(long.annotation.utf8.count < 1_000)
    }

    @Test(arguments: [
        (
            #"{"type":"BOOKMARK","object":{"kind":"StatefulSet","metadata":{"resourceVersion":"99"}}}"#,
            WatchEvent.bookmark(resourceVersion: "99")
        ),
        (
            #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}"#,
            .error(APIStatus(code: 410, reason: "Expired", message: "too old"))
        ),
        (#"{"type":"LATER","object":{}}"#, .unknown),
        (
            #"{"type":"DELETED","object":{"metadata":{"name":"a"}}}"#,
            .deleted(StatefulSet(metadata: ObjectMetadata(name: "a")))
        ),
    ])
    func `events are read`(json: String, event: WatchEvent) throws {
        #expect(try WatchEvent(json: Array(json.utf8)) == event)
    }

    @Test(arguments: ["", "{}", "[]", #"{"type":"ADDED"}"#, #"{"type":"ADDED","object":{}}"#, #"{"type":3}"#, "\u{0}"])
    func `what is no event is an error`(json: String) {
        #expect(throws: DecodingError.self) { try WatchEvent(json: Array(json.utf8)) }
    }

    @Test func `lines are cut wherever the bytes are`() throws {
        let text = Array("{\"a\":1}\n\n{\"b\":2}\n{\"c\"".utf8)
        for cut in 0...text.count {
            var lines = WatchLines()
            let found = try lines.take(text[..<cut]) + lines.take(text[cut...])
            #expect(found == [Array(#"{"a":1}"#.utf8), Array(#"{"b":2}"#.utf8)])
        }
    }

    @Test func `a line has an end`() throws {
        var lines = WatchLines(limit: 8)
        #expect(try lines.take(Array("12345678\n".utf8)).count == 1)
        #expect(throws: WatchLines.TooLong.self) { try lines.take(Array("123456789".utf8)) }
    }

    @Test(arguments: [
        (409, ClusterFailure.Reason.conflict), (410, .gone), (404, .notFound), (429, .overloaded), (422, .refused),
        (403, .refused), (401, .refused), (500, .unavailable), (503, .unavailable), (302, .unavailable),
    ])
    func `answers have meanings`(code: Int, reason: ClusterFailure.Reason) {
        #expect(ClusterFailure(code: code, status: nil).reason == reason)
    }

    @Test func `a Retry-After of the header goes before that of the body, and has an end`() {
        let status = APIStatus(code: 429, details: .init(retryAfterSeconds: 9))
        #expect(ClusterFailure(code: 429, status: status).retryAfter == .seconds(9))
        #expect(ClusterFailure(code: 429, status: status, retryAfter: 2).retryAfter == .seconds(2))
        #expect(ClusterFailure(code: 429, status: nil, retryAfter: .max).retryAfter == .seconds(300))
        #expect(ClusterFailure(code: 429, status: nil, retryAfter: -5).retryAfter == .zero)
    }

    @Test func `verifiers come from the database, else from the spec`() throws {
        let spec =
            #"{"spec":{"cluster":{"roles":[{"name":"app","encrypted_password":"old"},{"name":"ro","encrypted_password":"ro1"},{"name":"none"}]}}}"#
        func secrets(_ data: [String: String]) -> EndpointSecrets {
            EndpointSecrets(SecretObject(metadata: .init(), data: data.mapValues { Secret(Array($0.utf8)) }))
        }
        let young = secrets(["spec.json": spec])
        #expect(young.verifier(of: "app")?.reveal() == "old" && young.verifier(of: "ro")?.reveal() == "ro1")
        #expect(young.verifier(of: "none") == nil && !young.isSame(as: [:]))
        let both = secrets(["spec.json": spec, "roles.json": #"{"app":"new","gone":""}"#])
        #expect(both.verifier(of: "app")?.reveal() == "new")
        for role in ["ro", "gone", "none", "nobody", ""] { #expect(both.verifier(of: role) == nil, "dropped, locked") }
        let text = String(decoding: try EndpointSecrets.rolesText(["app": Secret("a/b")]).reveal(), as: UTF8.self)
        #expect(text == #"{"app":"a/b"}"# && secrets(["roles.json": text]).isSame(as: ["app": Secret("a/b")]))
        #expect(!secrets(["roles.json": text]).isSame(as: ["app": Secret("c")]))
        #expect(secrets(["spec.json": "{", "roles.json": "[]"]).verifier(of: "app") == nil)
    }

    @Test func `a secret's values are base64, and never printed`() throws {
        let json = #"{"metadata":{"name":"pg-demo-roles"},"data":{"roles.json":"eyJhcHAiOiJ2In0="}}"#
        let object = try JSONDecoder().decode(SecretObject.self, from: Data(json.utf8))
        #expect(EndpointSecrets(object).verifier(of: "app")?.reveal() == "v")
        #expect(!"\(object)".contains("app"))
    }

    @Test func `a pod finds the API, its namespace and a token that changes`() throws {
        let folder = try TemporaryFolder()
        try SecureFile.write(Array("databases\n".utf8), to: folder.path + "/namespace")
        try SecureFile.write(Array("first\n".utf8), to: folder.path + "/token")
        let environment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"]
        let place = try ClusterPlace(root: nil, namespace: nil, folder: folder.path, environment: environment)
        #expect(place.root == "https://[fd00::1]:6443" && place.namespace == "databases")
        #expect(try place.token().reveal() == "first")
        try SecureFile.write(Array("second".utf8), to: folder.path + "/token")
        #expect(try place.token().reveal() == "second")
    }

    @Test(arguments: [
        ("http://cluster", "databases"), ("https://cluster", "../kube-system"), ("https://cluster", ""),
        ("https://cluster", "A"), (nil, "databases"),
    ])
    func `a place that cannot be is refused`(root: String?, namespace: String) {
        #expect(throws: ClusterPlace.Flaw.self) {
            try ClusterPlace(root: root, namespace: namespace, folder: "/nowhere", environment: [:])
        }
    }
}
