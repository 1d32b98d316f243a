/** Functions on numbers and money. */

import {
  add,
  compareDec,
  type Dec,
  dec,
  divide,
  floor,
  modulo,
  multiply,
  negate,
  power10,
  rescale,
  roundAt,
  subtract,
  toInt,
} from "./decimal.ts";
import type { Fn, Value } from "./types.ts";
import { compare } from "./values.ts";

const HUNDRED = dec(100);
const NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
const THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND";
const FIGURES = "零壹贰叁肆伍陆柒捌玖";

const num = (value: Value | undefined): Dec => value as Dec;
const abs = (value: Dec): Dec => (value.n < 0n ? negate(value) : value);
const digitsOf = (value: Value | undefined): number =>
  value === undefined ? 0 : Math.max(-18, Math.min(10, toInt(num(value))));

function squareRoot(value: Dec): Value {
  if (value.n < 0n) return null;
  const target = rescale(value, 20).n;
  if (target === 0n) return dec(0);
  let root = 1n << BigInt(Math.ceil(target.toString(2).length / 2));
  for (;;) {
    const next = (root + target / root) / 2n;
    if (next >= root) return { n: root, s: 10 };
    root = next;
  }
}

function power(base: Dec, exponent: number): Value {
  if (exponent < 0 || exponent > 20) return null;
  return { n: base.n ** BigInt(exponent), s: base.s * exponent };
}

function extreme(args: readonly Value[], sign: number): Value {
  let found: Value = null;
  for (const one of args) if (one !== null && (found === null || compare(one, found) * sign < 0)) found = one;
  return found;
}

function sum(args: readonly Value[]): Dec {
  return args.filter((one) => one !== null).reduce<Dec>((total, one) => add(total, num(one)), dec(0));
}

function clamp([value, low, high]: readonly Value[]): Value {
  let found = value ?? null;
  if (found === null) return null;
  if (low !== null && low !== undefined && compare(found, low) < 0) found = low;
  return high !== null && high !== undefined && compare(found, high) > 0 ? high : found;
}

function currencyDigits(currency: Value | undefined): number {
  const code = String(currency).toUpperCase();
  const among = (codes: string): boolean => codes.split(" ").includes(code);
  return among(NO_DIGITS) ? 0 : among(THREE_DIGITS) ? 3 : 2;
}

function group(value: number): string {
  let text = "";
  let gap = false;
  for (const [at, unit] of ["仟", "佰", "拾", ""].entries()) {
    const figure = Math.floor(value / 10 ** (3 - at)) % 10;
    if (figure) text += `${gap && text ? "零" : ""}${FIGURES[figure]}${unit}`;
    gap = figure === 0;
  }
  return text;
}

function capitalInteger(value: bigint): string {
  const units = ["", "万", "亿", "兆"];
  let text = "";
  let gap = false;
  for (let place = 3; place >= 0; place--) {
    const rest = Number((value / 10_000n ** BigInt(place)) % 10_000n);
    if (rest) text += `${text && (gap || rest < 1000) ? "零" : ""}${group(rest)}${units[place]}`;
    gap = rest === 0;
  }
  return text;
}

function rmbCapital(amount: Dec): Value {
  const cents = rescale(amount, 2).n;
  const size = cents < 0n ? -cents : cents;
  const [yuan, jiao, fen] = [size / 100n, Number((size / 10n) % 10n), Number(size % 10n)];
  if (yuan >= power10(16)) return null;
  if (size === 0n) return "零元整";
  let text = yuan ? `${capitalInteger(yuan)}元` : "";
  const sign = cents < 0n ? "负" : "";
  if (!jiao && !fen) return `${sign}${text}整`;
  if (jiao) text += `${FIGURES[jiao]}角`;
  else if (text) text += "零";
  return `${sign}${text}${fen ? `${FIGURES[fen]}分` : "整"}`;
}

function band([value, limits, labels]: readonly Value[]): Value {
  let found: Value = null;
  (limits as readonly Value[]).forEach((limit, at) => {
    const label = (labels as readonly Value[])[at];
    if (limit !== null && label !== undefined && compareDec(num(value), num(limit)) >= 0) found = label;
  });
  return found;
}

function one(run: (value: Dec) => Value): Fn {
  return { run: ([value]) => run(num(value)) };
}

function two(run: (a: Dec, b: Dec) => Value): Fn {
  return { run: ([a, b]) => run(num(a), num(b)) };
}

const share = (amount: Dec, percent: Dec): Value => divide(multiply(amount, percent), HUNDRED, 30);
const part = (top: Dec, bottom: Dec): Value => divide(multiply(top, HUNDRED), bottom, 6);

export const NUMBER: Record<string, Fn> = {
  ABS: one(abs),
  ROUND: { run: ([value, digits]) => roundAt(num(value), digitsOf(digits)) },
  ROUNDUP: { run: ([value, digits]) => roundAt(num(value), digitsOf(digits), "away") },
  ROUNDDOWN: { run: ([value, digits]) => roundAt(num(value), digitsOf(digits), "cut") },
  FLOOR: one(floor),
  CEILING: one((value) => negate(floor(negate(value)))),
  INT: one((value) => roundAt(value, 0, "cut")),
  MOD: two(modulo),
  QUOTIENT: two((a, b) => {
    const wide = divide(a, b, 40);
    return wide && roundAt(wide, 0, "cut");
  }),
  SIGN: one((value) => dec(value.n > 0n ? 1 : value.n < 0n ? -1 : 0)),
  POWER: two((base, exponent) => power(base, toInt(exponent))),
  SQRT: one(squareRoot),
  MIN: { own: true, run: (args) => extreme(args, 1) },
  MAX: { own: true, run: (args) => extreme(args, -1) },
  CLAMP: { own: true, run: clamp },
  PERCENT: two(part),
  CHANGE: two((old, now) => part(subtract(now, old), abs(old))),
  TOTAL: { own: true, run: sum },
  AVERAGE: {
    own: true,
    run: (args, at) => divide(sum(args), dec(args.filter((value) => value !== null).length), at.type.scale),
  },
  BUCKET: two((value, size) => {
    const rest = size.n > 0n ? modulo(value, size) : null;
    return rest && subtract(value, rest);
  }),
  ISEVEN: one((value) => value.n % 2n === 0n),
  ISODD: one((value) => value.n % 2n !== 0n),
  GROSS: two((net, percent) => share(net, add(HUNDRED, percent))),
  NET: two((gross, percent) => divide(multiply(gross, HUNDRED), add(HUNDRED, percent), 30)),
  TAX: two(share),
  TAXINCLUDED: two((gross, percent) => divide(multiply(gross, percent), add(HUNDRED, percent), 30)),
  DISCOUNTED: two((amount, percent) => share(amount, subtract(HUNDRED, percent))),
  MARGIN: two((price, cost) => part(subtract(price, cost), price)),
  MARKUP: two((price, cost) => part(subtract(price, cost), cost)),
  CONVERT: two(multiply),
  CURRENCYDIGITS: { run: ([code]) => dec(currencyDigits(code)) },
  ROUNDMONEY: { run: ([amount, code]) => roundAt(num(amount), currencyDigits(code)) },
  RMBCAPITAL: one(rmbCapital),
  BAND: { run: band },
};
