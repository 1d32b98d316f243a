"""Fields whose values have a shape of their own: formatted text, JSON, colours, codes."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from loomwork.permissions.actor import system_actor
from tests.e2e.conftest import Library, SignIn

MARKUP = "<h2>Origin</h2><table><tbody><tr><th>Year</th><td>1912</td></tr></tbody></table><p>Found in a well</p>"
ENTITY = "lib.exhibit"


def _made(library: Library, **values: object) -> str:
    with library.runtime.write() as work:
        [found] = library.runtime.records.create_many(work, system_actor("seed"), ENTITY, [{"name": "A lamp"} | values])
    return found


def _stored(library: Library, exhibit: str, field: str) -> object:
    with library.runtime.read() as work:
        return library.runtime.query.get(work, system_actor("seed"), ENTITY, exhibit, (field,))[field]


def _field(page: Page, name: str) -> Locator:
    return page.locator(f'.lw-drawer [data-item="{name}"]')


def _save(page: Page) -> None:
    with page.expect_response(re.compile(r"/api/v1/records/lib\.exhibit")) as answer:
        page.keyboard.press("Control+Enter")
    assert answer.value.ok
    expect(page.locator(".lw-drawer")).to_have_count(0)


def test_formatted_text_is_written_in_the_drawer_of_a_new_record(library: Library, sign_in: SignIn) -> None:
    page = sign_in()
    page.goto(f"/e/{ENTITY}")
    page.keyboard.press("c")
    page.locator('.lw-drawer lw-text[name="name"] input').fill("A well bucket")
    _field(page, "story").get_by_role("textbox").click()
    page.keyboard.type("Oak and iron")
    _save(page)
    expect(page.locator("#lw-rows tr", has_text="A well bucket")).to_contain_text("Oak and iron")


def test_markup_that_the_toolbar_does_not_make_outlives_an_edit(library: Library, sign_in: SignIn) -> None:
    exhibit = _made(library, story=MARKUP)
    page = sign_in()
    page.goto(f"/e/{ENTITY}/{exhibit}")
    expect(page.locator(".lw-rich-shown td")).to_have_text("1912")
    page.keyboard.press("e")
    text = _field(page, "story").get_by_role("textbox")
    expect(text.locator("td")).to_have_text("1912")
    text.locator("p").click()
    page.keyboard.press("End")
    page.keyboard.type(", dry")
    _save(page)
    assert _stored(library, exhibit, "story") == MARKUP.replace("well", "well, dry")


def test_formatted_text_that_a_rule_locks_cannot_be_typed_into(library: Library, sign_in: SignIn) -> None:
    exhibit = _made(library, story=MARKUP)
    page = sign_in()
    page.goto(f"/e/{ENTITY}/{exhibit}")
    page.keyboard.press("e")
    text = _field(page, "story").get_by_role("textbox")
    expect(text).to_have_attribute("contenteditable", "true")
    _field(page, "sealed").get_by_role("checkbox").check()
    expect(text).to_have_attribute("contenteditable", "false")


def test_a_row_of_the_list_stays_one_line_high_whatever_its_texts_hold(library: Library, sign_in: SignIn) -> None:
    _made(library, name="Plain")
    _made(library, name="Long", story=MARKUP * 5, remarks="line\n" * 60)
    page = sign_in()
    page.goto(f"/e/{ENTITY}")

    def height(name: str) -> float:
        box = page.locator("#lw-rows tr", has_text=name).first.bounding_box()
        assert box is not None
        return box["height"]

    assert height("Long") == height("Plain")


def test_json_and_colours_are_saved_by_the_keys_while_the_field_has_the_focus(
    library: Library, sign_in: SignIn
) -> None:
    exhibit = _made(library)
    page = sign_in()
    page.goto(f"/e/{ENTITY}/{exhibit}")
    page.keyboard.press("e")
    _field(page, "paint").get_by_role("textbox", name="Paint").fill("indigo")
    data = _field(page, "data").get_by_role("textbox")
    data.fill('{"size": ')
    page.keyboard.press("Control+Enter")
    expect(_field(page, "data").get_by_role("alert")).to_contain_text("not JSON")
    data.fill('{"size": [1, 2]}')
    _save(page)
    assert _stored(library, exhibit, "data") == {"size": [1, 2]}
    assert _stored(library, exhibit, "paint") == "indigo"


def test_a_word_that_is_no_colour_is_not_dropped_in_silence(library: Library, sign_in: SignIn) -> None:
    exhibit = _made(library, paint="#3047AE")
    page = sign_in()
    page.goto(f"/e/{ENTITY}/{exhibit}")
    page.keyboard.press("e")
    _field(page, "paint").get_by_role("textbox", name="Paint").fill("redish")
    page.keyboard.press("Control+Enter")
    expect(_field(page, "paint").get_by_role("alert")).to_contain_text("Write a colour")


def test_codes_are_drawn_on_the_record(library: Library, sign_in: SignIn) -> None:
    exhibit = _made(library, ticket="https://library.example/展品/7", barcode="5901234123457")
    page = sign_in()
    page.goto(f"/e/{ENTITY}/{exhibit}")
    expect(page.locator(".lw-scan")).to_have_count(2)
    for code in page.locator(".lw-scan__code").all():
        box = code.bounding_box()
        assert box is not None
        assert box["width"] >= 90
    page.goto(f"/e/{ENTITY}")
    expect(page.locator("#lw-rows tr").first).to_be_visible()
    expect(page.locator(".lw-scan")).to_have_count(0)


def test_a_text_that_is_too_long_is_told_and_kept_whole(library: Library, sign_in: SignIn) -> None:
    page = sign_in(language="zh-CN")
    page.goto(f"/e/{ENTITY}")
    page.keyboard.press("c")
    name = page.locator('.lw-drawer lw-text[name="name"] input')
    name.fill("𠮷" * 41)
    page.keyboard.press("Control+Enter")
    expect(_field(page, "name").get_by_role("alert")).to_contain_text("41")
    assert name.input_value() == "𠮷" * 41
    name.fill("𠮷" * 40)
    _save(page)
    expect(page.locator("#lw-rows tr", has_text="𠮷" * 40)).to_have_count(1)


def test_an_amount_in_another_currency_says_what_it_is_worth_and_says_it_again_when_it_changes(
    library: Library, sign_in: SignIn
) -> None:
    exhibit = _made(library)
    page = sign_in()
    page.goto(f"/e/{ENTITY}/{exhibit}")
    page.keyboard.press("e")
    price = _field(page, "price")
    price.get_by_role("combobox").select_option("USD")
    price.get_by_role("textbox", name="Price").fill("100")
    page.keyboard.press("Control+Enter")
    expect(price.get_by_role("alert")).to_contain_text("worth in CNY")
    price.get_by_role("textbox", name="Worth in CNY").fill("712.5")
    _save(page)
    assert _stored(library, exhibit, "price") == {"amount": "100.00", "currency": "USD", "base": "712.50"}
    expect(page.locator("main")).to_contain_text("$100")
    page.keyboard.press("e")
    expect(price.get_by_role("textbox", name="Worth in CNY")).to_have_value("712.50")
    price.get_by_role("textbox", name="Price").fill("200")
    page.keyboard.press("Control+Enter")
    expect(price.get_by_role("alert")).to_contain_text("worth in CNY")
    price.get_by_role("combobox").select_option("CNY")
    expect(price.get_by_role("textbox", name="Worth in CNY")).to_be_hidden()
    _save(page)
    assert _stored(library, exhibit, "price") == {"amount": "200.00", "currency": "CNY"}


def test_a_country_is_called_by_its_name(library: Library, sign_in: SignIn) -> None:
    exhibit = _made(library)
    page = sign_in("zh", language="zh-CN")
    page.goto(f"/e/{ENTITY}/{exhibit}")
    page.keyboard.press("e")
    country = _field(page, "origin").get_by_role("combobox", name="国家")
    country.fill("德国")
    _field(page, "origin").get_by_role("textbox", name="城市").fill("柏林")
    _save(page)
    assert _stored(library, exhibit, "origin") == {"country": "DE", "city": "柏林"}
    page.keyboard.press("e")
    expect(country).to_have_value("德国")
