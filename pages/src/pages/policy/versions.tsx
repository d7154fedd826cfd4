// The versions: who made each, when and why, and what differs from the one before.
// SPDX-License-Identifier: Apache-2.0
import { get } from "../../api/client";
import { use_data } from "../../api/data";
import { read_pages, use_pages } from "../../api/paging";
import { href, use_address } from "../../shell/router";
import { Button } from "../../ui/button";
import { Person } from "../../ui/person";
import { Shown } from "../../ui/shown";
import { Time, viewers_zone } from "../../ui/time";
import { words } from "../../words";
import { Changes } from "./changes";
import { type Json, changes_between } from "./compare";

const text = words.policy;

export const read_version = (version: number, signal?: AbortSignal) =>
  get("/v1/policies/{version}", { path: { version: String(version) }, ...(signal ? { signal } : {}) });

/** Reads what differs in a version from the one before it. */
function Differences({ version }: { version: number }) {
  const found = use_data(`policy ${version}`, (signal) =>
    Promise.all([version - 1, version].filter((one) => one > 0).map((one) => read_version(one, signal))));
  return (
    <Shown of={found}>
      {(policies) => {
        const [before, after] = policies.map(({ policy }) => policy as Json);
        return before === undefined || after === undefined ? <p>{text.first}</p>
          : <Changes changes={changes_between(before, after)} caption={text.since(version - 1)} />;
      }}
    </Shown>
  );
}

/** `newest` makes it read again once there is another. */
export function Versions({ newest }: { newest: number }) {
  const { query } = use_address();
  const open = Number(query.get("version") ?? 0);
  const found = use_pages(`policies ${newest}`, 20, (most, signal) => read_pages(async (after) => {
    const page = await get("/v1/policies", { query: { limit: Math.min(most, 100), ...(after ? { after } : {}) }, signal });
    return { items: page.policies, next: page.next };
  }, most));
  return (
    <section>
      <h2>{text.versions}</h2>
      <Shown of={found}>
        {({ items }) => (
          <>
            <ol class="versions">
              {items.map(({ version, at, by, note }) => (
                <li key={version} class="card" data-version={version}>
                  <h3>{text.version(version)}</h3>
                  <p><Time at={at} zone={viewers_zone()} /> · {by ? <Person who={by} /> : text.nobody_proven}</p>
                  {note ? <p class="note" dir="auto">{note}</p> : null}
                  {open === version ? <Differences version={version} />
                    : <a class="button quiet" href={href("/policy", { version: String(version) })}>{text.differences(version)}</a>}
                </li>
              ))}
            </ol>
            {found.more ? <Button onClick={found.more}>{words.ui.more}</Button> : null}
          </>
        )}
      </Shown>
    </section>
  );
}
