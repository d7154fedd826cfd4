// What can be done with what was chosen.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import type { Session } from "../../../api/client";
import { actor } from "../../../shell/identity";
import { Button } from "../../../ui/button";
import { words } from "../../../words";
import { type Action, actions, dangerous } from "./actions";
import { ActDialog } from "./dialog";

const text = words.desk;

/** Its buttons are there before anything is chosen, so that nothing moves. */
export function ActBar({ sessions, done }: {
  sessions: Session[];
  /** Is told what stays chosen: what was not done. */
  done: (left: ReadonlySet<string>) => void;
}) {
  const [action, set_action] = useState<Action | null>(null);
  const as = actor("support");
  if (!as) return null;
  return (
    <div class="act-bar" role="group" aria-label={text.act_on(sessions.length)}>
      <span role="status">{text.act_on(sessions.length)}</span>
      {actions.map((one) => (
        <Button key={one} kind={dangerous.includes(one) ? "danger" : "plain"} disabled={sessions.length === 0}
          onClick={() => set_action(one)}>{text.actions[one]}</Button>
      ))}
      {action ? (
        <ActDialog action={action} sessions={sessions} as={as} close={(left) => { set_action(null); done(left); }} />
      ) : null}
    </div>
  );
}
