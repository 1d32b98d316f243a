/** Exact decimals on BigInt; rounding is half up, away from zero. */

/** `n / 10^s`. */
export interface Dec {
  readonly n: bigint;
  readonly s: number;
}

const NUMBER = /^([+-]?)(\d+)(?:\.(\d*))?$/;

export function power10(count: number): bigint {
  return 10n ** BigInt(count);
}

export function dec(n: bigint | number, s = 0): Dec {
  return { n: BigInt(n), s };
}

/** A wire number, or null if it is none. */
export function readDec(raw: unknown): Dec | null {
  if (typeof raw === "number" && !Number.isFinite(raw)) return null;
  const found = NUMBER.exec(String(raw));
  if (!found) return null;
  const digits = found[3] ?? "";
  const n = BigInt(`${found[2]}${digits}`);
  return { n: found[1] === "-" ? -n : n, s: digits.length };
}

/** With exactly `scale` digits after the point. */
export function formatDec(value: Dec, scale = value.s): string {
  const { n } = rescale(value, scale);
  const digits = (n < 0n ? -n : n).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const text = scale ? `${whole}.${digits.slice(-scale)}` : whole;
  return n < 0n ? `-${text}` : text;
}

/** Without zeros at the end. */
export function plainDec(value: Dec): string {
  const text = formatDec(value);
  return value.s ? text.replace(/\.?0+$/, "") : text;
}

/** `a / b` rounded half up; b is positive. */
function halfUp(a: bigint, b: bigint): bigint {
  const sum = (a < 0n ? -a : a) * 2n + b;
  const whole = sum / (2n * b);
  return a < 0n ? -whole : whole;
}

/** The same value with `scale` digits, rounded half up. */
export function rescale(value: Dec, scale: number): Dec {
  if (scale === value.s) return value;
  if (scale > value.s) return { n: value.n * power10(scale - value.s), s: scale };
  return { n: halfUp(value.n, power10(value.s - scale)), s: scale };
}

/** Rounded at a digit that may lie before the point. */
export function roundAt(value: Dec, digits: number, how: "half" | "cut" | "away" = "half"): Dec {
  if (digits >= value.s) return value;
  const step = power10(value.s - digits);
  const rest = value.n % step;
  let n = value.n - rest;
  if (how === "away" && rest !== 0n) n += rest < 0n ? -step : step;
  if (how === "half") n = halfUp(value.n, step) * step;
  return { n, s: value.s };
}

function aligned(a: Dec, b: Dec): [bigint, bigint, number] {
  const s = Math.max(a.s, b.s);
  return [rescale(a, s).n, rescale(b, s).n, s];
}

export function add(a: Dec, b: Dec): Dec {
  const [x, y, s] = aligned(a, b);
  return { n: x + y, s };
}

export function subtract(a: Dec, b: Dec): Dec {
  return add(a, negate(b));
}

export function negate(a: Dec): Dec {
  return { n: -a.n, s: a.s };
}

export function multiply(a: Dec, b: Dec): Dec {
  return { n: a.n * b.n, s: a.s + b.s };
}

/** The quotient with `scale` digits; null for zero. */
export function divide(a: Dec, b: Dec, scale: number): Dec | null {
  if (b.n === 0n) return null;
  const [x, y] = aligned(a, b);
  const top = x * power10(scale);
  return { n: y < 0n ? halfUp(-top, -y) : halfUp(top, y), s: scale };
}

/** The remainder with the divisor's sign; null for zero. */
export function modulo(a: Dec, b: Dec): Dec | null {
  if (b.n === 0n) return null;
  const [x, y, s] = aligned(a, b);
  const rest = x % y;
  return { n: rest !== 0n && rest < 0n !== y < 0n ? rest + y : rest, s };
}

export function compareDec(a: Dec, b: Dec): number {
  const [x, y] = aligned(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Digits before the point only, towards minus infinity. */
export function floor(value: Dec): Dec {
  const step = power10(value.s);
  const whole = value.n / step;
  return dec(value.n < 0n && value.n % step !== 0n ? whole - 1n : whole);
}

export function isDec(value: unknown): value is Dec {
  return typeof value === "object" && value !== null && "n" in value && "s" in value;
}

/** As a JavaScript number, for counts and positions; far values are bounded. */
export function toInt(value: Dec): number {
  const { n } = roundAt(value, 0, "cut");
  const whole = n / power10(value.s);
  const bound = 10n ** 13n;
  return Number(whole > bound ? bound : whole < -bound ? -bound : whole);
}
