"""A log with certificates in an archive, and the program that others run over it."""

import io
import json
import sys
from contextlib import redirect_stdout
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy.orm import Session

from certificates.seal import ensure_keyring
from tests.kit.stand_alone import (
    PASSPHRASE,
    VERIFIER,
    make,
)


@pytest.fixture(scope="session")
def case(engine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("case")
    ring = ensure_keyring(folder / "keys", "Stichting Keurwerk", PASSPHRASE)
    key = ec.generate_private_key(ec.SECP256R1())
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            made = make(session, folder, ring, key)
        outer.rollback()
    return made


@pytest.fixture(scope="session")
def program():
    """Provide the program, loaded from its file without the cost of a process."""
    loader = SourceFileLoader("keurwerk_verify", str(VERIFIER))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    sys.modules[loader.name] = module  # dataclasses look for it there
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(module)
    sys.dont_write_bytecode = written
    yield module
    del sys.modules[loader.name]


@pytest.fixture(scope="session")
def told(program):
    """Provide the machine-readable output of the program."""

    def told(*arguments):
        output = io.StringIO()
        with redirect_stdout(output):
            status = program.main([*map(str, arguments), "--json"])
        report = json.loads(output.getvalue())
        assert report["status"] == status
        return report

    return told
