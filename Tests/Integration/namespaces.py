"""Two network namespaces, a link from each to this machine, and one between them that can be cut. For root alone."""
import contextlib
import os
import subprocess


class TwoSides:
    """Sides 0 and 1. We reach them at `from_here`, they reach us at `to_here`, and each other at `across`."""

    def __init__(self):
        self.names = [f"sidecar-{os.getpid()}-{side}" for side in "ab"]
        self.links = [f"sc{os.getpid()}{side}" for side in "ab"]
        self.to_here, self.from_here, self.across = (
            [f"198.18.{net}.{host}" for net, host in pairs]
            for pairs in (((1, 1), (2, 1)), ((1, 2), (2, 2)), ((3, 1), (3, 2))))

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            for side, name in enumerate(self.names):
                ip("netns", "add", name)
                stack.callback(ip, "netns", "delete", name)
                ip("link", "add", self.links[side], "type", "veth", "peer", "name", "home", "netns", name)
                # A namespace goes some time after its name does, and its links with it.
                stack.callback(ip, "link", "delete", self.links[side])
                ip("address", "add", f"{self.to_here[side]}/30", "dev", self.links[side])
                ip("link", "set", self.links[side], "up")
                self.set_up(side, "home", self.from_here[side])
                ip("-n", name, "link", "set", "lo", "up")
            second = self.names[1]
            ip("-n", self.names[0], "link", "add", "across", "type", "veth", "peer", "name", "across", "netns", second)
            for side in 0, 1:
                self.set_up(side, "across", self.across[side])
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def set_up(self, side, device, address):
        ip("-n", self.names[side], "address", "add", f"{address}/30", "dev", device)
        ip("-n", self.names[side], "link", "set", device, "up")

    def within(self, side):
        """Words before a command's that make it run there."""
        return ["ip", "netns", "exec", self.names[side]]

    def cut(self):
        ip("-n", self.names[0], "link", "set", "across", "down")

    def heal(self):
        ip("-n", self.names[0], "link", "set", "across", "up")


def ip(*words, within=()):
    done = subprocess.run([*within, "ip", *words], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"
