"""What goes over the loopback: packets and bytes with IP headers, counted outside the processes."""
import socket
import struct
import threading

IPV4 = 0x0800
HEADERS = 64
TCP, UDP = 6, 17


class Packets:
    """Counts those from or to one port between `with` and its end."""

    def __init__(self, port):
        self.port, self.count, self.bytes = port, 0, 0
        self.has_ended = False

    def __enter__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(IPV4))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind(("lo", IPV4))
        self.socket.settimeout(0.2)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.has_ended = True
        self.thread.join()
        self.socket.close()

    def _read(self):
        while not self.has_ended:
            try:
                header = self.socket.recv(HEADERS)
            except TimeoutError:
                continue
            start = (header[0] & 15) * 4
            if header[9] in (TCP, UDP) and self.port in struct.unpack_from("!HH", header, start):
                self.count += 1
                self.bytes += struct.unpack_from("!H", header, 2)[0]
