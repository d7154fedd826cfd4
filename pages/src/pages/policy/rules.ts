// The rules that have a field of their own, and how what is written in it is read.
// SPDX-License-Identifier: Apache-2.0
import { words } from "../../words";
import type { Json } from "./compare";

/** `number?`, `text?`: may be left empty, which says that there is none. */
export type Kind = "number" | "number?" | "text" | "text?" | "list" | "confirmation";

export interface Rule {
  path: keyof typeof words.policy.rules;
  kind: Kind;
}

const rule = (path: Rule["path"], kind: Kind): Rule => ({ path, kind });

export const groups: { name: keyof typeof words.policy.groups; rules: Rule[] }[] = [
  { name: "time", rules: [
    rule("log_window", "text"), rule("duration.max_minutes", "number"), rule("duration.step_minutes", "number"),
    rule("timezone", "text"), rule("calls.max_per_session", "number") ] },
  { name: "recap", rules: [
    rule("recap.min_characters", "number"), rule("recap.max_characters", "number"),
    rule("confirmation", "confirmation"), rule("auto_confirm_after", "text?") ] },
  { name: "limits", rules: [
    rule("limits.tutor_minutes_per_week", "number?"), rule("limits.student_course_minutes_per_week", "number?"),
    rule("limits.course_minutes_per_week", "number?"), rule("limits.pair_sessions_per_day", "number?") ] },
  { name: "pay", rules: [rule("pay.rate_per_hour", "number"), rule("pay.currency", "text"), rule("pay.settle_after", "text?")] },
  { name: "reminders", rules: [
    rule("reminders.tutor_recap_due", "text?"), rule("reminders.tutor_recap_reminder", "list"),
    rule("reminders.student_recap_reminder", "list"), rule("reminders.tutor_remind_student", "list"),
    rule("reminders.student_recap_overdue", "text?") ] },
];

/** Returns a value as a field shows it. */
export function written(value: Json | undefined): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(String).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Returns what was written as the policy says it; what is no number stays a text, and
 * the server says what it expected. */
export function value_of(kind: Kind, text: string): Json {
  const trimmed = text.trim();
  if (kind === "list") return trimmed === "" ? [] : trimmed.split(/[\s,;]+/).filter(Boolean);
  if (trimmed === "" && kind.endsWith("?")) return null;
  const is_number = kind.startsWith("number") && /^-?\d+$/.test(trimmed);
  return is_number ? Number(trimmed) : trimmed;
}

/** Returns what people call the rule of a path: `Hours to log, course MATH101`. */
export function rule_text(path: string): string {
  const parts = path.replace(/^policy\./, "").split(".");
  const scope: string[] = [];
  for (;;) {
    const [place, name] = parts;
    if ((place !== "courses" && place !== "programs") || name === undefined || parts.length < 3) break;
    scope.push(words.policy.scope[place](name));
    parts.splice(0, 2);
  }
  const rest = parts.join(".");
  const label = (words.policy.rules as Record<string, { label: string } | undefined>)[rest]?.label ?? rest;
  return [label, ...scope].join(", ");
}
