"""The one renderer: what it fills, what it refuses, and how fast it refuses."""

import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from loomwork.core.errors import InvalidInput
from loomwork.templates import Form, render
from loomwork.templates.checks import MAX_CHARACTERS
from loomwork.templates.filters import FILTERS

LETTER = """Dear {{ customer.name }},
{% if total > 0 %}you owe {{ total|number(2) }} since {{ since|date }}.{% else %}thank you.{% endif %}
{% for line in order.lines %}- {{ line.name|upper }}: {{ line.count }}
{% endfor %}"""
VALUES: dict[str, Any] = {
    "customer": {"name": "Ann <b>"},
    "total": Decimal("1234.5"),
    "since": date(2026, 3, 1),
    "order": {"lines": [{"name": "paper", "count": 2}, {"name": "ink", "count": 1}]},
}


def filled(source: str, form: Form = Form.TEXT, language: str = "en", **values: object) -> str:
    return render(source, values, language=language, zone="Asia/Shanghai", form=form)


def test_an_ordinary_letter_is_filled() -> None:
    shown = filled(LETTER, **VALUES)
    assert "Dear Ann <b>,\nyou owe 1,234.50 since Mar 1, 2026." in shown
    assert "- PAPER: 2\n- INK: 1\n" in shown


def test_html_escapes_every_value_but_not_the_template() -> None:
    assert filled("<i>{{ name }}</i>", Form.HTML, name="<script>") == "<i>&lt;script&gt;</i>"


def test_a_value_that_claims_to_be_safe_is_escaped_as_well() -> None:
    from markupsafe import Markup

    assert filled("{{ name }}", Form.HTML, name=Markup("<script>")) == "&lt;script&gt;"


def test_values_are_never_templates() -> None:
    assert filled("{{ name }}", name="{{ 7*7 }}{% if 1 %}") == "{{ 7*7 }}{% if 1 %}"


def test_instants_are_shown_in_the_readers_zone_and_language() -> None:
    at = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
    assert filled("{{ at|date }}", language="zh-CN", at=at) == "2026年3月2日"
    assert "6:30" in filled("{{ at|time }}", at=at)


def test_a_dotted_name_reads_keys_only() -> None:
    with pytest.raises(InvalidInput):
        filled("{{ customer.items }}", customer={"name": "Ann"})
    with pytest.raises(InvalidInput):
        filled("{{ name.upper }}", name="ann")


class Planted:
    """An object of the program that must never meet a template."""

    def delete(self) -> str:
        raise AssertionError("reached")


def test_an_object_is_refused_before_the_template_sees_it() -> None:
    for value in (Planted(), {"x": Planted()}, [Planted()], Planted, {1, 2}, print):
        with pytest.raises(InvalidInput, match="no value for a template"):
            filled("hello", value=value)


ATTACKS = [
    "{{ ''.__class__.__mro__ }}",
    "{{ x.__class__ }}",
    "{{ x|attr('__class__') }}",
    "{{ x['a'] }}",
    "{{ x[0] }}",
    "{{ x() }}",
    "{{ x.y() }}",
    "{{ range(9999999) }}",
    "{{ lipsum() }}",
    "{{ cycler }}",
    "{{ self }}",
    "{% for a in x %}{{ loop.index }}{% endfor %}",
    "{{ 'a' * 1000000000 }}",
    "{{ 9 ** 9999999 }}",
    "{{ '%999999999d' % 1 }}",
    "{{ 1 + 1 }}",
    "{{ -1 }}",
    "{{ 'a' ~ 'b' }}",
    "{{ [1, 2] }}",
    "{{ {'a': 1} }}",
    "{{ (1, 2) }}",
    "{{ x|safe }}",
    "{{ x|format(1) }}",
    "{{ x|center(1000000000) }}",
    "{{ x|indent(10000) }}",
    "{{ x|batch(9) }}",
    "{{ x|slice(100000000) }}",
    "{{ x|join }}",
    "{{ x|map('upper') }}",
    "{{ x|default(y) }}",
    "{{ x|default(*y) }}",
    "{{ x|number(digits=2) }}",
    "{% autoescape false %}{{ x }}{% endautoescape %}",
    "{% set x = 1 %}",
    "{% macro m() %}{% endmacro %}",
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% from 'x' import y %}",
    "{% extends 'x' %}",
    "{% block b %}{% endblock %}",
    "{% do x %}",
    "{% for a in x recursive %}{% endfor %}",
    "{% for a in x if a %}{% endfor %}",
    "{% for a, b in x %}{% endfor %}",
    "{% for a in 'abc' %}{% endfor %}",
    "{% for a in x %}{% for b in x %}{% for c in x %}{% endfor %}{% endfor %}{% endfor %}",
    "{% call x() %}{% endcall %}",
    "{% filter upper %}a{% endfilter %}",
    "{% with a = 1 %}{% endwith %}",
    "{{ x is divisibleby 3 }}",
    "{{ x in y[0] }}",
    "{{ _reader }}",
    "{{ x._a }}",
    "{{ x",
    "{% if %}",
    "{{ }}",
    "{{ x.a.b.c.d.e.f.g.h }}",
    "{{ (1).real }}",
    "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "{% if a %}" * 900 + "{% endif %}" * 900,
    "{{ a" + " and a" * 5000 + " }}",
    "x" * (MAX_CHARACTERS + 1),
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda text: text[:40])
def test_an_attack_is_refused_with_a_reason(attack: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        filled(attack, x="a", y="b", a=True)
    assert raised.value.code == "template"


def test_refusing_takes_no_time_worth_speaking_of() -> None:
    started = time.process_time()
    for attack in ATTACKS:
        with pytest.raises(InvalidInput):
            filled(attack, x="a", y="b", a=True)
    assert (time.process_time() - started) / len(ATTACKS) < 0.05


def test_loops_share_one_budget_and_results_have_a_limit() -> None:
    rows = list(range(300))
    with pytest.raises(InvalidInput, match="repeats"):
        filled("{% for a in x %}{% for b in x %}{% endfor %}{% endfor %}", x=rows)
    with pytest.raises(InvalidInput, match="longer"):
        filled("{% for a in x %}" + "y" * 4000 + "{% endfor %}", x=rows)


def test_every_filter_is_exercised() -> None:
    assert set(FILTERS) == {"date", "default", "lower", "number", "time", "title", "trim", "upper"}
    assert filled("{{ a|lower }}{{ b|trim }}{{ c|title }}{{ d|default('-') }}", a="A", b=" b ", c="c", d=None) == "abC-"


@pytest.mark.parametrize(
    "source", ["{{ a|date }}", "{{ a|time }}", "{{ a|number }}", "{{ b|number(99) }}", "{{ nobody }}", "{{ a > b }}"]
)
def test_a_value_that_does_not_fit_is_a_fault_not_a_blank(source: str) -> None:
    with pytest.raises(InvalidInput):
        filled(source, a="text", b=1)
