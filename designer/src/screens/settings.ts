/** The settings page: wishes, password, sessions, API tokens. Lists come drawn from the server. */
import { button, h } from "../widgets/dom.ts";
import { icon } from "../widgets/icons.ts";
import { t } from "../widgets/texts.ts";
import { define } from "../widgets/widget.ts";
import { ApiFault, call } from "./api.ts";
import { ask, toast } from "./overlay.ts";

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
    this.addEventListener("click", (event) => {
      const found = (event.target as Element).closest<HTMLElement>("[data-end], [data-end-others], [data-revoke]");
      if (!found) return;
      if (found.dataset["revoke"]) void this.#revoke(found.dataset["revoke"], found.dataset["name"] ?? "");
      else if (found.dataset["end"]) void this.#end([found.dataset["end"]]);
      else void this.#end([...this.querySelectorAll<HTMLElement>("[data-end]")].map((one) => one.dataset["end"] ?? ""));
    });
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
    const [old, fresh, again] = ["old_password", "new_password", "again"].map((name) => String(given.get(name) ?? ""));
    for (const name of ["old_password", "new_password", "again"]) this.#mark(form, name, "");
    if (!old) this.#mark(form, "old_password", t("password_missing"));
    else if (!fresh) this.#mark(form, "new_password", t("password_missing"));
    else if (fresh !== again) this.#mark(form, "again", t("password_differs"));
    else
      try {
        await call("POST", "/api/v1/me/password", { body: { old_password: old, new_password: fresh } });
        form.reset();
        toast(t("password_changed"));
        document
          .querySelector("#sessions ul")
          ?.replaceChildren(...document.querySelectorAll("#sessions li:first-child"));
      } catch (fault) {
        if (!(fault instanceof ApiFault)) throw fault;
        const place = fault.details[0]?.path === "old_password" ? "old_password" : "new_password";
        this.#mark(form, place, fault.details[0]?.message ?? fault.message);
      }
  }

  #mark(form: HTMLFormElement, name: string, message: string): void {
    const field = form.querySelector(`[data-item="${name}"]`);
    const place = field?.querySelector<HTMLElement>(".lw-field__error");
    const input = field?.querySelector("input");
    if (!field || !place || !input) return;
    place.hidden = !message;
    place.replaceChildren(...(message ? [icon("alert", 14), h("span", {}, message)] : []));
    field.classList.toggle("lw-field--bad", Boolean(message));
    if (message) {
      input.setAttribute("aria-invalid", "true");
      input.focus();
    } else input.removeAttribute("aria-invalid");
  }

  async #end(ids: readonly string[]): Promise<void> {
    await this.#try(async () => {
      for (const id of ids) {
        await call("DELETE", `/api/v1/sessions/${id}`);
        this.querySelector(`[data-end="${id}"]`)?.closest("li")?.remove();
      }
      const left = this.querySelectorAll("#sessions li").length;
      const count = this.querySelector("#sessions .lw-count");
      if (count) count.textContent = String(left);
      if (left < 2) this.querySelector("[data-end-others]")?.remove();
      toast(t("sessions_ended", { n: ids.length }));
    });
  }

  async #create(form: HTMLFormElement): Promise<void> {
    const given = new FormData(form);
    const name = String(given.get("name") ?? "");
    const days = Number(given.get("days"));
    const scopes = given.getAll("scope").map(String);
    if (scopes.length === 0) {
      toast(t("token_scopeless"), undefined, true);
      return;
    }
    await this.#try(async () => {
      const body = { name, scopes, ...(days ? { days } : {}) };
      const { data } = await call<{ token: string }>("POST", "/api/v1/tokens", { body });
      const shown = h("input", { type: "text", readonly: true, "aria-label": name });
      shown.value = data.token;
      const copy = button(
        "lw-btn lw-btn--small",
        "",
        () => void navigator.clipboard.writeText(data.token).then(() => toast(t("copied_text"))),
        t("copy"),
      );
      const box = h("div", { class: "lw-control" }, shown, copy);
      await ask({ title: name, text: t("token_copy"), body: box, confirm: t("close"), cancel: false });
      location.reload();
    });
  }

  async #revoke(id: string, name: string): Promise<void> {
    const question = { title: t("token_revoke", { name }), text: t("token_revoke_text"), isDanger: true };
    if (!(await ask({ ...question, confirm: t("token_revoke_button") }))) return;
    await this.#try(async () => {
      await call("DELETE", `/api/v1/tokens/${id}`);
      location.reload();
    });
  }
}

define("lw-settings", LwSettings);
