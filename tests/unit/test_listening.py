"""The listening socket that the supervisor opens for the web server."""

import socket
from contextlib import closing

import pytest

from portal.host.listening import HOST, open_socket


@pytest.fixture
def listening():
    with closing(open_socket(0)) as opened:
        yield opened


def test_connections_send_the_end_of_an_answer_at_once(listening):
    port = listening.getsockname()[1]
    with socket.create_connection((HOST, port)) as asking:
        asking.sendall(b"G")  # the kernel hands over a connection when it asks something
        with closing(listening.accept()[0]) as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_is_not_taken_twice(listening):
    with pytest.raises(OSError, match="in use"):
        open_socket(listening.getsockname()[1])
