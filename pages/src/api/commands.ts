// Commands. Each has an id that stays the same until its outcome came: what was
// sent twice, because no answer came the first time, happens once. An id is one try of
// one decision: it ends with its outcome, with the sign-in, and after a day.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "preact/hooks";
import { tell } from "../live/stream";
import { device } from "../storage";
import {
  type Refusal, type Schemas, type Session, Problem, address_of, doubt_sign_in, get, json_of, request,
} from "./client";

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
const longest_kept_ms = 24 * 3600 * 1000;
/** How many events before the last one may be of the same command, or reminders. */
const looked_back = 50;

/** The versions that sessions had after what was done here: what was not read again since
 * shows older ones. */
const left_at = new Map<string, number>();

/** Returns the version of a session, at least the one that a command of this page left it at. */
export const version_of = ({ id, version }: Session): number => Math.max(version, left_at.get(id) ?? 0);

/** Returns a random word of letters and digits, for ids. */
export function random_word(length: number): string {
  const letters = "abcdefghjkmnpqrstuvwxyz23456789";
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (n) => letters[n % letters.length]).join("");
}

const place_of = (order: Pick<Order, "as" | "type" | "subject">) => `command:${order.as}:${order.type}:${order.subject}`;

interface Kept {
  id: string;
  content: string;
  at: number;
}

/** Returns the id of an order like this whose outcome never came, else null. */
function kept_id(order: Order): string | null {
  const kept = device.read<Kept>(place_of(order));
  const fresh = kept?.content === JSON.stringify(order) && Date.now() - kept.at < longest_kept_ms;
  return fresh ? kept.id : null;
}

/** Returns a new id, which is kept until the outcome came. */
function new_id(order: Order): string {
  const id = random_word(20);
  device.write(place_of(order), { id, content: JSON.stringify(order), at: Date.now() } satisfies Kept);
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
    return await json_of<Outcome>(response);
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

/** Returns whether an outcome that was given before is of a decision that is over: what was
 * refused then may be taken now, and what was done then another event may have undone. A
 * session is scheduled once. */
async function is_over(order: Order, id: string, { outcome, session }: Outcome, signal?: AbortSignal): Promise<boolean> {
  if (outcome === "refused") return true;
  if (order.type === "recapd.session.schedule") return false;
  if (!session) return true;
  const after = String(Math.max(0, session.version - looked_back));
  const { events } = await get("/v1/sessions/{id}/history", {
    path: { id: session.id }, query: { after, limit: 2 * looked_back }, ...(signal ? { signal } : {}) });
  const last = events.filter(({ type }) => type !== "reminder.sent").pop();
  return last?.command?.id !== id;
}

/** Sends a command until its outcome comes: again, with the same id, where the
 * server was away or busy. Where an earlier try of the same order had no outcome, it is
 * first asked what became of that: if nothing came after it, that is the outcome, else this
 * is another decision, with another id. Throws a Problem that would come again. Each time
 * `before` is told the id first; what it throws keeps the command from being sent. */
export async function deliver(
  order: Order, waits: (wait: Wait | null) => void = () => undefined, signal?: AbortSignal,
  before: (id: string) => Promise<void> = async () => undefined,
): Promise<Outcome> {
  const earlier = kept_id(order);
  let event = event_of(order, earlier ?? new_id(order));
  for (let attempt = 0; ; ++attempt) {
    try {
      await before(event.id);
      const outcome = await send_once(event, { session: true }, signal);
      if (event.id === earlier && outcome.duplicate && await is_over(order, event.id, outcome, signal)) {
        event = event_of(order, new_id(order));
        continue;
      }
      device.remove(place_of(order));
      if (outcome.refusals.some(({ code }) => code === "not-allowed")) doubt_sign_in();
      if (outcome.session) left_at.set(outcome.session.id, Math.max(outcome.session.version, left_at.get(order.subject) ?? 0));
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

/** How many commands of these people have no outcome yet. */
export const count_commands = (who: string[]): number =>
  who.reduce((sum, one) => sum + device.names(`command:${one}:`).length, 0);

/** Ends one: what it asked for is there. */
export const drop_command = (of: Pick<Order, "as" | "type" | "subject">): void => device.remove(place_of(of));

/** Ends those whose time is over. */
export function drop_old_commands(): void {
  for (const name of device.names("command:")) {
    const kept = device.read<Kept>(name);
    if (!kept || !(Date.now() - kept.at < longest_kept_ms)) device.remove(name);
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
  /** Under way, or taken and not shown yet. */
  busy: boolean;
  /** Sends; returns the outcome where the command was accepted, else null. Where `refused`
   * is given it is told a refusal, which is then not shown here. */
  send<T extends CommandType>(order: Order<T>, refused?: (refusals: Refusal[]) => void): Promise<Outcome | null>;
  /** Stops trying. What was sent may have been taken all the same. */
  stop(): void;
}

type Progress = Omit<Sending, "send" | "stop" | "busy">;
const idle: Progress = { phase: "idle", wait: null, refusals: [], session: null, problem: null };

/** Returns a sender of commands for a form or a button, and how it goes with it. It is
 * busy until the session that the page shows is as the command left it. */
export function use_command(shown?: Session): Sending {
  const [progress, set_progress] = useState<Progress>(idle);
  const control = useRef<AbortController | null>(null);
  useEffect(() => () => control.current?.abort(), []);
  const settles = shown !== undefined && shown.version < version_of(shown);
  const busy = settles || progress.phase === "sending" || progress.phase === "waiting";
  const send = async (order: Order, refused?: (refusals: Refusal[]) => void): Promise<Outcome | null> => {
    if (control.current || settles) return null;
    control.current = new AbortController();
    set_progress({ ...idle, phase: "sending" });
    try {
      const outcome = await deliver(
        order, (wait) => set_progress({ ...idle, phase: "waiting", wait }), control.current.signal);
      if (outcome.outcome === "accepted") {
        set_progress(idle);
        return outcome;
      }
      if (refused) {
        set_progress(idle);
        refused(outcome.refusals);
      } else set_progress({ ...idle, phase: "refused", refusals: outcome.refusals, session: outcome.session });
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
