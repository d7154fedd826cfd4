// Asking what commands would do, and sending them: each only where its session is still as
// it was when it was asked about.
// SPDX-License-Identifier: Apache-2.0
import { useRef, useState } from "preact/hooks";
import type { Session } from "../../../api/client";
import { type Outcome, deliver, preview, version_of } from "../../../api/commands";
import type { Job } from "./actions";
import { Moved, type Run, patiently, use_run } from "./run";
import { type SessionEvent, read_now, since } from "./since";

/** What happened to sessions since they were last looked at, by their ids. */
export type News = ReadonlyMap<string, SessionEvent[]>;

export interface Steps {
  asked: Run;
  sent: Run;
  ask: (jobs: Job[]) => void;
  send: (jobs: Job[]) => void;
  news: News;
  /** The keys of those that were taken. */
  done: ReadonlySet<string>;
  /** Whether the server is away or busy. */
  waiting: boolean;
}

export function use_steps(subjects: Session[]): Steps {
  const jobs = useRef(new Map<string, Job>());
  // The version of each session that was last looked at: in the list, then by a preview.
  const looked_at = useRef(new Map(subjects.map((session) => [session.id, version_of(session)])));
  const before_preview = useRef(new Map<string, number>());
  const news = useRef(new Map<string, SessionEvent[]>());
  const done = useRef(new Set<string>());
  const turns = useRef(new Map<string, Promise<unknown>>());
  const [waiting, set_waiting] = useState(false);

  /** Several commands of one session go one after another. */
  const in_turn = <T>(id: string, work: () => Promise<T>): Promise<T> => {
    const mine = (turns.current.get(id) ?? Promise.resolve()).then(work, work);
    turns.current.set(id, mine.catch(() => undefined));
    return mine;
  };
  const job_of = (key: string) => jobs.current.get(key) as Job;
  const ask_about = async (key: string, signal: AbortSignal): Promise<Outcome> => {
    const { session: { id }, order } = job_of(key);
    const { version } = await patiently(() => read_now(id, signal));
    const before = before_preview.current.get(id) ?? version;
    const events = version === before ? [] : await patiently(() => since(id, before, signal));
    if (events.length) news.current.set(id, events);
    looked_at.current.set(id, version);
    return patiently(() => preview(order, signal));
  };
  const send_one = async (key: string, signal: AbortSignal): Promise<Outcome> => {
    const { session: { id }, order } = job_of(key);
    const outcome = await deliver(order, (wait) => set_waiting(wait !== null), signal, async (own) => {
      const events = await since(id, looked_at.current.get(id) ?? 0, signal, own);
      if (events.length) throw new Moved(events);
    }).finally(() => set_waiting(false));
    if (outcome.outcome === "accepted") {
      done.current.add(key);
      if (outcome.session) looked_at.current.set(id, outcome.session.version);
    }
    return outcome;
  };
  const asked = use_run((key, signal) => in_turn(job_of(key).session.id, () => ask_about(key, signal)));
  const sent = use_run((key, signal) => in_turn(job_of(key).session.id, () => send_one(key, signal)));
  const start = (run: Run, wanted: Job[]) => {
    jobs.current = new Map(wanted.map((job) => [job.key, job]));
    run.reset();
    run.start(wanted.map(({ key }) => key));
  };
  return {
    asked, sent, waiting, news: news.current, done: done.current,
    ask: (wanted) => {
      news.current = new Map();
      before_preview.current = new Map(looked_at.current);
      start(asked, wanted);
    },
    send: (wanted) => start(sent, wanted),
  };
}
