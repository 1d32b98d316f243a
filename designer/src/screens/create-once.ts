/** Making a record that is made once, also where the answer to an earlier try was lost on its way. */
import { type Answer, ApiFault, call, freshKey, isLost, recordPath } from "./api.ts";

type Values = Readonly<Record<string, unknown>>;

export class CreateOnce<T extends { readonly id: string }> {
  /** What was sent when no answer came. */
  #lost: Values | undefined;

  /**
   * Makes the record; where an earlier try may have made it already, that one is found by its key and gets what was
   * changed since. Raises: ApiFault.
   */
  async send(entity: string, values: Values): Promise<Answer<T>> {
    const before = this.#lost;
    if (before && JSON.stringify(before) !== JSON.stringify(values)) {
      const made = await this.#again(entity, before);
      const body = changes(before, values);
      if (made) return await call<T>("PATCH", recordPath(entity, made.data.id), { body, version: made.version });
    }
    return await this.#make(entity, values);
  }

  async #make(entity: string, body: Values): Promise<Answer<T>> {
    try {
      const made = await call<T>("POST", recordPath(entity), { body, key: freshKey() });
      this.#lost = undefined;
      return made;
    } catch (fault) {
      this.#lost = isLost(fault) ? body : undefined;
      throw fault;
    }
  }

  /** The record of the earlier try; nothing where that one is refused. */
  async #again(entity: string, before: Values): Promise<Answer<T> | undefined> {
    try {
      return await call<T>("POST", recordPath(entity), { body: before, key: freshKey() });
    } catch (fault) {
      if (!(fault instanceof ApiFault) || isLost(fault) || fault.status >= 500 || fault.status === 401) throw fault;
      this.#lost = undefined;
      return undefined;
    }
  }
}

/** What differs; a value that is there no more is emptied. */
function changes(before: Values, now: Values): Values {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  const differ = [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]));
  return Object.fromEntries(differ.map((name) => [name, now[name] ?? null]));
}
