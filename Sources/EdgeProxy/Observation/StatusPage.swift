internal import Gossip

/// The page at `/`, for people: what this proxy is, whether it takes clients, and where the numbers are.
struct StatusPage {
    var id: MemberID
    var stage: DrainState.Stage
    var postgresAddress: String
    var domain: String
    var members: [FleetMember]
    var openSessions: Int

    var html: String {
        let rows = members.map { member in
            "<tr><td>\(escaped(member.id.name))\(member.id == id ? " (this one)" : "")</td>"
                + "<td>\(escaped(member.grpc.text))</td></tr>"
        }
        return """
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><title>sidecar \(escaped(id.name))</title>
            <style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}
            table{border-collapse:collapse}td,th{text-align:left;padding:.2rem 1rem .2rem 0}</style></head>
            <body>
            <h1>sidecar proxy \(escaped(id.name))</h1>
            <p>This proxy is <strong>\(stage.rawValue)</strong>, with \(openSessions) open sessions.</p>
            <p>Databases: <code>ENDPOINT.\(escaped(domain))</code> at <code>\(escaped(postgresAddress))</code>.</p>
            <table><tr><th>member</th><th>gRPC</th></tr>
            \(rows.joined(separator: "\n"))
            </table>
            <p><a href="/metrics">metrics</a> · <a href="/healthz">health</a> · <a href="/readyz">readiness</a></p>
            </body></html>
            """
    }

    private func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}
