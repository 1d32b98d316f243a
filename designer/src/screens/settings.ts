/** The settings page: wishes, password, API tokens. */
import { button, h } from "../widgets/dom.ts";
import { icon } from "../widgets/icons.ts";
import { t } from "../widgets/texts.ts";
import { define } from "../widgets/widget.ts";
import { ApiFault, call } from "./api.ts";
import { ask, toast } from "./overlay.ts";

interface Token {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
  readonly used_at: string | null;
}

class LwSettings extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("change", (event) => {
      const field = event.target as HTMLSelectElement;
      if (field.dataset["setting"]) void this.#wish(field.dataset["setting"], field.value);
    });
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      const form = event.target as HTMLFormElement;
      if (form.dataset["password"] !== undefined) void this.#password(form);
      if (form.dataset["newToken"] !== undefined) void this.#create(form);
    });
    void this.#load();
  }

  async #try(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (fault) {
      if (!(fault instanceof ApiFault)) throw fault;
      toast(fault.details[0]?.message ?? fault.message, undefined, true);
    }
  }

  async #wish(name: string, value: string): Promise<void> {
    await this.#try(async () => {
      await call("POST", "/settings/wishes", { body: { [name]: value } });
      location.reload();
    });
  }

  async #password(form: HTMLFormElement): Promise<void> {
    const given = new FormData(form);
    await this.#try(async () => {
      await call("POST", "/api/v1/me/password", {
        body: { old_password: given.get("old"), new_password: given.get("new") },
      });
      form.reset();
      toast(t("saved"));
    });
  }

  async #load(): Promise<void> {
    await this.#try(async () => {
      const { data } = await call<{ items: Token[] }>("GET", "/api/v1/tokens");
      const place = this.querySelector("[data-tokens]");
      if (!place || data.items.length === 0) return;
      const rows = data.items.map((token) =>
        h(
          "li",
          { class: "lw-line-item" },
          h("span", { class: "lw-grow lw-strong" }, token.name),
          h("span", { class: "lw-meta" }, token.created_at.slice(0, 10)),
          button("lw-x", `${t("remove")} ${token.name}`, () => void this.#revoke(token), icon("trash", 14)),
        ),
      );
      place.replaceChildren(h("ul", { class: "lw-card lw-lines" }, ...rows));
    });
  }

  async #create(form: HTMLFormElement): Promise<void> {
    const name = String(new FormData(form).get("name") ?? "");
    await this.#try(async () => {
      const { data } = await call<{ token?: string; secret?: string }>("POST", "/api/v1/tokens", {
        body: { name, scopes: ["read", "write"] },
      });
      form.reset();
      const shown = h("input", { type: "text", readonly: true, "aria-label": name });
      shown.value = data.token ?? data.secret ?? "";
      await this.#load();
      const body = h("div", { class: "lw-control" }, shown);
      await ask({ title: name, text: t("token_copy"), body, confirm: t("close"), cancel: false });
    });
  }

  async #revoke(token: Token): Promise<void> {
    const isYes = await ask({ title: `${t("remove")}: ${token.name}`, confirm: t("remove"), isDanger: true });
    if (!isYes) return;
    await this.#try(async () => {
      await call("DELETE", `/api/v1/tokens/${token.id}`);
      location.reload();
    });
  }
}

define("lw-settings", LwSettings);
