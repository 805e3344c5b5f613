internal import Foundation
internal import PostgresWire

/// Unicode's compatibility composition, from Foundation.
package struct FoundationNormalizing: CompatibilityNormalizing {
    package init() {}

    package func nfkc(_ text: String) -> String { text.precomposedStringWithCompatibilityMapping }
}
