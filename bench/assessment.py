"""`make bench ONLY=assessment`: save one answer by the button of its page, with few and with many answers stored.

Each request says something else, so that it writes; web and database processes count together. Beside it a form as
tutorials write it, and with AGAINST another revision of ours.
"""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from itertools import count
from urllib.request import HTTPCookieProcessor, build_opener

from bench import builds, load
from bench.results import Report
from bench.served import Comparison, Installed, child, free_port, wait
from bench.sides import Side, alternate
from bench.sizes import Sizes

CASE = "save an answer"
CODE = "PAY-05"
CPU_MS, SHARE, FLAT = 8.0, 0.5, 1.2
FEW = 100  # agencies of the small register: about 5,000 answers
RIVAL = "Flask + ORM"
SEE_OTHER = 303
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_SAID: Iterator[int] = count(1)


def main(sizes: Sizes, compared: Comparison) -> Report:
    """Measure in turns, and compare."""
    report = Report("assessment")
    with ExitStack() as stack:
        few = _few(stack, compared, min(FEW, sizes.agencies))
        sides = [_side(compared, each, sizes.n) for each in (*compared.all, few)]
        sides.append(rival(stack, compared, sizes.n))
        for side in sides:
            side.turn()  # warm up
        alternate(report, CASE, sides, sizes.rounds)
    ours = report.cpu_ms(builds.OURS, CASE)
    report.aim("CPU of a saved answer", f"< {CPU_MS:.0f} ms", f"{ours:.1f} ms", ours < CPU_MS)
    small = report.cpu_ms(few.build.name, CASE)
    grown = ours / small if small else 1.0
    answers = [compared.machine.count(each.database, "answer") for each in (few, compared.ours)]
    name = f"from {answers[0]:,} to {answers[1]:,} answers"
    report.aim(name, f"<= {FLAT} x", f"{grown:.2f} x", grown <= FLAT)
    if sizes.against:
        other = compared.all[1].build.name
        theirs = report.cpu_ms(other, CASE)
        share = ours / theirs if theirs else 1.0
        report.aim(CASE, f"<= {SHARE} x {other}", f"{share:.2f} x", share <= SHARE)
    return report


def _few(stack: ExitStack, compared: Comparison, agencies: int) -> Installed:
    """Serve our build a second time, with few answers stored."""
    few = compared.again(f"{builds.OURS}, few answers", agencies)
    few.serve(stack)
    wait(few.port, "/readyz")
    return few


def _side(compared: Comparison, each: Installed, n: int) -> Side:
    case = each.seeded["cases"]["draft"]
    path = f"/agency/applications/{case['application']}/questions/{CODE}"
    cookie = each.cookie(case["editor"])
    token = TOKEN.search(load.once(each.port, path, cookie).decode())
    if token is None:
        raise RuntimeError(f"the question of {each.build.name} has no token")
    return compared.side(each, partial(_save, each.port, path, cookie, token[1], n))


def rival(stack: ExitStack, compared: Comparison, n: int) -> Side:
    """Return the form of tutorials, served on a database of its own."""
    url, port = compared.machine.database("bench_rival_form"), free_port()
    env = dict(compared.ours.env) | {"RIVAL_URL": url}
    process = stack.enter_context(child(compared.ours.build, "plain", str(port), "bench.rival_form:app", env=env))
    wait(port, "/")
    opener = build_opener(HTTPCookieProcessor())
    page = opener.open(f"http://127.0.0.1:{port}/")
    cookie = str(page.headers["Set-Cookie"]).partition(";")[0]
    token = TOKEN.search(page.read().decode())
    if token is None:
        raise RuntimeError("the form has no token")
    turn = partial(_save, port, "/", cookie, token[1], n)
    return Side(RIVAL, turn, partial(load.tree, process.pid), partial(compared.machine.backends, "bench_rival_form"))


def _save(port: int, path: str, cookie: str, token: str, n: int) -> load.Load:
    """Save one answer `n` times, each time with another explanation, over one connection."""
    walls, begin = [], time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for _ in range(n):
            said = {"csrf_token": token, "value": "nonconform", "explanation": f"Said {next(_SAID)} times."}
            sent = time.perf_counter()
            connection.sendall(load.form(port, path, cookie, said))
            status, _page = load.answer(connection)
            if status != SEE_OTHER:
                raise RuntimeError(f"{path} was answered with {status}")
            walls.append(time.perf_counter() - sent)
    return load.Load(walls, time.perf_counter() - begin, b"")
