extension SCRAMVerifier {
    /// Judges a password that came in clear, by what the verifier's owner would have computed. Costs PBKDF2, whichever way
    /// it ends.
    ///
    /// - Parameters:
    ///   - password: prepared with SASLprep.
    ///   - isGenuine: `false` for a mock verifier: the same work, and no password fits.
    /// - Returns: what a proof would have yielded, fit for every place that keeps the same verifier; `nil`: it is wrong.
    package func keys(of password: [UInt8], isGenuine: Bool, hashing: some SCRAMHashing) -> SCRAMKeys? {
        let keys = SCRAMKeys(password: password, salt: salt, iterations: iterations, hashing: hashing)
        let matches = hashing.equalInConstantTime(hashing.sha256(keys.clientKey), storedKey)
        return matches && isGenuine ? keys : nil
    }
}
