extension String {
    /// Without what is white space at its two ends (Unicode's property), or whatever else is named.
    package func trimmed(of isUnwanted: (Unicode.Scalar) -> Bool = { $0.properties.isWhitespace }) -> String {
        let start = unicodeScalars.firstIndex { !isUnwanted($0) } ?? endIndex
        var rest = unicodeScalars[start...]
        while let last = rest.last, isUnwanted(last) { rest.removeLast() }
        return String(rest)
    }
}
