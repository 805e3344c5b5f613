package import Telemetry

/// Logins in the browser: what Neon calls `link` or `console-redirect`.
package struct BrowserLoginSettings: Sendable {
    /// In front of a session's id in the link that clients are shown.
    package var link: String
    /// From the link to the login.
    package var limit: Duration = .seconds(120)
    /// Where the control plane's callbacks are taken. Port 0 takes a free one.
    package var callbacks: NetworkAddress
    /// What the control plane proves itself with.
    package var token: Secret<String>

    package init(link: String, callbacks: NetworkAddress, token: Secret<String>) {
        self.link = link
        self.callbacks = callbacks
        self.token = token
    }
}
