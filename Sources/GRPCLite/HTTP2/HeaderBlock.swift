/// The fields of one HEADERS frame and its continuations.
struct HeaderBlock: Equatable {
    var fields: [HeaderField] = []
    /// Name, value and 32 for each field, kept or not. RFC 9113 §6.5.2.
    var size = 0
    /// Over the limit: `fields` is only the beginning.
    var isTooLarge = false
    var endsStream = false
}
