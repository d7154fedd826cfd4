// Calls of the contract: typed by it, with the caller's credential, and with
// problems as errors that say what happened.
// SPDX-License-Identifier: Apache-2.0
import { base_path, settings } from "./settings";
import type { components, paths } from "./types.gen";

export type Schemas = components["schemas"];
export type Session = Schemas["Session"];
export type Refusal = Schemas["Refusal"];
export type RefusalCode = Schemas["RefusalCode"];
export type Recap = Schemas["Recap"];
export type State = Schemas["State"];
export type Role = "tutor" | "student" | "support" | "manager" | "admin" | "system";

type Method = "get" | "post" | "put";
type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;
type With<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, object> ? P : never;
}[keyof paths];
type Json<T> = T extends { content: { "application/json": infer A } } ? A : never;
export type Answer<P extends keyof paths, M extends Method = "get"> =
  Operation<P, M> extends { responses: { 200: infer R } } ? Json<R> : never;
export type Query<P extends keyof paths, M extends Method = "get"> =
  Operation<P, M> extends { parameters: { query?: infer Q } } ? NonNullable<Q> : never;
type InPath<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { parameters: { path: infer A } } ? A : never;
type Sent<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { requestBody?: infer B } ? Json<NonNullable<B>> : never;
export interface Options<P extends keyof paths, M extends Method> {
  path?: InPath<P, M>;
  query?: Query<P, M>;
  body?: Sent<P, M>;
  signal?: AbortSignal;
}

/** A problem of the contract (RFC 9457), `unreachable` where no answer came, or `unclear`
 * where the answer is not the node's: a proxy's, or a network's that wants a sign-in. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly body: Record<string, unknown> = {},
    readonly retry_after_s: number | null = null,
  ) {
    super(detail);
  }

  /** Whether the same again may be answered, and nothing happens twice by it. */
  get passing(): boolean {
    return this.code === "unreachable" || this.code === "unclear" || this.status === 503 || this.status === 429;
  }
}

let token: string | null = null;
let on_signed_out = (): void => undefined;
let on_doubt = (): void => undefined;

/** Sets the bearer of every call, null for none. */
export function set_token(value: string | null): void {
  token = value;
}

/** Sets what is done when a call is answered 401, and when an answer lets doubt whether the
 * sign-in is still the same. */
export function when_signed_out(signed_out: () => void, doubt: () => void): void {
  on_signed_out = signed_out;
  on_doubt = doubt;
}

export const doubt_sign_in = (): void => on_doubt();

/** Returns the headers that say who calls; a cookie goes by itself. */
export function credentials(): Record<string, string> {
  return token !== null && settings.auth === "token" ? { authorization: `Bearer ${token}` } : {};
}

/** Returns the address of a path of the contract, behind the base path. */
export function address_of(path: string, query: object = {}): string {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== "") words.set(name, String(value));
  const text = words.toString();
  return base_path + path.replace(/^\//, "") + (text ? `?${text}` : "");
}

const unclear = (status: number) => new Problem(status, "unclear", "The answer is not the server's own.");

/** Returns the JSON of an answer, or throws that it is none: then it is not the node's. */
export async function json_of<T>(response: Response): Promise<T> {
  const text = await response.text();
  try {
    return JSON.parse(text) as T;
  } catch {
    throw unclear(response.status);
  }
}

async function problem_of(response: Response): Promise<Problem> {
  const body: Record<string, unknown> = await response.json().catch(() => ({}));
  const [, code] = String(body["type"] ?? "").split("urn:recapd:problem:");
  if (!code) return unclear(response.status);
  const after = Number(response.headers.get("retry-after"));
  return new Problem(
    response.status, code, String(body["detail"] ?? response.statusText), body,
    Number.isFinite(after) && after > 0 ? after : null,
  );
}

/** Sends a request and returns its answer, or throws its Problem. */
export async function request(address: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, {
      credentials: "same-origin",
      cache: "no-store",
      ...init,
      headers: { accept: "application/json", ...credentials(), ...init.headers },
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "unreachable", "The server does not answer.");
  }
  if (response.ok) return response;
  if (response.status === 401) on_signed_out();
  throw await problem_of(response);
}

async function call<P extends keyof paths, M extends Method>(
  method: M, path: P, options: Options<P, M>,
): Promise<Answer<P, M>> {
  const parts = (options.path ?? {}) as Record<string, unknown>;
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(parts[name])));
  const response = await request(address_of(filled, options.query ?? {}), {
    method: method.toUpperCase(),
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.body === undefined ? {} : {
      body: JSON.stringify(options.body),
      headers: { "content-type": "application/json" },
    }),
  });
  return (response.status === 204 ? undefined : await json_of(response)) as Answer<P, M>;
}

/** GETs a path of the contract. */
export const get = <P extends With<"get">>(path: P, options: Options<P, "get"> = {}) =>
  call("get", path, options);

/** POSTs to a path of the contract; commands go by commands.ts. */
export const post = <P extends With<"post">>(path: P, options: Options<P, "post"> = {}) =>
  call("post", path, options);

/** PUTs to a path of the contract. */
export const put = <P extends With<"put">>(path: P, options: Options<P, "put"> = {}) =>
  call("put", path, options);
