"""The listening socket of the web server, which outlives it: who comes during a restart waits in the socket's queue."""

import os
import socket
from collections.abc import Mapping

HOST = "127.0.0.1"
BACKLOG = 1024
SILENT_SECONDS = 5  # that the kernel keeps a connection on which no question has arrived to itself
STALLED_MS = 60_000  # after which the kernel ends a connection whose reader takes nothing
HANDED = 3  # the first file descriptor that systemd hands over


def open_socket(port: int) -> socket.socket:
    """Listen on a port of this machine; OSError if it is taken."""
    listening = socket.create_server((HOST, port), backlog=BACKLOG)
    return prepared(listening)


def take_socket(number: int | None, env: Mapping[str, str]) -> socket.socket | None:
    """Return the socket that this process was given: by file descriptor, or as systemd does it."""
    if env.get("LISTEN_FDS") and env.get("LISTEN_PID") == str(os.getpid()):
        number = HANDED
    return None if number is None else prepared(socket.socket(fileno=number))


def prepared(listening: socket.socket) -> socket.socket:
    """Set what the connections of a socket inherit, and return it."""
    # Otherwise the end of an answer waits for the reader's acknowledgement: 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_MS)
    # A server that ends closes what it took and has read nothing from; so it takes nothing before there is a question,
    # and who was quicker than their question waits for the next server.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENT_SECONDS)
    return listening


def tell_ready(env: Mapping[str, str]) -> None:
    """Tell the service manager that this process serves, if it asked to be told (sd_notify)."""
    if address := env.get("NOTIFY_SOCKET"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as teller:
            teller.sendto(b"READY=1", address.replace("@", "\0", 1) if address.startswith("@") else address)
