/** What the import page knows of fields, files and mappings, and how a mapping is kept for the next time. */
import { h } from "../widgets/dom.ts";
import { t } from "../widgets/texts.ts";
import { ApiFault, call, freshKey } from "./api.ts";
import { ask, toast } from "./overlay.ts";

export interface FieldOption {
  readonly name: string;
  readonly label: string;
  readonly required: boolean;
  readonly by: string;
}

export interface OwnMapping {
  readonly columns?: Readonly<Record<string, { readonly field: string }>>;
  readonly match?: readonly string[];
  readonly on_match?: string;
}

export interface MappingOption {
  readonly key: string;
  readonly kind: "app" | "own";
  readonly label: string;
  readonly help: string;
  readonly columns?: readonly { readonly column: string; readonly label: string }[];
  readonly body?: OwnMapping;
}

export interface Spec {
  readonly entity: string;
  readonly fields: readonly FieldOption[];
  readonly mappings: readonly MappingOption[];
}

export interface Heads {
  readonly rows: number;
  readonly columns: readonly { readonly name: string; readonly example: string; readonly field: string }[];
  readonly sheet: string;
  readonly sheets: readonly string[];
  readonly fits: readonly string[];
}

/** Asks for a name and keeps the mapping under it. */
export async function saveMapping(entity: string, mapping: Readonly<Record<string, unknown>>): Promise<void> {
  const input = h("input", { type: "text", maxlength: 120, "aria-label": t("mapping_name") });
  const run = async (): Promise<string | undefined> => {
    if (!input.value.trim()) return t("required", { name: t("mapping_name") });
    try {
      const body = { name: input.value.trim(), entity, mapping };
      await call("POST", "/api/v1/records/system.saved_mapping", { body, key: freshKey() });
      return undefined;
    } catch (fault) {
      return fault instanceof ApiFault ? (fault.details[0]?.message ?? fault.message) : t("server_busy");
    }
  };
  const control = h("div", { class: "lw-control" }, input);
  if (await ask({ title: t("mapping_name"), body: control, confirm: t("save"), run })) toast(t("mapping_saved"));
}
