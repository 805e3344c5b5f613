"""What the load on a gRPC echo service is made of."""


def framed(body):
    """One gRPC message with one `bench.EchoMessage`."""
    message = b"\x0a" + varint(len(body)) + body
    return b"\x00" + len(message).to_bytes(4, "big") + message


def varint(number):
    encoded = b""
    while number >= 0x80:
        encoded += bytes([number & 0x7F | 0x80])
        number >>= 7
    return encoded + bytes([number])
