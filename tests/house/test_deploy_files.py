"""What docs/deploy says about services and proxy: programs, settings and addresses exist, and agree with each other."""

import ast
import re
import shutil
import subprocess
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path

import pytest

from portal.forms.uploads import MOST_LARGE
from portal.settings import MIB, REQUIRED, ROOT, Settings

DEPLOY = ROOT / "docs" / "deploy"
SERVICES = sorted(DEPLOY.glob("*.service"))
SOCKETS = sorted(DEPLOY.glob("*.socket"))
COMMON = DEPLOY / "keurwerk-.service.d" / "common.conf"
HOME = "/opt/keurwerk"
MOST_EXPOSED = 20  # tenths, as `systemd-analyze security` counts: 100 is wide open


def unit(path: Path) -> dict[str, list[str]]:
    """Its settings; one may stand there several times."""
    found = defaultdict(list)
    for line in path.read_text().splitlines():
        if line and line[0] not in "#;[":
            name, _, value = line.partition("=")
            found[name].append(value)
    return found


def environment(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def files_of(service: Path) -> list[Path]:
    return [DEPLOY / "etc" / Path(name).name for path in (COMMON, service) for name in unit(path)["EnvironmentFile"]]


def filled_in(service: Path) -> dict[str, str]:
    """The environment of a service, with a good value for what the operator must replace."""
    env = {name: value for path in files_of(service) for name, value in environment(path).items()}
    assert "MADE-BY" in env["SECRET_KEY"]
    mine = {"SECRET_KEY": "9f1c0a7be24d5836a1f0c9d27b6e4830", "SEAL_PASSPHRASE": "four bicycles sing"}
    return env | {name: value for name, value in mine.items() if name in env}


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_what_a_service_runs_exists(service):
    (command,) = unit(service)["ExecStart"]
    program, option, module, *words = command.split()
    assert (program, option) == (f"{HOME}/.venv/bin/python", "-m")
    assert find_spec(module) is not None
    targets = [word.partition(":")[2] for word in words if ":" in word]
    names = {
        node.value for node in ast.walk(ast.parse((ROOT / "wsgi.py").read_text())) if isinstance(node, ast.Constant)
    }
    assert set(targets) <= names


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_the_settings_of_a_service_are_whole_and_known(service):
    env = filled_in(service)
    signs = "portal.host.signer" in unit(service)["ExecStart"][0]
    assert ("SEAL_PASSPHRASE" in env) == signs
    if signs:  # as portal.host.signer: it listens there, and needs no database
        assert env.pop("SIGNER_URL").startswith("unix:///run/keurwerk/")
    settings = Settings.from_env(env, needs=() if signs else REQUIRED)
    unknown = [name for name in env if not hasattr(settings, name.lower())]
    assert unknown == []
    assert settings.base_url.startswith("https://")


def test_every_file_belongs_to_a_service():
    used = {path.name for service in SERVICES for path in files_of(service)}
    assert used == {path.name for path in (DEPLOY / "etc").iterdir()}


@pytest.mark.parametrize("service", [path for path in SERVICES if "Sockets" in unit(path)], ids=lambda path: path.name)
def test_a_server_is_handed_the_socket_that_it_needs(service):
    (name,) = unit(service)["Sockets"]
    (address,) = unit(DEPLOY / name)["ListenStream"]
    assert unit(service)["Requires"] == [name]
    assert address.rpartition(":")[2] in unit(service)["ExecStart"][0].split()
    assert unit(service)["Type"] == ["notify"]  # portal.host.listening.tell_ready


def test_every_file_is_named_in_the_page():
    page = (DEPLOY / "README.md").read_text()
    names = [path.name for path in [*SERVICES, *SOCKETS, COMMON, DEPLOY / "nginx.conf"]]
    assert [name for name in names if name not in page] == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_understands_the_units_and_finds_them_confined(tmp_path):
    shutil.copytree(COMMON.parent, tmp_path / COMMON.parent.name)
    for path in [*SERVICES, *SOCKETS]:
        text = path.read_text().replace(f"{HOME}/.venv/bin/python", shutil.which("true"))
        (tmp_path / path.name.replace("@.", "@1.")).write_text(text)
    units = sorted(path for path in tmp_path.iterdir() if path.is_file())
    done = run("systemd-analyze", "verify", "--man=no", *units)
    assert [line for line in done.stderr.splitlines() if "keurwerk" in line] == []
    for path in units:
        if path.suffix == ".service":
            whole = tmp_path / "whole" / path.name
            whole.parent.mkdir(exist_ok=True)
            whole.write_text(path.read_text() + COMMON.read_text())
            done = run(
                "systemd-analyze", "security", "--offline=yes", f"--threshold={MOST_EXPOSED}", "--no-pager", whole
            )
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr


def proxy() -> dict[str, list[str]]:
    """The directives of the proxy, without blocks."""
    found = defaultdict(list)
    for line in (DEPLOY / "nginx.conf").read_text().splitlines():
        if match := re.fullmatch(r"\s*(\w+)\s+(.+);", line):
            found[match[1]].append(match[2])
    return found


def test_the_proxy_asks_the_socket_of_the_web_servers():
    (socket,) = unit(DEPLOY / "keurwerk-web.socket")["ListenStream"]
    servers = [each.split()[0] for each in proxy()["server"] if each[0].isdigit()]
    assert servers == [socket, socket], "nginx asks again only if there is a second server"


def test_the_proxy_is_counted_once_and_hands_over_who_asks():
    assert environment(DEPLOY / "etc" / "common.env")["PROXIES"] == "1"
    assert "X-Forwarded-For $proxy_add_x_forwarded_for" in proxy()["proxy_set_header"]
    assert "Host $host" in proxy()["proxy_set_header"]


def test_the_proxy_takes_the_largest_file_and_buffers_all():
    largest = int(environment(DEPLOY / "etc" / "common.env")["MAX_EVIDENCE_BYTES"])
    assert largest == 50 * MIB
    (limit,) = proxy()["client_max_body_size"]
    assert limit == f"{MOST_LARGE * (largest + MIB) // MIB}m"
    assert proxy()["proxy_request_buffering"] == proxy()["proxy_buffering"] == ["on"]
    assert proxy()["proxy_next_upstream"] == ["error timeout"]  # without non_idempotent: a POST is never sent twice


@pytest.mark.skipif(not shutil.which("nginx"), reason="no nginx here")
def test_nginx_understands_it(tmp_path):
    certificate = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=register.example -days 2"
    )
    run(*certificate.split(), "-keyout", tmp_path / "key", "-out", tmp_path / "pem")
    text = (DEPLOY / "nginx.conf").read_text()
    text = text.replace("/etc/ssl/private/register.example.key", str(tmp_path / "key"))
    text = text.replace("/etc/ssl/register.example.pem", str(tmp_path / "pem"))
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{text}\n}}\n")
    done = run("nginx", "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf")
    assert done.returncode == 0, done.stderr


def run(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
