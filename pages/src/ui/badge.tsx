// A session's state, in words and by a shape: never by colour alone.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import type { Session, State } from "../api/client";
import { words } from "../words";

export type Tone = "neutral" | "waiting" | "good" | "bad" | "ended";

const shapes: Record<Tone, string> = { neutral: "○", waiting: "◐", good: "✓", bad: "!", ended: "–" };

const tones: Record<State, Tone> = {
  scheduled: "neutral",
  time_logged: "waiting",
  awaiting_student_recap: "waiting",
  completed: "good",
  paid: "good",
  missed: "bad",
  update_denied: "bad",
  cancelled: "ended",
  voided: "ended",
  disputed: "bad",
};

export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}><span aria-hidden="true">{`${shapes[tone]}\u00a0`}</span>{children}</span>;
}

export function StateBadge({ state }: { state: State }) {
  // One that these pages do not know yet, since the node is newer, is told by its own word.
  const known = state in tones;
  return <Badge tone={known ? tones[state] : "neutral"}>{known ? words.states[state] : state}</Badge>;
}

export function FlagBadge({ flag }: { flag: Session["flags"][number] }) {
  return <Badge tone="waiting">{words.session.flags[flag] ?? flag}</Badge>;
}
