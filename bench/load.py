"""Generate bounded HTTP/1.1 load over persistent connections to a local server, and measure its cost."""

import os
import socket
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
OK, BUSY = 200, 503


@dataclass(frozen=True)
class Load:
    """Wall times in seconds, measured at the client, the last body, and how many were asked to come back (503)."""

    walls: list[float]
    elapsed: float
    body: bytes
    refused: int = 0


def percentile_ms(walls: list[float], share: float) -> float:
    """Return the wall time in milliseconds that this share of the answers stayed below."""
    ordered = sorted(walls)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


def children() -> dict[int, list[int]]:
    """Return the running processes by their parents."""
    found: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:  # it ended since we looked
            continue
        if state != "Z":
            found.setdefault(int(parent), []).append(int(stat.parent.name))
    return found


def tree(*roots: int) -> list[int]:
    """Return those of these processes that run, and all their descendants."""
    below = children()
    running = {pid for group in below.values() for pid in group}
    found = [pid for pid in roots if pid in running]
    for pid in found:
        found += [child for child in below.get(pid, []) if child not in found]
    return found


def cpu_each(pids: Iterable[int]) -> dict[int, float]:
    """Return the CPU time in seconds of each of these processes, with that of its ended children."""
    found = {}
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        found[pid] = sum(map(int, fields[11:15])) / TICK
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return their CPU time together."""
    return sum(cpu_each(pids).values())


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process, in MB of 10**6 bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 1e6


def run(port: int, path: str, *, n: int, connections: int, cookie: str = "") -> Load:
    """Send `n` GETs in all over `connections` persistent connections; every answer must be 200."""
    return walk(port, [path] * n, connections=connections, cookie=cookie)


def walk(port: int, paths: Sequence[str], *, connections: int, cookie: str = "") -> Load:
    """Send a GET for each of the paths, in order, over persistent connections; every answer must be 200."""
    known = {path: _request(port, path, cookie) for path in set(paths)}
    requests = [known[path] for path in paths]

    def client(index: int) -> tuple[list[float], bytes]:
        walls, body = [], b""
        with socket.create_connection(("127.0.0.1", port)) as connection:
            for request in requests[index::connections]:
                begin = time.perf_counter()
                connection.sendall(request)
                body = _read(connection)
                walls.append(time.perf_counter() - begin)
        return walls, body

    return _together(client, min(connections, len(paths)))


def paced(port: int, path: str, *, rate: int, seconds: float, connections: int) -> Load:
    """POST at a fixed rate, regardless of answers; wall times start when a request was due.

    An answer is 200, or 503, which is counted. Each connection has an address of its own in 127.0.1.0/24, as visitors do.
    """
    request = _request(port, path, "", "POST")
    start, n = time.perf_counter() + 0.2, int(rate * seconds)

    def client(index: int) -> tuple[list[float], bytes]:
        walls, body = [], b""
        source = (f"127.0.1.{index + 1}", 0)
        with socket.create_connection(("127.0.0.1", port), source_address=source) as connection:
            for number in range(index, n, connections):
                due = start + number / rate
                time.sleep(max(0.0, due - time.perf_counter()))
                connection.sendall(request)
                status, found = answer(connection)
                if status == OK:
                    walls.append(time.perf_counter() - due)
                    body = found
                elif status != BUSY:
                    raise RuntimeError(f"{path} was answered with {status}")
        return walls, body

    found = _together(client, min(connections, n))
    return replace(found, refused=n - len(found.walls))


def _together(client: Callable[[int], tuple[list[float], bytes]], count: int) -> Load:
    """Run the clients in parallel; an error in one ends the measurement."""
    begin = time.perf_counter()
    with ThreadPoolExecutor(count) as threads:
        found = list(threads.map(client, range(count)))
    body = next((body for _, body in found if body), b"")
    return Load([wall for walls, _ in found for wall in walls], time.perf_counter() - begin, body)


def once(port: int, path: str, cookie: str = "") -> bytes:
    """Return the body of one GET. OSError while no server listens."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(_request(port, path, cookie))
        return _read(connection)


def form(port: int, path: str, cookie: str, fields: Mapping[str, str]) -> bytes:
    """Return the bytes of a form that is sent."""
    body = urlencode(fields)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}".encode()


def _request(port: int, path: str, cookie: str, method: str = "GET") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Language: nl\r\n"
    head += "Content-Length: 0\r\n" if method == "POST" else ""
    return (head + (f"Cookie: {cookie}\r\n" if cookie else "") + "\r\n").encode()


def _read(connection: socket.socket) -> bytes:
    """Return the body of an answer, which must be 200."""
    status, body = answer(connection)
    if status != OK:
        raise RuntimeError(f"the answer was {status}")
    return body


def answer(connection: socket.socket) -> tuple[int, bytes]:
    """Return status and body of an answer."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            raise RuntimeError("the server hung up")
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    if b"transfer-encoding: chunked" in head.lower():
        return int(head[9:12]), _chunks(connection, body)
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65536)
    return int(head[9:12]), body


def _chunks(connection: socket.socket, data: bytes) -> bytes:
    """Return a body that comes in chunks, each after its length."""
    body = b""
    while True:
        while b"\r\n" not in data:
            data += connection.recv(65536)
        size, _, data = data.partition(b"\r\n")
        length = int(size, 16)
        while len(data) < length + 2:
            data += connection.recv(65536)
        body, data = body + data[:length], data[length + 2 :]
        if not length:
            return body
