internal import ArgumentParser
internal import ControlPlane
internal import Telemetry

/// What Postgres would store for a password, so that nobody need write a password down.
struct VerifierCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verifier", abstract: "Make a SCRAM-SHA-256 verifier.",
        discussion: """
            Reads a password from the first line of standard input and prints what a spec's “encrypted_password” is to be.
            """)

    func run() throws {
        guard let password = readLine(strippingNewline: true), !password.isEmpty else {
            throw CommandFailure.badConfiguration("standard input: there is no password")
        }
        print(EndpointCredentials.verifier(of: Secret(password)).reveal())
    }
}
