// Commands. Each has an id that stays the same until its outcome came: what was
// sent twice, because no answer came the first time, happens once.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "preact/hooks";
import { tell } from "../live/stream";
import { device } from "../storage";
import { type Refusal, type Schemas, type Session, Problem, address_of, request } from "./client";

type Command = Schemas["Command"];
export type CommandType = Command["type"];
export type DataOf<T extends CommandType> = Extract<Command, { type: T }>["data"];
export type Outcome = Schemas["Outcome"];

/** What is asked for: everything of a command but its id. */
export interface Order<T extends CommandType = CommandType> {
  type: T;
  /** The session. */
  subject: string;
  /** Who acts, ROLE:ID. */
  as: string;
  data: DataOf<T>;
}

export interface Wait {
  problem: Problem;
  seconds: number;
}

const media_type = "application/cloudevents+json";
const longest_wait_s = 15;

/** Returns a random word of letters and digits, for ids. */
export function random_word(length: number): string {
  const letters = "abcdefghjkmnpqrstuvwxyz23456789";
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (n) => letters[n % letters.length]).join("");
}

const place_of = (order: Order) => `command:${order.as}:${order.type}:${order.subject}`;

/** Returns the id of an order whose outcome never came, else a new one. */
function id_of(order: Order): string {
  const content = JSON.stringify(order);
  const kept = device.read<{ id: string; content: string }>(place_of(order));
  const id = kept?.content === content ? kept.id : random_word(20);
  device.write(place_of(order), { id, content });
  return id;
}

async function send_once(event: object, query: object, signal?: AbortSignal): Promise<Outcome> {
  try {
    const response = await request(address_of("/v1/commands", query), {
      method: "POST",
      headers: { "content-type": media_type },
      body: JSON.stringify(event),
      ...(signal ? { signal } : {}),
    });
    return (await response.json()) as Outcome;
  } catch (error) {
    if (error instanceof Problem && Array.isArray(error.body["refusals"]))
      return error.body as unknown as Outcome;
    throw error;
  }
}

const event_of = (order: Order, id: string) => ({
  specversion: "1.0", id, source: "/pages", type: order.type,
  subject: order.subject, authid: order.as, data: order.data,
});

function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => { clearTimeout(timer); window.removeEventListener("online", done); };
    const done = () => { end(); resolve(); };
    const timer = setTimeout(done, seconds * 1000);
    window.addEventListener("online", done);
    signal?.addEventListener("abort", () => { end(); reject(new DOMException("", "AbortError")); });
  });
}

/** Sends a command until its outcome comes: again, with the same id, where the
 * server was away or busy. Throws a Problem that would come again. */
export async function deliver(
  order: Order, waits: (wait: Wait | null) => void = () => undefined, signal?: AbortSignal,
): Promise<Outcome> {
  const event = event_of(order, id_of(order));
  for (let attempt = 0; ; ++attempt) {
    try {
      const outcome = await send_once(event, { session: true }, signal);
      device.remove(place_of(order));
      if (outcome.outcome === "accepted")
        tell({ kind: "event", session: order.subject, type: order.type, own: true });
      return outcome;
    } catch (error) {
      if (!(error instanceof Problem) || !error.passing) throw error;
      const seconds = Math.min(longest_wait_s, error.retry_after_s ?? 2 ** attempt);
      waits({ problem: error, seconds });
      await pause(seconds, signal);
    }
  }
}

/** Asks what a command would bring about; nothing happens. */
export const preview = (order: Order, signal?: AbortSignal): Promise<Outcome> =>
  send_once(event_of(order, random_word(20)), { dry_run: true, session: true }, signal);

export interface Sending {
  phase: "idle" | "sending" | "waiting" | "refused" | "failed";
  wait: Wait | null;
  refusals: Refusal[];
  /** The session as it is, where a refusal shows it. */
  session: Session | null;
  problem: Problem | null;
  busy: boolean;
  /** Sends; returns the outcome where the command was accepted, else null. */
  send<T extends CommandType>(order: Order<T>): Promise<Outcome | null>;
  /** Stops trying. What was sent may have been taken all the same. */
  stop(): void;
}

type Progress = Omit<Sending, "send" | "stop" | "busy">;
const idle: Progress = { phase: "idle", wait: null, refusals: [], session: null, problem: null };

/** Returns a sender of commands for a form or a button, and how it goes with it. */
export function use_command(): Sending {
  const [progress, set_progress] = useState<Progress>(idle);
  const control = useRef<AbortController | null>(null);
  useEffect(() => () => control.current?.abort(), []);
  const busy = progress.phase === "sending" || progress.phase === "waiting";
  const send = async (order: Order): Promise<Outcome | null> => {
    if (control.current) return null;
    control.current = new AbortController();
    set_progress({ ...idle, phase: "sending" });
    try {
      const outcome = await deliver(
        order, (wait) => set_progress({ ...idle, phase: "waiting", wait }), control.current.signal);
      if (outcome.outcome === "accepted") {
        set_progress(idle);
        return outcome;
      }
      set_progress({ ...idle, phase: "refused", refusals: outcome.refusals, session: outcome.session });
    } catch (error) {
      if (error instanceof Problem) set_progress({ ...idle, phase: "failed", problem: error });
      else set_progress(idle);
      if (!(error instanceof Problem || error instanceof DOMException)) throw error;
    } finally {
      control.current = null;
    }
    return null;
  };
  return { ...progress, busy, send: send as Sending["send"], stop: () => control.current?.abort() };
}
