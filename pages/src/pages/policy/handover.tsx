// Rules as a file: from who proposes them to who may save them, or to another installation.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { save_text_file } from "../../ui/csv";
import { words } from "../../words";
import type { Json } from "./compare";

const text = words.policy;

function read_policy(content: string): Json | null {
  try {
    const found: unknown = JSON.parse(content);
    return typeof found === "object" && found !== null && !Array.isArray(found) ? (found as Json) : null;
  } catch {
    return null;
  }
}

export function Handover({ policy, load, admin }: {
  policy: Json; load: (policy: Json) => void;
  /** Whether they may save a version themselves. */
  admin: boolean;
}) {
  const [wrong, set_wrong] = useState(false);
  const take = async (file: File | undefined) => {
    if (!file) return;
    const found = read_policy(await file.text());
    set_wrong(found === null);
    if (found) load(found);
  };
  return (
    <div class="notice handover">
      <p>{admin ? text.handover_admin : text.only_admins}</p>
      <p><Button onClick={() => save_text_file("policy.json", `${JSON.stringify(policy, null, 2)}\n`)}>{text.save_rules}</Button></p>
      <label for="rules-file">{text.load_rules}</label>
      <input id="rules-file" type="file" accept=".json,application/json" onChange={(event) => {
        void take(event.currentTarget.files?.[0]);
        event.currentTarget.value = "";
      }} />
      {wrong ? <p class="error" role="alert">{text.no_rules}</p> : null}
    </div>
  );
}
