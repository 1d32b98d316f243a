/** Values whose wire form reads badly, such as phone numbers, as people read them: the server knows how. */
import type { FieldSpec } from "../widgets/spec.ts";
import { call } from "./api.ts";

type Specs = ReadonlyMap<string, FieldSpec>;
type Row = Readonly<Record<string, unknown>>;

/** The specs with the readable forms of all values that some records hold for them; as they are where nobody can be asked. */
export async function withReadable(specs: Specs, records: readonly Row[]): Promise<Specs> {
  const wanted = [...specs.values()].flatMap((spec) => valuesOf(spec, records));
  if (wanted.length === 0) return specs;
  let texts: readonly string[];
  try {
    texts = (await call<{ texts: string[] }>("POST", "/readable", { body: { values: wanted } })).data.texts;
  } catch {
    return specs;
  }
  const known = new Map(wanted.map((one, at) => [one.join(" "), texts[at] ?? ""]));
  return new Map([...specs].map(([name, spec]) => [name, filled(spec, known)]));
}

/** What a field, or the columns of a child table, hold in the records: entity, field, value. */
function valuesOf(spec: FieldSpec, records: readonly Row[]): string[][] {
  const held = records.map((record) => record[spec.name]);
  if (spec.columns) {
    const rows = held.flatMap((value) => (Array.isArray(value) ? (value as Row[]) : []));
    return spec.columns.flatMap((column) => valuesOf(column, rows));
  }
  const { entity, name } = spec;
  if (!entity) return [];
  return held.flatMap((value) => (typeof value === "string" && value ? [[entity, name, value]] : []));
}

function filled(spec: FieldSpec, known: ReadonlyMap<string, string>): FieldSpec {
  if (spec.columns) return { ...spec, columns: spec.columns.map((column) => filled(column, known)) };
  if (!spec.entity) return spec;
  const start = `${spec.entity} ${spec.name} `;
  const own = [...known].filter(([key, text]) => text && key.startsWith(start));
  return {
    ...spec,
    readable: { ...spec.readable, ...Object.fromEntries(own.map(([key, text]) => [key.slice(start.length), text])) },
  };
}
