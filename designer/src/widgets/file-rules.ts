/** What a field takes of files, and how that is said. */

/** Types that browsers show as a picture and fields of pictures take. */
export const PICTURES: readonly string[] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/** Bytes that the server takes at most, for any field. */
const MOST = 25_000_000;

/** The limit that a size passes, or 0 where it passes none. */
export function tooBig(size: number, given: unknown): number {
  const limit = Math.min(Number(given) || MOST, MOST);
  return size > limit ? limit : 0;
}

/** Whether a media type is one of those named; none named takes all. */
export function fitsType(type: string, types: readonly string[]): boolean {
  return types.length === 0 || types.includes(type);
}

/** Media types as people know them: PNG, JPEG, PDF. */
export function kindNames(types: readonly string[]): string {
  return types.map((one) => (one.split("/")[1] ?? one).split(/[.+-]/).at(-1)?.toUpperCase()).join(", ");
}

/** Bytes as people read them, in steps of a thousand as the server says them. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} KB`;
  return `${(bytes / 1_000_000).toFixed(1).replace(/\.0$/, "")} MB`;
}
