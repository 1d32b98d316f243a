"""Rendering: checked source, plain values in, bounded text out."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from loomwork.core.errors import InvalidInput
from loomwork.templates.checks import check_template
from loomwork.templates.filters import FILTERS, READER, Reader

MAX_OUTPUT = 1_000_000
MAX_ITERATIONS = 10_000
MAX_DEPTH = 8
_PLAIN = (bool, int, float, Decimal, str, date, datetime, time)


class Form(StrEnum):
    """What the result is: text as it stands, or HTML with every value escaped."""

    TEXT = "text"
    HTML = "html"


class _Environment(ImmutableSandboxedEnvironment):
    """A dotted name reads a key of a dictionary and nothing else; no globals, no loader."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return self.undefined(obj=obj, name=attribute)

    def call(*_args: Any, **_kwargs: Any) -> Any:
        raise InvalidInput("templates call nothing", code="template")


class _Rows(list[Any]):
    """A list that counts every step of every loop over it against one budget per rendering."""

    budget: list[int]

    def __iter__(self) -> Iterator[Any]:
        for one in super().__iter__():
            self.budget[0] -= 1
            if self.budget[0] < 0:
                raise InvalidInput(f"the template repeats more than {MAX_ITERATIONS} times", code="template")
            yield one


class Renderer:
    """Renders templates for one reader.

    Units: dates and times are shown in `zone` (IANA name).
    """

    def __init__(self, language: str, zone: str) -> None:
        self._reader = Reader(language, zone)

    def render(self, source: str, values: Mapping[str, Any], form: Form = Form.TEXT) -> str:
        """The filled template.

        Shapes: `values` hold None, bool, int, float, Decimal, str, date, datetime, time, and lists and dictionaries
        of those; anything else is refused, so that no object of the program ever meets a template.
        Raises: InvalidInput `template` for a template that is not taken, a name that is not there, too long a result.
        """
        template = _compiled(source, form)
        budget = [MAX_ITERATIONS]
        context = {str(key): _plain(value, budget, 0) for key, value in values.items()}
        context[READER] = self._reader
        parts: list[str] = []
        size = 0
        try:
            for part in template.generate(context):
                size += len(part)
                if size > MAX_OUTPUT:
                    raise InvalidInput(f"the rendered text is longer than {MAX_OUTPUT} characters", code="template")
                parts.append(part)
        except TemplateError as fault:
            raise InvalidInput(f"the template cannot be filled: {fault.message}", code="template") from None
        except (TypeError, ArithmeticError, ValueError, RecursionError) as fault:
            name = type(fault).__name__
            raise InvalidInput(f"the template cannot be filled with these values ({name})", code="template") from None
        return "".join(parts)


def render(source: str, values: Mapping[str, Any], *, language: str, zone: str, form: Form = Form.TEXT) -> str:
    """Render once; see `Renderer.render`."""
    return Renderer(language, zone).render(source, values, form)


def _environment(form: Form) -> _Environment:
    made = _Environment(
        autoescape=form is Form.HTML, undefined=StrictUndefined, keep_trailing_newline=True, cache_size=0
    )
    made.globals.clear()
    made.tests.clear()
    made.filters.clear()
    made.filters.update(FILTERS)
    return made


_ENVIRONMENTS = {form: _environment(form) for form in Form}


@lru_cache(maxsize=256)
def _compiled(source: str, form: Form) -> Template:
    environment = _ENVIRONMENTS[form]
    check_template(source, environment)
    try:
        return environment.from_string(source)
    except (SyntaxError, RecursionError, MemoryError):
        # What the tree's check lets through and Python cannot nest: a hundred conditions inside each other.
        raise InvalidInput("the template is nested too deeply", code="template") from None


def _plain(value: Any, budget: list[int], depth: int) -> Any:
    """A copy made of plain values; subclasses (which may carry methods) are brought down to their base."""
    if value is None or type(value) in _PLAIN:
        return value
    if depth >= MAX_DEPTH:
        raise InvalidInput(f"the values are nested deeper than {MAX_DEPTH} levels", code="template")
    if isinstance(value, Mapping):
        return {str(key): _plain(one, budget, depth + 1) for key, one in value.items()}
    if isinstance(value, list | tuple):
        rows = _Rows(_plain(one, budget, depth + 1) for one in value)
        rows.budget = budget
        return rows
    if isinstance(value, str):
        # Markup is a text that claims to be escaped already: only its characters are taken.
        return str.__str__(value)
    raise InvalidInput(f"a {type(value).__name__} is no value for a template", code="template")
