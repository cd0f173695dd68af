# Certificates that nobody but the test trusts.
# SPDX-License-Identifier: EUPL-1.2
import subprocess

from .patience import PATIENCE


def make_certificate(certificate, key, name):
    """Two files, or one where they are the same; signed with its own key."""
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key]
    subprocess.run(
        ["openssl", "req", "-x509", *new_key, "-out", certificate, "-subj", f"/CN={name}"]
        + ["-days", "9"],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
