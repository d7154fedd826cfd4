// A recap as it was written.
// SPDX-License-Identifier: Apache-2.0
import type { Recap } from "../api/client";
import { words } from "../words";
import { recap_parts } from "./fields";

/** `role` says whose recap it is. What was left empty is left out. */
export function RecapText({ recap, role }: { recap: Recap; role: "tutor" | "student" }) {
  return (
    <dl class="written">
      {recap_parts.filter((part) => recap[part].trim()).map((part) => (
        <div key={part}>
          <dt>{words.recap.questions[role][part]}</dt>
          <dd dir="auto">{recap[part]}</dd>
        </div>
      ))}
    </dl>
  );
}
