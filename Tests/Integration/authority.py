"""A certificate authority of a test's own."""
import os
from pathlib import Path

from guest import openssl


class Authority:
    """`certificate` is its own; what it issues is for 127.0.0.1 and names itself in a URI too."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.certificate, self.key = self.folder / "ca.crt", self.folder / "ca.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=test authority", "-keyout", self.key, "-out", self.certificate)

    def issue(self, name):
        """Files of a certificate and its key, made anew each time."""
        certificate, key, request, names = (
            self.folder / f"{name}{suffix}" for suffix in (".crt", ".key", ".request", ".names"))
        names.write_text(f"subjectAltName=URI:sidecar://test/{name},DNS:localhost,IP:127.0.0.1")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-days", "2", "-extfile",
                names, "-set_serial", str(int.from_bytes(os.urandom(8), "big") >> 1), "-out", certificate)
        return certificate, key
