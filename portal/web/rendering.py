"""Cheaper forms of what a template does hundreds of times per page: output a value, and call a macro or function."""

import re
import secrets
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import repeat
from types import FunctionType, MappingProxyType, MethodType
from typing import Any, cast

from flask import g
from jinja2 import Environment, Template, nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, Macro
from jinja2.utils import Namespace, missing
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]

as_markup: Callable[[str], Markup] = partial(str.__new__, Markup)
"""Mark a plain text as markup; `Markup` first looks whether it has markup of its own, at three times the cost."""

MAPPINGS = frozenset({dict, MappingProxyType})
"""What a key is looked up in at once."""

OF_DICTS = frozenset(dir(dict))
"""Attributes that every dict has; any other is a key."""

_MARK = secrets.token_hex(8)
_MARKS = tuple(f"{_MARK}-{number:02}-" for number in range(16))
"""They stand for names in what is kept. Nobody can type them, as each process has its own."""
_MARKED = re.compile(f"{_MARK}-(\\d\\d)-")


def escaped(value: Any) -> str:
    """Escape a value as `markupsafe.escape` does, but return it unchanged if it is markup or needs no escaping.

    Only for output: the result may be plain text, which would be escaped again if it were used further.
    """
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    return str(value) if kind is int else escape(value)


escape_text: Callable[[str], str] = _escape_inner
"""Escape a plain text; it stays one."""


class Generator(CodeGenerator):
    """Generates templates that output values through `escaped`, and whose macros, calls and look-ups are quick ones."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if _is_escaped(frame, finalize):  # most is text or markup, for which no call of Python is made
            self.write("(environment.escape_text(out) if (kind := type(out := ")
        else:
            super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if _is_escaped(frame, finalize):
            self.write(")) is str else out if kind is Markup else environment.escaped(out))")
        else:
            super()._output_child_post(node, frame, finalize)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802  # Jinja's name
        """Write the look-up of an attribute, or of a key of a plain dict, in place: a page has up to 1,600 of them.

        What is neither takes the call that Jinja would write.
        """
        if node.attr in OF_DICTS:
            super().visit_Getattr(node, frame)
            return
        name = repr(node.attr)
        self.write(f"(of[{name}] if type(of := ")
        self.visit(node.node, frame)
        self.write(f") is dict and {name} in of else found if (found := getattr(of, {name}, missing)) is not missing ")
        self.write(f"else environment.getattr(of, {name}))")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:  # noqa: N802  # Jinja's name
        """Write the look-up of a key of a mapping in place too, under own names: one may stand in another."""
        if isinstance(node.arg, nodes.Slice):
            super().visit_Getitem(node, frame)
            return
        of, at = self.temporary_identifier(), self.temporary_identifier()
        self.write(f"({of}[{at}] if type({of} := ")
        self.visit(node.node, frame)
        self.write(f") in environment.mappings and ({at} := ")
        self.visit(node.arg, frame)
        self.write(f") in {of} else environment.getitem({of}, ")
        self.visit(node.arg, frame)
        self.write("))")

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:  # noqa: ARG002  # Jinja's own
        """Write the definition of a macro, as Jinja does except for its class."""
        node = macro_ref.node
        named = "".join(f"{each.name!r}, " for each in node.args)
        asks = (macro_ref.accesses_kwargs, macro_ref.accesses_varargs, macro_ref.accesses_caller)
        self.write(f"environment.macro(environment, macro, {getattr(node, 'name', None)!r}, ({named}), ")
        self.write(f"{', '.join(map(repr, asks))}, context.eval_ctx.autoescape)")


def _is_escaped(frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> bool:
    return frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None


class QuickTemplate(Template):
    """Writes each block in one piece: every piece goes up through a generator for each template that a page extends."""

    @classmethod
    def from_code(cls, *code: Any, **options: Any) -> "QuickTemplate":
        """Return the template of this code."""
        made = super().from_code(*code, **options)
        made.blocks = {name: _in_one_piece(block) for name, block in made.blocks.items()}
        return cast(QuickTemplate, made)


def _in_one_piece(block: Any) -> Callable[[Context], Iterator[str]]:
    def whole(context: Context) -> Iterator[str]:
        yield "".join(block(context))

    block.__globals__[block.__name__] = whole  # by which name `super` looks for the block it stands in
    return whole


class QuickMacro(Macro):
    """Sorts the arguments of a macro, and marks what it writes, without what Jinja does for macros of any kind."""

    def called(self, context: EvalContext, args: tuple[Any, ...], named: dict[str, Any]) -> str:
        """Return what the macro writes for these arguments."""
        if self.catch_kwargs or self.catch_varargs or self.explicit_caller or len(args) > self._argument_count:
            return super().__call__(context, *args, **named)
        given = [*args, *map(named.pop, self.arguments[len(args) :], repeat(missing))]
        if self.caller:
            given.append(named.pop("caller", None) or self._environment.undefined("No caller defined", name="caller"))
        if named:
            raise TypeError(f"macro {self.name!r} takes no keyword argument {next(iter(named))!r}")
        written = self._func(*given)
        return as_markup(written) if context.autoescape else written


class QuickContext(Context):
    """Calls macros, functions and methods without Jinja's search for decorators that ask for the context."""

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805  # as in Jinja: no name is taken
        """Call an object, with the evaluation context if it is a macro."""
        kind = type(__obj)
        if kind is not QuickMacro and (
            (kind is not FunctionType and kind is not MethodType) or hasattr(__obj, "jinja_pass_arg")
        ):
            return super().call(__obj, *args, **kwargs)
        if kwargs:  # what Jinja adds for those that do
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
        return __obj.called(__self.eval_ctx, args, kwargs) if kind is QuickMacro else __obj(*args, **kwargs)


class QuickNamespace(Namespace):
    """Keeps its values as any object does; Jinja's asks Python at each look-up."""

    def __init__(*args: Any, **kwargs: Any) -> None:
        self, *given = args  # any name may be a value
        self.__dict__.update(*given, **kwargs)

    __getattribute__ = object.__getattribute__
    __setitem__ = object.__setattr__


class QuickEnvironment(Environment):
    """An environment that takes all of this."""

    code_generator_class = Generator
    context_class = QuickContext
    template_class = QuickTemplate
    mappings = MAPPINGS
    escaped = staticmethod(escaped)
    escape_text = staticmethod(escape_text)
    macro = QuickMacro


def written_once(macro: Macro, *values: Hashable) -> str:
    """Return what the macro writes for these values, which it is asked once per process.

    For what is around every page. It must depend on the values and the language alone; each language has its macros.
    """
    return _written(macro, *values)


@lru_cache(maxsize=4096)
def _written(macro: Macro, *values: Hashable) -> str:
    return macro(*values)


def repeated(macro: Macro, names: Sequence[str], *same: Any) -> Markup:
    """Return what the macro writes for these names and values, the macro being called once per page for equal values.

    For fields that a page holds a hundred times under different names. The macro must only write the names.
    """
    proxy: Any = g  # looked through once: a page asks up to two hundred times
    kept = proxy._get_current_object().setdefault("repeated", {})  # noqa: SLF001
    known = (macro, *[each if type(each) is str else id(each) for each in same])
    if known not in kept:
        pieces = _MARKED.split(str(macro(*_MARKS[: len(names)], *same)))
        pattern = "%s".join(piece.replace("%", "%%") for piece in pieces[::2])
        kept[known] = pattern, [int(place) for place in pieces[1::2]], same  # those too, that no other takes their id
    pattern, places, _same = kept[known]
    written = [escaped(name) for name in names]
    return as_markup(pattern % tuple([written[place] for place in places]))
