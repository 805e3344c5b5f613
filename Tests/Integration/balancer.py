"""A small TCP balancer: passes connections on to proxies that say that they are ready, in turn."""
import itertools
import socket
import threading
import urllib.error
import urllib.request


class Balancer:
    def __init__(self, proxies, interval=0.2):
        self.proxies, self.interval = proxies, interval
        self.ready, self.turn = list(proxies), itertools.count()
        self.over = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]

    def __enter__(self):
        for work in self._accept, self._ask:
            threading.Thread(target=work, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.over.set()
        # Wakes the thread that accepts.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _ask(self):
        while not self.over.wait(self.interval):
            self.ready = [proxy for proxy in self.proxies if self._is_ready(proxy)]

    @staticmethod
    def _is_ready(proxy):
        try:
            with urllib.request.urlopen(f"http://{proxy.told['http']}/readyz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def _accept(self):
        while not self.over.is_set():
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client):
        ready = self.ready
        if not ready:
            return client.close()
        try:
            server = socket.create_connection(("127.0.0.1", ready[next(self.turn) % len(ready)].port), timeout=10)
        except OSError:
            return client.close()
        server.settimeout(None)
        back = threading.Thread(target=self._pass, args=(server, client), daemon=True)
        back.start()
        self._pass(client, server)
        back.join()
        client.close()
        server.close()

    @staticmethod
    def _pass(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            # Whoever broke, both are closed.
            for end in source, sink:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
