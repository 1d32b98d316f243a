"""An address as one line, in the order of its country."""

from collections.abc import Mapping

from loomwork.core.text import has_cjk


def one_line(parts: Mapping[str, str]) -> str:
    """Largest part first and without spaces for addresses in Chinese script, else street first with commas.

    China's own country code is left out, and a city that has the name of its province (`北京市`) stands once.
    """
    province, city, district, street = (parts.get(key, "") for key in ("province", "city", "district", "street"))
    city = "" if city == province else city
    country, postcode = parts.get("country", ""), parts.get("postcode", "")
    if has_cjk(province + city + district + street):
        line = province + city + district + street
        tail = [part for part in (postcode, "" if country == "CN" else country) if part]
        return " ".join([line, *tail])
    town = " ".join(part for part in (city, province, postcode) if part)
    return ", ".join(part for part in (street, district, town, country) if part)
