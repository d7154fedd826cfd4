// What happens where a student does not write, and when: not every reminder.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../api/client";
import { Time } from "../../ui/time";
import { words } from "../../words";

const text = words.student;

export function Left({ session: { next_timer, next_timer_kind, timezone } }: { session: Session }) {
  const sentence = next_timer_kind ? text.left[next_timer_kind] : undefined;
  return (
    <p>
      {text.waits_for_you}
      {next_timer && sentence ? <> {sentence} <Time at={next_timer} zone={timezone} />.</> : null}
    </p>
  );
}
