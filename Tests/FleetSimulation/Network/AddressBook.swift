package import Gossip

/// Who holds which address. Address number n is 10.0.0.0 + n, on the one gossip port.
package struct AddressBook: Sendable {
    package enum Holder: Equatable, Sendable {
        case host(Int)
        /// A member of another cluster, which can neither open our datagrams nor seal ones that we open.
        case foreigner
    }

    package static let port: UInt16 = 7946
    /// Numbers from here on have only ever belonged to others.
    package static let firstForeign = 1 << 20

    private var holders: [Holder?] = []
    package private(set) var addresses: [MemberAddress] = []

    package init() {}

    package mutating func assign(_ host: Int) -> Int {
        let number = holders.count
        holders.append(.host(host))
        addresses.append(Self.address(number))
        return number
    }

    package mutating func giveAway(_ number: Int) {
        holders[number] = .foreigner
    }

    /// Of this fleet's or of others'.
    package func address(of number: Int) -> MemberAddress {
        number < addresses.count ? addresses[number] : Self.address(number)
    }

    package func holder(of number: Int) -> Holder? {
        number < holders.count ? holders[number] : nil
    }

    /// - Returns: `nil` for an address that is not of this fleet's network, 10.0.0.0/8.
    package static func number(of address: MemberAddress) -> Int? {
        guard address.port == port, address.bytes.count == 4, address.bytes[0] == 10 else { return nil }
        return address.bytes.dropFirst().reduce(0) { $0 << 8 | Int($1) }
    }

    package static func address(_ number: Int) -> MemberAddress {
        let text = "10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
        guard let address = MemberAddress(ip: text, port: port) else { preconditionFailure("\(text) is an address") }
        return address
    }
}
