/** The session ended while a page was open: what was typed stays, and the way back is one click. */
import { t } from "../widgets/texts.ts";
import { ask } from "./overlay.ts";

const SIGN_IN = "/sign-in";
const ANY_PAGE = "/settings";
let isAsking = false;

/** Whether something on the page would be lost with it. */
function isTyped(): boolean {
  const forms = [...document.querySelectorAll<HTMLElement & { isChanged?: boolean }>("lw-form, lw-account")];
  const note = document.querySelector<HTMLTextAreaElement>("[data-note]")?.value.trim();
  return Boolean(note) || forms.some((form) => form.isChanged) || document.querySelector(".lw-cell-edit") !== null;
}

/** Leads to the sign-in page: at once where nothing is lost, else in a tab beside this one. */
export function signedOut(): void {
  if (isAsking) return;
  if (!isTyped()) {
    location.reload();
    return;
  }
  isAsking = true;
  void ask({
    title: t("signed_out"),
    text: t("signed_out_text"),
    confirm: t("sign_in"),
    run: () => {
      window.open(SIGN_IN, "_blank", "noopener");
      return undefined;
    },
  }).then(() => {
    isAsking = false;
  });
}

/** Takes the token of a new session of the same person; false when there is none, or it is somebody else's. */
export async function renewToken(): Promise<boolean> {
  const answer = await fetch(ANY_PAGE, { headers: { Accept: "text/html" } }).catch(() => undefined);
  if (!answer?.ok || answer.redirected) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const read = (from: Document, name: string) => from.querySelector<HTMLMetaElement>(`meta[name="${name}"]`);
  const fresh = read(page, "csrf-token")?.content;
  const place = read(document, "csrf-token");
  const isSame = read(page, "lw-user")?.content === read(document, "lw-user")?.content;
  if (!fresh || !place || !isSame || fresh === place.content) return false;
  place.content = fresh;
  return true;
}
