"""Write a table as Parquet in a process of its own, which alone loads the library: nobody who serves people does.

Lines of CSV go there through a pipe and are written in groups, so that neither process holds the table. The same rows
give the same bytes with one release of the library: it writes no time, and its name is left out.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
_ROWS = 100_000  # of a group
_COMPRESSION = "zstd(3)"
_PATIENCE = 60.0  # seconds, for the last group


@contextmanager
def writing(path: Path, columns: Mapping[str, str], key: str) -> Iterator[Callable[[bytes], object]]:
    """Yield a function that adds lines of CSV; `columns` names their types: string, boolean, date or dateTime.

    An empty text becomes null, but in the column `key`. OSError if the file cannot be written.
    """
    words = [f"{name}={kind}" for name, kind in columns.items()]
    command = [sys.executable, "-m", __name__, str(path.resolve()), key, *words]
    with subprocess.Popen(  # noqa: S603  # our own module and arguments
        command,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={},  # no secrets of the portal
    ) as process:
        assert process.stdin is not None  # noqa: S101  # by PIPE
        try:
            yield process.stdin.write
            _, said = process.communicate(timeout=_PATIENCE)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        last = said.decode(errors="replace").strip().rpartition("\n")[2]
        raise OSError(f"Parquet was not written: {last}")


def main(path: str, key: str, *words: str) -> None:
    """Write the rows that come in."""
    # Loaded here alone: 33 MB of library.
    from arro3.core import DataType, Field, Schema  # noqa: PLC0415
    from arro3.io import read_csv, write_parquet  # noqa: PLC0415

    types = {
        "string": DataType.string(), "boolean": DataType.bool(), "date": DataType.date32(),
        "dateTime": DataType.timestamp("us", tz="UTC"),
    }  # fmt: skip
    columns = [word.split("=") for word in words]
    schema = Schema([Field(name, types[kind], nullable=name != key) for name, kind in columns])
    rows = read_csv(sys.stdin.buffer, schema, has_header=False)
    write_parquet(rows, path, compression=_COMPRESSION, created_by="Keurwerk", max_row_group_size=_ROWS)


if __name__ == "__main__":
    main(*sys.argv[1:])
