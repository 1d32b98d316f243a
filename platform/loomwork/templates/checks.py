"""What a template may say: parsed, every node looked up in an allow-list, sizes bounded. Anything else is refused.

The sandbox of the template library limits neither memory nor time, and lets a template switch escaping off. So the
tree is checked before it is compiled: placeholders with dotted names, conditions, loops over lists, a few filters.
No calls, no arithmetic, no assignments, no includes, no macros, no blocks.
Source: docs/threat-model.md (T1); the measurements behind it name memory and time that unchecked templates took.
"""

import re
from collections.abc import Iterator

from jinja2 import Environment, TemplateSyntaxError, nodes

from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import Detail, InvalidInput
from loomwork.templates.filters import FILTERS

MAX_CHARACTERS = 50_000
MAX_NODES = 2_000
MAX_LOOP_NESTING = 2
MAX_NAME_DEPTH = 6
_TOO_MANY_NOTS = re.compile(r"\b(?:not\s+){33}")
"""The parser goes one level deeper for each of them, and would take long to find that it is too deep."""
RESERVED = frozenset({"self", "loop", "super", "caller", "varargs", "kwargs"})
"""Names under which the template library itself would hand out its own objects."""

ALLOWED: frozenset[type[nodes.Node]] = frozenset(
    {
        nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Const, nodes.If, nodes.For,
        nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Filter,
    }
)  # fmt: skip


def check_template(source: str, environment: Environment) -> None:
    """Refuse a template that says anything beyond the allow-list.

    Raises: InvalidInput `template` whose details name the line, what stands there and what would be right.
    """
    if len(source) > MAX_CHARACTERS:
        raise InvalidInput(f"a template has at most {MAX_CHARACTERS} characters", code="template")
    if _TOO_MANY_NOTS.search(source):
        raise InvalidInput("a template says not at most 32 times in a row", code="template")
    try:
        tree = environment.parse(source)
    except (TemplateSyntaxError, RecursionError, MemoryError, ValueError) as fault:
        line = getattr(fault, "lineno", None) or 1
        raise _refused(
            [Detail(f"line {line}", "template_syntax", str(getattr(fault, "message", "") or "cannot be read"))]
        ) from None
    faults = list(_faults(tree))
    if faults:
        raise _refused(faults[:20])


def _refused(details: list[Detail]) -> InvalidInput:
    return InvalidInput(
        f"the template is not taken: {details[0].path}: {details[0].message}", code="template", details=details
    )


def _faults(tree: nodes.Template) -> Iterator[Detail]:
    """Walk the tree without recursion, so that a deep one cannot exhaust the stack."""
    stack: list[tuple[nodes.Node, int]] = [(tree, 0)]
    seen = 0
    while stack:
        node, loops = stack.pop()
        seen += 1
        if seen > MAX_NODES:
            yield Detail("template", "template_size", f"a template has at most {MAX_NODES} parts")
            return
        fault = _fault(node, loops)
        if fault:
            yield Detail(f"line {node.lineno}", "template_construct", fault)
            continue
        inner = loops + isinstance(node, nodes.For)
        stack.extend((child, inner) for child in node.iter_child_nodes())


def _fault(node: nodes.Node, loops: int) -> str:
    if type(node) not in ALLOWED:
        return f"{type(node).__name__.lower()} is not part of the template language: use names, if, for and filters"
    if isinstance(node, nodes.For):
        return _loop_fault(node, loops)
    if isinstance(node, nodes.Filter):
        return _filter_fault(node)
    if isinstance(node, nodes.Getattr):
        return _path_fault(node)
    if isinstance(node, nodes.Name) and (node.name.startswith("_") or node.name in RESERVED):
        return f"{node.name!r} is no name of a value"
    return ""


def _loop_fault(node: nodes.For, loops: int) -> str:
    if loops >= MAX_LOOP_NESTING:
        return f"loops are nested at most {MAX_LOOP_NESTING} deep"
    if node.recursive or node.test is not None:
        return "a loop takes a list as it is: put the condition inside"
    if not isinstance(node.target, nodes.Name) or not isinstance(node.iter, nodes.Name | nodes.Getattr):
        return "a loop runs over a named list with one name: {% for line in order.lines %}"
    return ""


def _filter_fault(node: nodes.Filter) -> str:
    if node.name not in FILTERS:
        return f"there is no filter {node.name!r}; {did_you_mean(node.name, FILTERS)}"
    if node.kwargs or node.dyn_args is not None or node.dyn_kwargs is not None:
        return f"the filter {node.name!r} takes plain values only"
    if not all(isinstance(one, nodes.Const) for one in node.args) or len(node.args) > 1:
        return f"the filter {node.name!r} takes at most one plain value"
    return ""


def _path_fault(node: nodes.Getattr) -> str:
    depth, inner = 1, node.node
    while isinstance(inner, nodes.Getattr):
        depth, inner = depth + 1, inner.node
    if not isinstance(inner, nodes.Name):
        return "a dot follows a name only"
    if depth > MAX_NAME_DEPTH or node.attr.startswith("_"):
        return f"a dotted name has at most {MAX_NAME_DEPTH + 1} parts, none of them beginning with an underscore"
    return ""
