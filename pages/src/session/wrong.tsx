// What somebody can do whose session is not as it was: dispute it while it is not settled,
// and write to support otherwise.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import type { Session } from "../api/client";
import { actor } from "../shell/identity";
import { CopyButton } from "../ui/copy";
import { words } from "../words";
import { Dispute, disputable } from "./dispute";
import { link_to } from "./share";

const text = words.wrong;

function Advice({ session, role }: { session: Session; role: "tutor" | "student" }) {
  return (
    <>
      <p>{text[role]}</p>
      <p class="actions"><CopyButton copied={link_to(session.id)}>{text.copy}</CopyButton></p>
    </>
  );
}

export function SomethingWrong({ session, role }: { session: Session; role: "tutor" | "student" }) {
  const [open, set_open] = useState(false);
  const who = actor(role) ?? "";
  const advice = <Advice session={session} role={role} />;
  return (
    <details class="folded" onToggle={(event) => set_open(event.currentTarget.open)}>
      <summary>{text.title}</summary>
      {session.state === "disputed" ? <p>{text.waits}</p>
        : !disputable(session, who) ? advice
          : open ? <Dispute session={session} who={who} otherwise={advice} /> : null}
    </details>
  );
}
