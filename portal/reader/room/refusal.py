"""The refusal of a file, with a code; callers have the message."""


class RefusedError(Exception):
    """The file is refused."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
