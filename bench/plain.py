"""`python -m bench.plain PORT MODULE:NAME`: serve a rival as ours is served, without the processes that ours needs.

They would read files and print for nobody: two seconds of CPU for each rival that starts.
"""

import sys
from importlib import import_module

from portal.host.listening import open_socket
from portal.host.processes import give_back_memory
from portal.host.server import serve


def main(port: str, target: str) -> None:
    """Serve it until this process is told to end."""
    give_back_memory()
    module, name = target.split(":")
    serve(open_socket(int(port)), target, getattr(import_module(module), name))


if __name__ == "__main__":
    main(*sys.argv[1:])
