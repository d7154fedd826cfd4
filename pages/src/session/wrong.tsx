// What somebody can do whose session is not as it was: the engine takes no word of theirs
// about it, support puts it right.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../api/client";
import { CopyButton } from "../ui/copy";
import { words } from "../words";
import { link_to } from "./share";

const text = words.wrong;

export function SomethingWrong({ session, role }: { session: Session; role: "tutor" | "student" }) {
  return (
    <details class="folded">
      <summary>{text.title}</summary>
      <p>{text[role]}</p>
      <p class="actions"><CopyButton copied={link_to(session.id)}>{text.copy}</CopyButton></p>
    </details>
  );
}
