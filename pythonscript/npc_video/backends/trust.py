"""Trusted certificates: the usual ones, and those of a file."""

import os
import ssl
from pathlib import Path

from ..errors import GenerationInvalidError, InvalidDataError

__all__ = ["check_certificates", "read_certificates", "tls_context"]

_MAX_BYTES = 1 << 20
_PEM = b"-----BEGIN"
_VARIABLE = "SSL_CERT_FILE"


def read_certificates(path: Path) -> bytes:
    """The content of a file of certificates.

    Raises:
        InvalidDataError: it cannot be read, or has none.
    """
    try:
        with path.open("rb") as file:
            return check_certificates(file.read(_MAX_BYTES))
    except OSError as error:
        raise InvalidDataError(f"ca_file: {path} cannot be read: {error.strerror}.") from error


def check_certificates(data: bytes) -> bytes:
    """Returns the bytes if they are certificates in PEM, or one in DER.

    Raises:
        InvalidDataError: they are not.
    """
    try:
        _add(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), data)
    except (ssl.SSLError, ValueError) as error:
        raise InvalidDataError(
            "ca_file: has no certificate: name a PEM file, which has a line"
            " -----BEGIN CERTIFICATE-----."
        ) from error
    return data


def tls_context(certificates: bytes) -> ssl.SSLContext:
    """The TLS settings of connections; slow, because it reads the usual certificates.

    Args:
        certificates: trusted in addition to the usual ones; empty for none.

    Raises:
        GenerationInvalidError: the environment names certificates that cannot be read.
    """
    # Takes long to load, and only connections need it.
    import httpx

    try:
        context = httpx.create_ssl_context()
    except OSError as error:
        raise GenerationInvalidError(
            f"{_VARIABLE}: {os.environ.get(_VARIABLE, '')} has no readable certificates: name"
            " another file in this environment variable, or remove it."
        ) from error
    if certificates:
        _add(context, certificates)
        # A named certificate is trusted even if it is the server's own and self-signed.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _add(context: ssl.SSLContext, data: bytes) -> None:
    context.load_verify_locations(
        cadata=data.decode("ascii", "ignore") if _PEM in data else bytes(data)
    )
