/** A look-up wants a record that is not there yet: a small drawer over the form. */
import type { Target } from "../widgets/spec.ts";
import { openDrawer } from "./overlay.ts";

export interface WantedTarget {
  readonly entity: string;
  readonly name: string;
  taken?: Promise<Target | undefined>;
}

/** The record that the person made; nothing when he closed the drawer. */
export async function createTarget(wanted: WantedTarget): Promise<Target | undefined> {
  const query = new URLSearchParams({ title: wanted.name });
  const drawer = await openDrawer(`/e/${wanted.entity}/new?${query}`);
  if (!drawer) return undefined;
  drawer.dataset["quiet"] = "1";
  return new Promise<Target | undefined>((resolve) => {
    drawer.addEventListener("lw-saved", (saved) => {
      const { id, record } = (saved as CustomEvent<{ id: string; record: Record<string, unknown> | null }>).detail;
      const form = drawer.querySelector<HTMLElement>("lw-form");
      const label = record?.[form?.dataset["title"] ?? ""];
      resolve({ id, label: typeof label === "string" ? label : wanted.name });
    });
    drawer.addEventListener("close", () => resolve(undefined));
  });
}
