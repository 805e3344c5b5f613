"""Gossip datagrams from outside, well sealed or badly: an insider with the key, a stranger without.

    version 1 | key id 1 | sender 8 | epoch 8 | counter 8 | ciphertext | tag 16      big-endian

AES-256-GCM of libcrypto, by ctypes: what Debian has anyway.
"""
import ctypes
import ctypes.util
import hashlib
import hmac
import struct
import time

LIBCRYPTO = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
GET_TAG, TAG_LENGTH = 0x10, 16


class Sealer:
    """One sender of one cluster."""

    def __init__(self, key, cluster, *, sender, key_id=1, epoch=None):
        """`key` has 32 bytes; `epoch` is in milliseconds since 1970, now if not given."""
        self.cluster, self.sender, self.key_id, self.counter = cluster.encode(), sender, key_id, 0
        self.epoch = int(time.time() * 1000) if epoch is None else epoch
        info = b"sidecar gossip" + struct.pack("!QQ", sender, self.epoch)
        self.key = hkdf(key, salt=self.cluster, info=info, length=32)
        self.hash_key = hkdf(self.cluster, salt=b"", info=b"sidecar gossip repair", length=16)

    def seal(self, plaintext):
        """For whoever it reaches, as a first contact is."""
        self.counter += 1
        header = struct.pack("!BBQQQ", 1, self.key_id, self.sender, self.epoch, self.counter)
        nonce, receiver = struct.pack("!IQ", 0, self.counter), bytes(8)
        return header + aes_256_gcm(self.key, nonce, plaintext, header + self.cluster + receiver)

    def packet(self, part):
        """One part and its check, sealed."""
        return self.seal(part + struct.pack("!I", siphash(self.hash_key, part) & 0xFFFFFFFF))

    def hello(self, name, port, *, epoch=None, incarnation=1):
        """A first contact that says who the sender is."""
        name, grpc = name.encode(), b"127.0.0.1:1"
        return self.packet(
            b"\6" + varint(len(name)) + name + struct.pack("!Q", self.sender) + varint(epoch or self.epoch)
            + varint(incarnation) + b"\4" + bytes([127, 0, 0, 1]) + struct.pack("!H", port) + varint(len(grpc)) + grpc
            + bytes([0, 1, self.key_id, self.key_id, 1]))


def key_of(text):
    """The sending key in a key file: (id, 32 bytes)."""
    lines = [line.split() for line in text.splitlines()]
    [line] = [line for line in lines if len(lines) == 1 or "send" in line]
    return int(line[0]), bytes.fromhex(line[1])


def hkdf(key, *, salt, info, length):
    """RFC 5869 with SHA-256, one block."""
    extracted = hmac.new(salt or bytes(32), key, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\1", hashlib.sha256).digest()[:length]


def aes_256_gcm(key, nonce, plaintext, associated_data):
    """Ciphertext and tag."""
    crypto = LIBCRYPTO
    for name in "EVP_CIPHER_CTX_new", "EVP_aes_256_gcm":
        getattr(crypto, name).restype = ctypes.c_void_p
    context, length = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new()), ctypes.c_int(0)
    output, tag = ctypes.create_string_buffer(len(plaintext) + TAG_LENGTH), ctypes.create_string_buffer(TAG_LENGTH)
    try:
        steps = [
            lambda: crypto.EVP_EncryptInit_ex(context, ctypes.c_void_p(crypto.EVP_aes_256_gcm()), None, key, nonce),
            lambda: crypto.EVP_EncryptUpdate(
                context, None, ctypes.byref(length), associated_data, len(associated_data)),
            lambda: crypto.EVP_EncryptUpdate(context, output, ctypes.byref(length), plaintext, len(plaintext)),
            lambda: crypto.EVP_EncryptFinal_ex(context, tag, ctypes.byref(length)),
            lambda: crypto.EVP_CIPHER_CTX_ctrl(context, GET_TAG, TAG_LENGTH, tag)]
        for step in steps:
            assert step() == 1, "libcrypto refused"
        return output.raw[:len(plaintext)] + tag.raw
    finally:
        crypto.EVP_CIPHER_CTX_free(context)


def siphash(key, data):
    """SipHash-2-4."""
    mask = (1 << 64) - 1
    k0, k1 = struct.unpack("<QQ", key)
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def rotated(word, bits):
        return (word << bits | word >> (64 - bits)) & mask

    def turn():
        for a, b, c, d, left, right in (0, 1, 2, 3, 13, 16), (2, 1, 0, 3, 17, 21):
            v[a] = (v[a] + v[b]) & mask
            v[b] = rotated(v[b], left) ^ v[a]
            v[a] = rotated(v[a], 32)
            v[c] = (v[c] + v[d]) & mask
            v[d] = rotated(v[d], right) ^ v[c]

    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 0xFF])
    for (word,) in struct.iter_unpack("<Q", padded):
        v[3] ^= word
        turn()
        turn()
        v[0] ^= word
    v[2] ^= 0xFF
    for _ in range(4):
        turn()
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def varint(value):
    """LEB128."""
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(encoded) + bytes([value])
