// The policy: its versions, and an editor for the next one.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { get } from "../../api/client";
import { use_data } from "../../api/data";
import { Shown } from "../../ui/shown";
import { words } from "../../words";
import type { Json } from "./compare";
import { Editor } from "./editor";
import { Versions, read_version } from "./versions";

const text = words.policy;

async function read_newest(signal: AbortSignal): Promise<{ version: number; policy: Json }> {
  const { policies } = await get("/v1/policies", { query: { limit: 1 }, signal });
  const { version, policy } = await read_version(policies[0]?.version ?? 1, signal);
  return { version, policy: policy as Json };
}

export default function PolicyPage() {
  const found = use_data("newest policy", read_newest);
  const [saved, set_saved] = useState(0);
  return (
    <div class="policy">
      <h1 tabIndex={-1}>{text.title}</h1>
      <p>{text.hint}</p>
      {saved ? <p class="notice good" role="status">{text.saved(saved)}</p> : null}
      <Shown of={found}>
        {(newest) => (
          <>
            <Versions newest={newest.version} />
            <h2>{text.edit(newest.version)}</h2>
            <Editor newest={newest} reload={found.reload}
              saved={(version) => { set_saved(version); found.reload(); window.scrollTo(0, 0); }} />
          </>
        )}
      </Shown>
    </div>
  );
}
