// The minutes, in the policy's steps; those that the limits leave no room for cannot be
// chosen.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../api/client";
import { Choice } from "../../ui/choice";
import { minutes_text } from "../../ui/time";
import { words } from "../../words";
import type { Facts } from "./complete";

const text = words.complete;

export function Minutes({ session, eligibility, minutes, error, change }: {
  session: Session; eligibility: Facts["staying"]; minutes: number | null; error?: string | undefined;
  change: (minutes: number) => void;
}) {
  const { rules, max_minutes, eligible } = eligibility;
  const steps = Array.from({ length: Math.floor(rules.max_minutes / rules.step_minutes) },
    (_, i) => (i + 1) * rules.step_minutes);
  const limited = eligible && max_minutes < rules.max_minutes;
  return (
    <Choice
      id="minutes" compact label={text.minutes} value={minutes} change={change} error={error}
      hint={[
        session.suggested_minutes ? text.suggested(minutes_text(session.suggested_minutes)) : "",
        limited ? text.limited(minutes_text(max_minutes)) : "",
      ].filter(Boolean).join(" ") || undefined}
      options={steps.map((value) => ({ value, label: String(value), disabled: limited && value > max_minutes }))}
    />
  );
}
