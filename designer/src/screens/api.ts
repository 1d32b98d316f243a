/** The one way to the server for data: JSON over the public API, with the page's CSRF token. */
import { csrf, t } from "../widgets/texts.ts";
import { renewToken, signedOut } from "./session.ts";

export interface FaultDetail {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

interface FaultBody {
  readonly error?: {
    readonly code?: string;
    readonly message?: string;
    readonly details?: readonly FaultDetail[];
    readonly [extra: string]: unknown;
  };
}

/** A refusal of the server, or a server that cannot be reached (status 0). */
export class ApiFault extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: readonly FaultDetail[];
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(status: number, body: FaultBody) {
    super(body.error?.message ?? t("server_busy"));
    this.status = status;
    this.code = body.error?.code ?? "";
    this.details = body.error?.details ?? [];
    this.extra = body.error ?? {};
  }
}

export interface Answer<T> {
  readonly status: number;
  readonly data: T;
  readonly version: string;
}

export interface CallOptions {
  readonly body?: unknown;
  /** Version that the change was made on. */
  readonly version?: string | number | undefined;
  /** The same key gives the same answer, so that a repeated try does nothing twice. */
  readonly key?: string;
}

type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

/** How long a request whose answer was lost is taken for the same one when it comes again. */
const LOST_MS = 15 * 60_000;

/** The key of each change that may have been done though no answer came, and when it was sent. */
const lost = new Map<string, { readonly key: string; readonly at: number }>();

/** Whether nobody knows what became of a change: no answer came, or one of something in between. */
export function isLost(fault: unknown): boolean {
  return fault instanceof ApiFault && (fault.status === 0 || (fault.status >= 500 && !fault.code));
}

/** What to say of a change that was refused, or of which nothing is known. */
export function notSaved(fault: ApiFault, message = fault.message): string {
  return isLost(fault) ? fault.message : t("failed", { message });
}

/** The key of the same request that was lost before, so that what was done once is not done again. */
function keyOf(request: string, fresh: string): string {
  const found = request ? lost.get(request) : undefined;
  return found && Date.now() - found.at < LOST_MS ? found.key : fresh;
}

function remember(request: string, key: string | undefined): void {
  if (key && request) lost.set(request, { key, at: Date.now() });
}

/** Asks the server; raises `ApiFault` for everything that is not a success. */
export async function call<T = unknown>(method: Method, path: string, options: CallOptions = {}): Promise<Answer<T>> {
  const body = options.body instanceof FormData ? options.body : (JSON.stringify(options.body) ?? null);
  // Forms with files are not told apart by their text.
  const request = options.body instanceof FormData ? "" : `${method} ${path} ${body}`;
  const key = options.key && keyOf(request, options.key);
  const headers = headersOf(method, options);
  if (key) headers["Idempotency-Key"] = key;
  let answer: Response;
  try {
    answer = await fetch(path, { method, headers, body, credentials: "same-origin" });
  } catch {
    remember(request, key);
    const message = t(navigator.onLine ? "server_busy" : "offline");
    throw new ApiFault(0, { error: { message, code: "offline" } });
  }
  const data = await readBody(answer);
  if (answer.ok) lost.delete(request);
  else if (isLost(new ApiFault(answer.status, (data ?? {}) as FaultBody))) remember(request, key);
  if (!answer.ok) return refused(answer.status, (data ?? {}) as FaultBody, () => call<T>(method, path, options));
  const version = (answer.headers.get("ETag") ?? "").replaceAll('"', "");
  return { status: answer.status, data: data as T, version };
}

function headersOf(method: Method, options: CallOptions): Record<string, string> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrf();
  if (options.version !== undefined) headers["If-Match"] = `"${options.version}"`;
  if (options.body !== undefined && !(options.body instanceof FormData)) headers["Content-Type"] = "application/json";
  return headers;
}

/** Raises what was refused; a session that ended or was begun anew in another tab is nobody's fault. */
async function refused<T>(status: number, body: FaultBody, again: () => Promise<T>): Promise<T> {
  if (status === 401) {
    signedOut();
    throw new ApiFault(status, { error: { code: "not_signed_in", message: t("signed_out") } });
  }
  if (body.error?.code === "csrf" && (await renewToken())) return again();
  throw new ApiFault(status, body);
}

async function readBody(answer: Response): Promise<unknown> {
  if (!(answer.headers.get("Content-Type") ?? "").includes("json")) return null;
  try {
    return await answer.json();
  } catch {
    return null;
  }
}

/** The address of a record, or of all records of an entity. */
export function recordPath(entity: string, id = "", tail = ""): string {
  const parts = ["/api/v1/records", entity, id, tail].filter(Boolean);
  return parts.join("/");
}

/** A key that no other try uses. */
export function freshKey(): string {
  return crypto.randomUUID();
}
