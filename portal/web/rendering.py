"""Cheaper forms of what a template does hundreds of times per page: output a value, and call a macro or function."""

import re
from types import FunctionType, MethodType
from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

_special = re.compile("[&<>'\"]").search


def escaped(value: Any) -> str:
    """Escape a value as `markupsafe.escape` does, but return it unchanged if it is markup or needs no escaping.

    Only for output: the result may be plain text, which would be escaped again if it were used further.
    """
    kind = value.__class__
    if kind is Markup or (kind is str and not _special(value)):
        return value  # type: ignore[no-any-return]
    return escape(value)


class Generator(CodeGenerator):
    """Generates templates that output values through `escaped`."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.escaped(")
        else:
            super()._output_child_pre(node, frame, finalize)


class QuickContext(Context):
    """Calls macros, functions and methods without Jinja's search for decorators that ask for the context."""

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805  # as in Jinja: no name is taken
        """Call an object, with the evaluation context if it is a macro."""
        kind = __obj.__class__
        if kind is Macro:
            args = (__self.eval_ctx, *args)
        elif (kind is not FunctionType and kind is not MethodType) or hasattr(__obj, "jinja_pass_arg"):
            return super().call(__obj, *args, **kwargs)
        kwargs.pop("_block_vars", None)  # what Jinja adds for those that do
        kwargs.pop("_loop_vars", None)
        return __obj(*args, **kwargs)
