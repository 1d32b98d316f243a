"""Verbs that choose, copy and compose values: from a plain copy to templates, weights and cases."""

import math
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from loomwork.packages.demo.draws import Compiler, Draw, verb
from loomwork.packages.demo.scene import Scene

_HOLE = re.compile(r"\{([a-z_][a-z0-9_.]*)\}")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


@verb("value")
def _value(_compiler: Compiler, spec: Mapping[str, Any], _place: str) -> Draw:
    return lambda _scene: spec["value"]


@verb("get")
def _get(_compiler: Compiler, spec: Mapping[str, Any], _place: str) -> Draw:
    path = str(spec["get"])
    return lambda scene: scene.look(path)


@verb("pick", "once")
def _pick(compiler: Compiler, spec: Mapping[str, Any], place: str) -> Draw:
    """One value of a list, or of an object value → weight; `once` deals them like cards, without repeats."""
    source = spec["pick"]
    if isinstance(source, Mapping):
        names = list(source)
        weights = [float(source[name]) for name in names]
        if not names or sum(weights) <= 0:
            compiler.fault(place, "weights add up to more than 0")
            return lambda _scene: None
        return lambda scene: scene.dice.choices(names, weights)[0]
    words = compiler.words(source, place)
    if spec.get("once"):
        deck = source if isinstance(source, str) else place
        return lambda scene: scene.world.deal(deck, words)
    return lambda scene: scene.dice.choice(words)


@verb("sample", "count")
def _sample(compiler: Compiler, spec: Mapping[str, Any], place: str) -> Draw:
    """Some different values of a list; nothing when it comes to none."""
    words = compiler.words(spec["sample"], place)
    low, high = compiler.span(spec.get("count", 1), f"{place}.count")

    def draw(scene: Scene) -> Any:
        count = min(len(words), scene.dice.randint(int(low), int(high)))
        return scene.dice.sample(list(words), count) or None

    return draw


@verb("list")
def _list(compiler: Compiler, spec: Mapping[str, Any], place: str) -> Draw:
    """A list of draws; empty ones and repetitions are left out."""
    draws = [compiler.draw(inner, f"{place}.{number}") for number, inner in enumerate(spec["list"])]

    def draw(scene: Scene) -> Any:
        values: list[Any] = []
        for one in draws:
            value = one(scene)
            if value is not None and value not in values:
                values.append(value)
        return values or None

    return draw


@verb("first")
def _first(compiler: Compiler, spec: Mapping[str, Any], place: str) -> Draw:
    """The first draw that gives a value."""
    draws = [compiler.draw(inner, f"{place}.{number}") for number, inner in enumerate(spec["first"])]
    return lambda scene: next((value for draw in draws if (value := draw(scene)) is not None), None)


@verb("object")
def _object(compiler: Compiler, spec: Mapping[str, Any], place: str) -> Draw:
    """An object whose values are draws; empty ones are left out."""
    draws = compiler.fields(spec["object"], place)
    return lambda scene: {name: value for name, draw in draws.items() if (value := draw(scene)) is not None} or None


@verb("text", "with")
def _text(compiler: Compiler, spec: Mapping[str, Any], place: str) -> Draw:
    """A template (or one of several): `{path}` is a value of the draft, or of the draws in `with`."""
    templates = [spec["text"]] if isinstance(spec["text"], str) and "{" in spec["text"] else None
    words = templates or compiler.words(spec["text"], place)
    inner = compiler.fields(spec.get("with", {}), f"{place}.with")

    def draw(scene: Scene) -> str:
        template = str(scene.dice.choice(words))
        local = {name: one(scene) for name, one in inner.items()}

        def fill_hole(match: re.Match[str]) -> str:
            name = match.group(1)
            value = local[name] if name in local else scene.look(name)
            return "" if value is None else str(value)

        return _HOLE.sub(fill_hole, template).strip()

    return draw


@verb("digits")
def _digits(compiler: Compiler, spec: Mapping[str, Any], place: str) -> Draw:
    """A pattern (or one of several) in which `{path}` is filled in and then every `#` becomes a digit."""
    words = compiler.words([spec["digits"]] if isinstance(spec["digits"], str) else spec["digits"], place)

    def draw(scene: Scene) -> str:
        pattern = _HOLE.sub(lambda hole: str(scene.look(hole.group(1)) or ""), str(scene.dice.choice(words)))
        return "".join(str(scene.dice.randint(0, 9)) if sign == "#" else sign for sign in pattern)

    return draw


@verb("slug", "join")
def _slug(_compiler: Compiler, spec: Mapping[str, Any], _place: str) -> Draw:
    """Texts of some paths as small Latin letters (Chinese as pinyin), joined."""
    paths = [spec["slug"]] if isinstance(spec["slug"], str) else list(spec["slug"])
    join = str(spec.get("join", "."))
    return lambda scene: join.join(part for path in paths if (part := slug_of(str(scene.look(path) or ""))))


def slug_of(text: str) -> str:
    """A text as small Latin letters and digits; Chinese becomes pinyin without tones, accents go."""
    import unicodedata

    from pypinyin import lazy_pinyin

    latin = "".join(lazy_pinyin(text))
    plain = unicodedata.normalize("NFKD", latin.lower().replace("ß", "ss"))
    return _NOT_SLUG.sub("", plain.encode("ascii", "ignore").decode())


@verb("number", "shape", "step", "scale")
def _number(compiler: Compiler, spec: Mapping[str, Any], place: str) -> Draw:
    """A number in a range: whole, or with `scale` digits as text; `shape: log` favours the low end; `step` rounds."""
    low, high = compiler.span(spec["number"], place)
    scale = int(spec.get("scale", 0))
    step = Decimal(str(spec.get("step", 10**-scale if scale else 1)))
    is_log = spec.get("shape") == "log" and low > 0

    def draw(scene: Scene) -> Any:
        ends = (math.log(low), math.log(high)) if is_log else (low, high)
        raw = scene.dice.uniform(*ends)
        raw = math.exp(raw) if is_log else raw
        stepped = (Decimal(str(raw)) / step).quantize(Decimal(1), ROUND_HALF_UP) * step
        return int(stepped) if scale == 0 else str(stepped.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP))

    return draw


@verb("money", "currency")
def _money(compiler: Compiler, spec: Mapping[str, Any], place: str) -> Draw:
    """An amount, in the company's currency or in the one named; the amount is any draw of a number."""
    amount = compiler.draw(spec["money"], place)
    currency = str(spec.get("currency", ""))

    def draw(scene: Scene) -> Any:
        value = amount(scene)
        if value is None:
            return None
        text = str(Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP))
        return {"amount": text, "currency": currency} if currency else text

    return draw


@verb("chance", "then", "else")
def _chance(compiler: Compiler, spec: Mapping[str, Any], place: str) -> Draw:
    """`then` with a probability, else `else`."""
    then = compiler.draw(spec.get("then"), f"{place}.then")
    other = compiler.draw(spec.get("else"), f"{place}.else")
    share = float(spec["chance"])
    if not 0 <= share <= 1:
        compiler.fault(place, "a chance lies between 0 and 1")
    return lambda scene: then(scene) if scene.dice.random() < share else other(scene)


@verb("switch", "cases", "else")
def _switch(compiler: Compiler, spec: Mapping[str, Any], place: str) -> Draw:
    """The draw of the case that a path's value names (several names with `|`), else `else`."""
    cases: dict[str, Draw] = {}
    for names, inner in spec.get("cases", {}).items():
        draw = compiler.draw(inner, f"{place}.cases.{names}")
        cases.update(dict.fromkeys(names.split("|"), draw))
    other = compiler.draw(spec.get("else"), f"{place}.else")
    path = str(spec["switch"])
    return lambda scene: cases.get(_case(scene.look(path)), other)(scene)


def _case(value: Any) -> str:
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
