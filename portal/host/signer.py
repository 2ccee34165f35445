"""Run the signer, which alone holds the secrets of the keys: `python -m portal.host.signer`.

It listens at SIGNER_URL. Only processes of its own account may ask, and they cannot look into its memory.
"""

import logging
import os
import socket
import struct
import sys
import threading
from contextlib import suppress
from pathlib import Path

from audits.core import clock
from certificates.seal.keyring.keys import Keyring, KeysError, KeyState
from portal.host.processes import hide_memory
from portal.settings import Settings, settings_or_exit
from portal.sight import logs
from portal.signing.remote import LARGEST, answer, socket_path
from portal.signing.signer import LocalSigner, Signer

_PEER = struct.Struct("3i")  # process, account and group: ucred, unix(7)
_WAITING = 64  # connections that may wait to be accepted

log = logging.getLogger(__name__)


def main() -> int:
    """Open the keys, then answer until told to stop."""
    hide_memory()
    env = dict(os.environ)  # noqa: TID251 - an entry point
    url = env.pop("SIGNER_URL", "unix:")
    settings = settings_or_exit(env, needs=())
    logs.set_up("signer", settings)
    if settings.clock_file:
        clock.follow(settings.clock_file)
    try:
        signer, listener = open_signer(settings), listen(Path(socket_path(url)))
    except (KeysError, OSError) as error:
        log.error("%s", error)
    else:
        serve(listener, signer)
    return 1


def open_signer(settings: Settings) -> LocalSigner:
    """Return the signer; KeysError unless the passphrase opens every active key."""
    signer = LocalSigner(settings)
    signer.ensure()
    for entry in Keyring.open(settings.seal_dir).entries:
        if entry.state is KeyState.ACTIVE:
            signer.check(entry.id)
    return signer


def listen(path: Path) -> socket.socket:
    """Listen at a path that only this account may use; a socket that an earlier signer left there is replaced."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    before = os.umask(0o177)
    try:
        listener.bind(str(fresh))
    finally:
        os.umask(before)
    listener.listen(_WAITING)
    fresh.replace(path)
    return listener


def serve(listener: socket.socket, signer: Signer) -> None:
    """Answer every connection in a thread of its own: a slow signing service holds up nobody else."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_answer, args=(connection, signer), daemon=True).start()


def _answer(connection: socket.socket, signer: Signer) -> None:
    with connection, suppress(OSError):  # whoever asked is gone
        pid, account, _ = _PEER.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
        if account != os.geteuid():
            log.warning("process %s of account %s may not ask for signatures", pid, account)
            return
        while message := connection.recv(LARGEST):
            connection.send(answer(signer, message))


if __name__ == "__main__":
    sys.exit(main())
