/** Values with parts: address, name of a person, place on the map. One small input per part. */
import { countries, countryCode, countryName } from "./countries.ts";
import { freshId, h } from "./dom.ts";
import { isChinese, t } from "./texts.ts";
import { define, Widget } from "./widget.ts";

interface Part {
  readonly key: string;
  readonly label: string;
  readonly isWide?: boolean;
  readonly inputmode?: string;
  /** What may be chosen; anything else may be typed. */
  readonly offers?: readonly string[];
  /** From what is typed to the wire form, and back. */
  readonly read?: (typed: string) => string;
  readonly say?: (kept: string) => string;
}

abstract class PartsWidget extends Widget {
  readonly #inputs = new Map<string, HTMLInputElement>();
  #parts: readonly Part[] = [];

  protected abstract parts(): readonly Part[];

  protected wire(parts: Readonly<Record<string, string>>): unknown {
    return Object.keys(parts).length > 0 ? parts : null;
  }

  protected build(): void {
    const box = h("div", { class: "lw-pair", role: "group", ...this.naming() });
    this.#parts = this.parts();
    for (const part of this.#parts) {
      const list = part.offers
        ? h("datalist", { id: freshId("w") }, ...part.offers.map((value) => h("option", { value })))
        : null;
      const field = h("input", {
        type: "text",
        autocomplete: "off",
        placeholder: part.label,
        "aria-label": `${this.spec.label} ${part.label}`,
        inputmode: part.inputmode,
        ...(list ? { list: list.id } : {}),
      });
      field.addEventListener("input", () => this.#typed());
      this.#inputs.set(part.key, field);
      box.append(h("div", { class: `lw-control ${part.isWide ? "lw-field--wide" : ""}` }, field, list));
    }
    this.append(box);
  }

  protected show(value: unknown): void {
    const given = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
    for (const { key, say } of this.#parts) {
      const field = this.#inputs.get(key);
      const text = String(given[key] ?? "");
      if (field) field.value = say ? say(text) : text;
    }
  }

  #typed(): void {
    const parts: Record<string, string> = {};
    for (const { key, read } of this.#parts) {
      const typed = this.#inputs.get(key)?.value.trim();
      if (typed) parts[key] = read ? read(typed) : typed;
    }
    this.take(this.wire(parts));
  }
}

export class AddressWidget extends PartsWidget {
  protected parts(): Part[] {
    const near: Part[] = [
      { key: "province", label: t("province") },
      { key: "city", label: t("city") },
      { key: "district", label: t("district") },
      { key: "postcode", label: t("postcode") },
      { key: "street", label: t("street"), isWide: true },
    ];
    const country: Part = {
      key: "country",
      label: t("country"),
      offers: [...countries().keys()],
      read: countryCode,
      say: countryName,
    };
    return isChinese() ? [country, ...near] : [...near.slice(4), ...near.slice(0, 4), country];
  }
}

export class PersonNameWidget extends PartsWidget {
  /** A name that is known only as a whole stands in the first box, so that nothing is hidden. */
  protected override show(value: unknown): void {
    const parts = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
    const isWhole = "full" in parts && !parts["family"] && !parts["given"];
    super.show(isWhole ? { family: parts["full"] } : parts);
  }

  protected parts(): Part[] {
    const family: Part = { key: "family", label: t("family") };
    const given: Part = { key: "given", label: t("given") };
    return isChinese() ? [family, given] : [given, family];
  }
}

export class LocationWidget extends PartsWidget {
  protected parts(): Part[] {
    return [
      { key: "lat", label: t("latitude"), inputmode: "decimal" },
      { key: "lng", label: t("longitude"), inputmode: "decimal" },
    ];
  }
}

define("lw-address", AddressWidget);
define("lw-person-name", PersonNameWidget);
define("lw-location", LocationWidget);
