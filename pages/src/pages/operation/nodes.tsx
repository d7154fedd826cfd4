// The nodes: whether they live, what they serve, how far they are behind.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import type { Schemas } from "../../api/client";
import { settings } from "../../api/settings";
import { actor } from "../../shell/identity";
import { Badge, type Tone } from "../../ui/badge";
import { Button } from "../../ui/button";
import { type Column, Table } from "../../ui/table";
import { Time, viewers_zone } from "../../ui/time";
import { words } from "../../words";
import { Drain, type Drained } from "./drain";
import { type Node, is_here, page_at, ranges, short_span } from "./read";

const text = words.operation;
const tones: Record<Node["state"], Tone> = { live: "good", draining: "waiting", silent: "bad" };

function Name({ node }: { node: Node }) {
  return (
    <>
      <strong><bdi>{node.name}</bdi></strong> <small><bdi>{node.address}</bdi></small>
      {is_here(node) ? <small class="line"><strong>{text.here}</strong></small>
        : node.state === "silent" ? null : <a class="elsewhere" href={page_at(node)}>{text.its_page(node.name)}</a>}
      <small class="line">{text.started} <Time at={node.started_at} zone={viewers_zone()} /></small>
      {node.relays ? null : <small class="line">{text.relays_database}</small>}
    </>
  );
}

/** By the machine's clock, whatever the sessions' clock shows. */
function Lease({ node }: { node: Node }) {
  const left = Date.parse(node.expires_at) - Date.now();
  return <>{left > 0 ? words.time.in(short_span(left)) : text.lease_ended}</>;
}

function Lag({ node }: { node: Node }) {
  if (node.inbox === 0 && node.lag_ms === 0) return <>{text.not_behind}</>;
  return <>{short_span(node.lag_ms)}{node.inbox ? <small> {text.inbox(node.inbox)}</small> : null}</>;
}

function Skew({ ms }: { ms: number }) {
  if (Math.abs(ms) < 100) return <>{text.clock_agrees}</>;
  return <>{ms > 0 ? text.ahead(short_span(ms)) : text.after(short_span(ms))}</>;
}

function Shards({ node }: { node: Node }) {
  if (node.shards.length === 0) return <>{text.no_shards}</>;
  return <>{node.shards.length} <small>({ranges(node.shards)})</small></>;
}

function columns(drain: ((node: Node) => void) | null): Column<Node>[] {
  const shown: Column<Node>[] = [
    { key: "name", label: text.node, cell: (node) => <Name node={node} /> },
    { key: "state", label: text.state, cell: (node) => <Badge tone={tones[node.state]}>{text.states[node.state]}</Badge> },
    { key: "shards", label: text.shards, cell: (node) => <Shards node={node} /> },
    { key: "lease", label: text.lease, cell: (node) => <Lease node={node} /> },
    { key: "lag", label: text.behind, cell: (node) => <Lag node={node} /> },
    { key: "skew", label: text.clock_column, cell: (node) => <Skew ms={node.skew_ms} /> },
  ];
  if (!drain) return shown;
  return [...shown, { key: "drain", label: text.do, cell: (node) => (
    node.state === "live"
      ? <Button kind="danger" label={text.drain_one(node.name)} onClick={() => drain(node)}>{text.drain}</Button>
      : <span aria-hidden="true">–</span>
  ) }];
}

export function Nodes({ list, reload, drained }: {
  list: Schemas["NodeList"]; reload: () => void; drained: (drained: Drained) => void;
}) {
  const [draining, set_draining] = useState<Node | null>(null);
  const nodes = [...list.nodes].sort((a, b) => a.name.localeCompare(b.name));
  const others = nodes.filter((node) => node.name !== draining?.name && node.state === "live");
  const without = list.shards - list.held;
  return (
    <>
      {without ? <div class="notice bad"><p>{text.without_lease(without, list.shards)}</p></div> : null}
      <Table caption={text.nodes_caption(nodes.length, list.held, list.shards)} rows={nodes}
        row_key={(node) => node.name} columns={columns(actor("admin") ? set_draining : null)} />
      {nodes.length > 1 ? <p class="hint">{text.conditions_of_each}</p> : null}
      {settings.manual_clock ? <p class="hint">{text.machines_clock}</p> : null}
      {draining ? (
        <Drain node={draining} others={others} done={() => { if (is_here(draining)) drained({ name: draining.name, others }); }}
          close={() => { set_draining(null); reload(); }} />
      ) : null}
    </>
  );
}
