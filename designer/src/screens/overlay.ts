/** Toasts, questions and drawers. Layers trap the focus (native dialogs) and give it back. */
import { button, h } from "../widgets/dom.ts";
import { icon } from "../widgets/icons.ts";
import { t } from "../widgets/texts.ts";
import type { Watch } from "./batch.ts";
import { focusBack, wayTo } from "./focus.ts";
import { LongWork } from "./long-work.ts";
import { signedOut } from "./session.ts";

const TOAST_MS = 6000;
/** What can still be undone, or has to be read, is not taken away from somebody slow. */
const LONG_TOAST_MS = 12_000;
const SKELETON_MS = 200;

export interface ToastAction {
  readonly label: string;
  readonly run: () => void | Promise<void>;
}

/** Tells something in passing; stays while the pointer or the focus is on it. */
export function toast(message: string, action?: ToastAction, isBad = false): void {
  const place = document.getElementById("lw-toasts");
  if (!place) return;
  const line = h(
    "div",
    { class: `lw-toast ${isBad ? "lw-toast--bad" : ""}`, role: isBad ? "alert" : "status" },
    icon(isBad ? "alert" : "circleCheck"),
    h("span", { class: "lw-grow" }, message),
  );
  const off = (): void => {
    line.remove();
    if (!place.childElementCount && place.matches(":popover-open")) place.hidePopover();
  };
  if (action) {
    const run = (): void => {
      off();
      void action.run();
    };
    const act = button("lw-btn lw-btn--small", "", run, action.label);
    act.toggleAttribute("data-undoes", action.label === t("undo"));
    line.append(act);
  }
  line.append(button("lw-x", t("close"), off, icon("x", 14)));
  place.append(line);
  // A fresh popover stands above any dialog that is open.
  if (place.matches(":popover-open")) place.hidePopover();
  place.showPopover();
  const lasts = action || isBad ? LONG_TOAST_MS : TOAST_MS;
  let timer = 0;
  const count = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(off, lasts);
  };
  // A busy phone may draw it late; its time begins when it is seen.
  const frame = requestAnimationFrame(count);
  const stay = (): void => {
    cancelAnimationFrame(frame);
    window.clearTimeout(timer);
  };
  for (const name of ["pointerenter", "focusin"]) line.addEventListener(name, stay);
  for (const name of ["pointerleave", "focusout"]) line.addEventListener(name, count);
}

/** Tells screen readers, politely. */
export function announce(message: string): void {
  const live = document.getElementById("lw-live");
  if (live) live.textContent = message;
}

export interface Question {
  readonly title: string;
  readonly text?: string;
  readonly body?: Node;
  readonly confirm: string;
  /** False for a dialog that only tells something. */
  readonly cancel?: string | false;
  readonly isDanger?: boolean;
  /** The answer that changes nothing is the one that Enter gives: its button has the focus and the strong colour. */
  readonly isKept?: boolean;
  readonly isWide?: boolean;
  /** What cancel is called while work goes on that cannot be stopped: it leaves the dialog, and the work goes on. */
  readonly behind?: string;
  /** Runs on confirm; a text keeps the dialog open and shows it as a fault. Long work tells how far it is and may be stopped. */
  readonly run?: (watch: Watch) => Promise<string | undefined> | string | undefined;
}

/** The button that changes nothing; a dialog that only tells something has none. */
function cancelOf(question: Question, run: () => void): HTMLElement | null {
  if (question.cancel === false) return null;
  const made = cancelButton(question.cancel ?? t("cancel"), run);
  if (question.isKept) made.classList.add("lw-btn--primary");
  return made;
}

function cancelButton(label: string, run: () => void): HTMLElement {
  const made = button("lw-btn", "", run, label);
  made.dataset["cancel"] = "";
  return made;
}

function lookOf(question: Question): string {
  if (question.isKept) return "lw-btn--ghost lw-btn--risk";
  return question.isDanger ? "lw-btn--danger" : "lw-btn--primary";
}

/** Asks and waits for the answer. */
export function ask(question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const fault = h("div", { class: "lw-error-line", role: "alert", hidden: true });
    const confirm = button(`lw-btn ${lookOf(question)}`, "", () => void go(), question.confirm);
    const cancel = cancelOf(question, () => leave());
    const title = h("h2", { id: "lw-ask-title" }, question.title);
    const dialog = h(
      "dialog",
      {
        class: `lw-dialog ${question.isWide ? "lw-dialog--wide" : ""}`,
        "aria-labelledby": "lw-ask-title",
      },
      title,
      question.text ? h("p", { class: "lw-prose" }, question.text) : null,
      question.body,
      fault,
      h("div", { class: "lw-dialog__foot" }, ...(question.isKept ? [confirm, cancel] : [cancel, confirm])),
    );
    let isYes = false;
    const long = new LongWork(cancel as HTMLButtonElement | null, fault);
    async function go(): Promise<void> {
      if (confirm.getAttribute("aria-busy")) return;
      confirm.setAttribute("aria-busy", "true");
      const problem = await question.run?.(long.begin(question.behind));
      confirm.removeAttribute("aria-busy");
      long.end();
      if (problem && !dialog.open) toast(problem, undefined, true);
      if (problem) {
        fault.replaceChildren(icon("alert", 14), problem);
        fault.hidden = false;
        return;
      }
      isYes = true;
      dialog.close();
    }
    function leave(): void {
      if (!long.stop()) dialog.close();
    }
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      leave();
    });
    dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      const isPlain = (event.target as Element).matches("input:not([role=combobox], [type=checkbox], [type=radio])");
      if (!isPlain && !event.metaKey && !event.ctrlKey) return;
      event.preventDefault();
      if (!question.isKept) void go();
    });
    dialog.addEventListener("close", () => {
      long.stop();
      dialog.remove();
      resolve(isYes);
    });
    document.body.append(dialog);
    dialog.showModal();
    const first =
      question.body instanceof HTMLElement ? question.body.querySelector<HTMLElement>("input, select, textarea") : null;
    (first ?? (question.isKept ? cancel : confirm))?.focus();
  });
}

/** Long work without a question before it: once it tells how far it is, a dialog shows that and may stop it. */
export async function watched<T>(title: string, run: (watch: Watch) => Promise<T>): Promise<T> {
  const stop = cancelButton(t("cancel"), () => long.stop());
  const foot = h("div", { class: "lw-dialog__foot" }, stop);
  const heading = h("h2", { id: "lw-work-title" }, title);
  const dialog = h("dialog", { class: "lw-dialog", "aria-labelledby": "lw-work-title" }, heading, foot);
  const long = new LongWork(stop as HTMLButtonElement, foot);
  const watch = long.begin();
  const told = (done: number, of: number): void => {
    if (!dialog.isConnected) {
      document.body.append(dialog);
      dialog.showModal();
    }
    watch.told(done, of);
  };
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    long.stop();
  });
  // The browser closes a dialog without asking when Escape is pressed once more.
  dialog.addEventListener("close", () => long.stop());
  try {
    return await run({ signal: watch.signal, told });
  } finally {
    dialog.close();
    dialog.remove();
  }
}

/** Whether a layer may be closed: its content says no by cancelling `lw-leave`. */
function mayLeave(layer: Element): Promise<boolean> {
  const form = layer.querySelector<HTMLElement & { isChanged?: boolean }>("lw-form, lw-account");
  if (!form?.isChanged) return Promise.resolve(true);
  return ask({
    title: t("leave"),
    text: t("leave_text"),
    confirm: t("leave_button"),
    cancel: t("stay"),
    isKept: true,
  });
}

/** The grey shape of a form, for servers that take their time. */
function showWaiting(dialog: HTMLDialogElement): void {
  const line = (): HTMLElement => h("div", { class: "lw-skeleton" });
  dialog.replaceChildren(h("div", { class: "lw-drawer__body lw-stack" }, ...Array.from({ length: 8 }, line)));
  dialog.setAttribute("aria-busy", "true");
  document.body.append(dialog);
  dialog.showModal();
}

/** A part of a page, or undefined when the person has been told why there is none. */
async function loadPart(address: string): Promise<DocumentFragment | undefined> {
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true", "X-Drawer": "1" } });
    if (answer.ok) {
      const part = document.createElement("template");
      part.innerHTML = await answer.text();
      return part.content;
    }
    if (answer.status === 401) signedOut();
    else toast(t("not_loaded"), undefined, true);
  } catch {
    toast(t("offline_load"), undefined, true);
  }
  return undefined;
}

/** Loads a part of a page into a drawer; once it closes the focus is where it was, or on what `trigger`s it by a key. */
export async function openDrawer(address: string, trigger?: Element): Promise<HTMLDialogElement | undefined> {
  const isFree = !document.activeElement || document.activeElement === document.body;
  const back = wayTo(isFree ? trigger : document.activeElement);
  const dialog = h("dialog", { class: "lw-drawer" });
  const waiting = window.setTimeout(() => showWaiting(dialog), SKELETON_MS);
  const content = await loadPart(address);
  window.clearTimeout(waiting);
  if (!content) {
    dialog.close();
    dialog.remove();
    return undefined;
  }
  dialog.replaceChildren(content);
  dialog.removeAttribute("aria-busy");
  const title = dialog.querySelector("h2");
  if (title) dialog.setAttribute("aria-labelledby", title.id);
  dialog.classList.toggle("lw-drawer--simple", dialog.querySelector("[data-simple]") !== null);
  if (!dialog.isConnected) document.body.append(dialog);
  if (!dialog.open) dialog.showModal();
  const close = async (): Promise<void> => {
    if (await mayLeave(dialog)) dialog.close();
  };
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    void close();
  });
  dialog.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target === dialog || target.closest("[data-close]")) void close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    focusBack(back);
  });
  dialog.querySelector<HTMLElement>("lw-form :is(input, textarea, select):not([type=hidden], .lw-hide)")?.focus();
  return dialog;
}
