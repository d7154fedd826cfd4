// The stream of session events: one for the whole tab, whoever follows it. It is read
// by fetch, in every mode: EventSource cannot send a token, does not say why it failed,
// and gives only events whose types are listed. It is closed while the tab is hidden,
// since a browser has few connections for all its tabs.
// SPDX-License-Identifier: Apache-2.0
import { Problem, address_of, request } from "../api/client";
import { Store } from "../store";

export type Change =
  /** An event of a session; `own`: brought about here, and told before the stream does. */
  | { kind: "event"; session: string; type: string; own?: boolean }
  /** Something may have changed that no event told: read again. */
  | { kind: "refresh" };

export type Status = "off" | "connecting" | "live" | "broken";
export const status = new Store<Status>("off");

const followers = new Set<(change: Change) => void>();
const silence_ms = 45_000;
const hidden_ms = 30_000;
const longest_wait_ms = 15_000;

let wanted = false;
let last_id = "";
let control: AbortController | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;
let failures = 0;

/** Calls `follower` with every change until the returned function is called. */
export function follow(follower: (change: Change) => void): () => void {
  followers.add(follower);
  return () => void followers.delete(follower);
}

/** Tells all who follow, also of what this tab did itself. */
export function tell(change: Change): void {
  for (const follower of [...followers]) follower(change);
}

/** Returns whether a change is of that session. */
export const of_session = (id: string) => (change: Change): boolean =>
  change.kind === "event" && change.session === id;

/** Returns true: for lists, which any session's change may change. */
export const of_any = (): boolean => true;

function take(block: string): void {
  let data = "";
  let type = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("id:")) last_id = line.slice(3).trim();
    else if (line.startsWith("event:")) type = line.slice(6).trim();
    else if (line.startsWith("data:")) data += line.slice(5);
  }
  if (type === "reset") tell({ kind: "refresh" });
  else if (data) {
    const event = JSON.parse(data) as { subject?: string; type: string };
    tell({ kind: "event", session: event.subject ?? "", type: event.type.replace("recapd.event.", "") });
  }
}

async function read(body: ReadableStream<Uint8Array>, alive: () => void): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive();
    text += decoder.decode(value, { stream: true }).replace(/\r/g, "");
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      take(text.slice(0, end));
      text = text.slice(end + 2);
    }
  }
}

async function connect(): Promise<void> {
  clearTimeout(retry);
  control?.abort();
  const mine = (control = new AbortController());
  const healed = status.get() === "broken";
  let silence: ReturnType<typeof setTimeout> | undefined;
  const alive = () => {
    clearTimeout(silence);
    silence = setTimeout(() => mine.abort(), silence_ms);
  };
  try {
    alive();
    const response = await request(address_of("/v1/events"), {
      headers: { accept: "text/event-stream", ...(last_id ? { "last-event-id": last_id } : {}) },
      signal: mine.signal,
    });
    failures = 0;
    status.set("live");
    if (healed || !last_id) tell({ kind: "refresh" });
    if (response.body) await read(response.body, alive);
  } catch (error) {
    if (error instanceof Problem && (error.status === 401 || error.status === 403)) wanted = false;
  } finally {
    clearTimeout(silence);
  }
  if (control === mine) broke();
}

/** Says so, and tries again: soon, then with a growing pause. */
function broke(): void {
  control = null;
  status.set(wanted ? "broken" : "off");
  if (wanted) retry = setTimeout(connect, Math.min(longest_wait_ms, 500 * 2 ** failures++));
}

/** Follows the stream as whoever is signed in now. */
export function start_stream(): void {
  wanted = true;
  last_id = "";
  status.set("connecting");
  void connect();
}

export function stop_stream(): void {
  wanted = false;
  clearTimeout(retry);
  const open = control;
  control = null;
  open?.abort();
  status.set("off");
}

let hiding: ReturnType<typeof setTimeout> | undefined;
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (document.hidden) {
    hiding = setTimeout(() => {
      if (!wanted) return;
      stop_stream();
      wanted = true;
    }, hidden_ms);
  } else if (wanted && !control) void connect();
});
window.addEventListener("online", () => {
  if (wanted && status.get() === "broken") void connect();
});
