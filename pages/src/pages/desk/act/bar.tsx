// What can be done with what was chosen.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "preact/hooks";
import type { Session } from "../../../api/client";
import { actor } from "../../../shell/identity";
import { Button } from "../../../ui/button";
import { words } from "../../../words";
import { type Action, actions, dangerous, fits } from "./actions";
import { ActDialog } from "./dialog";

const text = words.desk;

export const act_bar_id = "act-bar";

/** Whether nothing has the focus, or what cannot keep it. */
function focus_is_lost(): boolean {
  const at = document.activeElement;
  return at === null || at === document.body || at.matches(":disabled");
}

/** In a list its buttons are there before anything is chosen, so that nothing moves; of
 * one session only those that can be done are. */
export function ActBar({ sessions, title, done, acts = () => undefined }: {
  sessions: Session[];
  /** What stands before the buttons; else how many are chosen. */
  title?: string;
  /** Is told what stays chosen: what was not done. */
  done: (left: ReadonlySet<string>) => void;
  /** Is told when acting begins and ends. */
  acts?: (acting: boolean) => void;
}) {
  const [action, set_action] = useState<Action | null>(null);
  const bar = useRef<HTMLDivElement>(null);
  const acted = useRef(false);
  useEffect(() => {
    // What was done may take away the button that had the focus, and with it the bar.
    if (!acted.current || action) return;
    if (focus_is_lost()) (bar.current ?? document.getElementById("main"))?.focus();
    acted.current = bar.current?.contains(document.activeElement) ?? false;
  });
  const as = actor("support");
  if (!as) return null;
  const shown = title ? actions.filter((one) => sessions.some(fits[one])) : actions;
  const said = title ?? text.act_on(sessions.length);
  const close = (left: ReadonlySet<string>) => {
    acted.current = true;
    set_action(null);
    acts(false);
    done(left);
  };
  if (shown.length === 0 && !action) return null;
  return (
    <div class="act-bar" id={act_bar_id} role="group" aria-label={said} tabIndex={-1} ref={bar}>
      <span role="status">{said}</span>
      {shown.map((one) => (
        <Button key={one} kind={dangerous.includes(one) ? "danger" : "plain"} disabled={!sessions.some(fits[one])}
          onClick={() => { acts(true); set_action(one); }}>{text.actions[one]}</Button>
      ))}
      {action ? (
        <ActDialog action={action} sessions={sessions} as={as} close={close} />
      ) : null}
    </div>
  );
}
