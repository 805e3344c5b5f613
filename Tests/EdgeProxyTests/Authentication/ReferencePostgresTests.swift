import EdgeProxy
import Telemetry
import Testing

struct ReferencePostgresTests {
    @Test(arguments: [
        ("postgres://u:p%40ss@db.internal:6543/roles", "db.internal", 6543, "u", "p@ss", "roles", false),
        ("postgresql://u@db.internal", "db.internal", 5432, "u", "", "u", false),
        ("postgres://", "localhost", 5432, "postgres", "", "postgres", false),
        ("postgres://u@[::1]:1/x?sslmode=disable", "::1", 1, "u", "", "x", false),
        ("postgres://u@db.internal/x?sslmode=verify-full", "db.internal", 5432, "u", "", "x", true),
    ]) func `read as libpq reads it`(
        uri: String, host: String, port: Int, user: String, password: String, database: String, isSecured: Bool
    ) throws {
        let server = try ReferencePostgres(uri: uri, password: nil)
        #expect(server.host == host && server.port == port && server.user == user && server.database == database)
        #expect(server.password.reveal() == password)
        #expect(server.isSecured == isSecured)
        #expect(try ReferencePostgres(uri: uri, password: "other").password.reveal() == "other")
    }

    @Test(arguments: [
        "", "http://127.0.0.1:3000/", "db.internal:5432", "postgres://u@h/x?sslmode=prefer",
        "postgres://u@h/x?target=any",
    ]) func `what cannot be kept to is refused`(uri: String) {
        #expect(throws: ReferencePostgres.Malformed.self) { try ReferencePostgres(uri: uri, password: nil) }
    }
}
