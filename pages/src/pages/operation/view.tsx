// Operation, for who is on call: first whether all is well, then why not.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import type { Problem, Schemas } from "../../api/client";
import type { Loaded } from "../../api/data";
import { href } from "../../shell/router";
import { Badge } from "../../ui/badge";
import { Empty, Failed, Shown } from "../../ui/shown";
import { Time, viewers_zone } from "../../ui/time";
import { words } from "../../words";
import { ManualClock } from "./clock";
import { type Drained, GoOn } from "./drain";
import { Nodes } from "./nodes";
import { type Readiness, type Rest as RestRead, read_nodes, read_readiness, read_rest, use_watch } from "./read";
import { RestOf } from "./rest";

const text = words.operation;

function Conditions({ list, bad }: { list: Schemas["Condition"][]; bad: boolean }) {
  return (
    <ul>
      {list.map((one) => (
        <li key={one.code} class={`notice ${bad ? "bad" : "warning"}`}>
          <p><strong>{one.code}</strong> {one.detail}</p>
          <small>{text.since} <Time at={one.since} zone={viewers_zone()} /></small>
        </li>
      ))}
    </ul>
  );
}

function Ready({ readiness }: { readiness: Readiness }) {
  const ready = readiness.status === "ready";
  const { warnings } = readiness;
  return (
    <>
      <p>
        <Badge tone={!ready ? "bad" : warnings.length ? "waiting" : "good"}>{ready ? text.well : text.not_well}</Badge>
        {" "}{!ready ? text.not_ready : warnings.length ? text.ready_but(warnings.length) : text.ready}
        {" "}{text.in_flight(readiness.in_flight)}
        {readiness.nats ? ` ${text.nats(readiness.nats)}` : null}
      </p>
      <Conditions list={readiness.reasons} bad />
      <Conditions list={warnings} bad={false} />
      <p><small>{text.rules(readiness.tzdata, readiness.unicode)}</small></p>
    </>
  );
}

/** The node of this page is away: said once, and what was read before is marked as old. */
function Away({ problem, retry, drained }: { problem: Problem; retry: () => void; drained: Drained | null }) {
  if (!drained) return <Failed problem={problem} retry={retry} />;
  return (
    <div class="notice warning" role="alert">
      <h2>{text.you_drained(drained.name)}</h2>
      <GoOn others={drained.others} />
    </div>
  );
}

const quiet = <T,>(loaded: Loaded<T>): Loaded<T> => ({ ...loaded, problem: undefined });

export default function Operation() {
  const [drained, set_drained] = useState<Drained | null>(null);
  const watched = [use_watch("readyz", read_readiness), use_watch("nodes", read_nodes), use_watch("rest", read_rest)] as const;
  const away = watched.map(({ problem }) => problem).find((problem) => problem?.code === "unreachable");
  const [readiness, nodes, rest] = away ? [quiet(watched[0]), quiet(watched[1]), quiet(watched[2])] : watched;
  const again = () => { for (const one of watched) one.reload(); };
  return (
    <>
      <h1 tabIndex={-1}>{text.title}</h1>
      {away ? <Away problem={away} retry={again} drained={drained} /> : null}
      {away && readiness.data === undefined ? null : (
        <div class={away ? "old" : undefined}>
          {away ? <p><strong>{text.old}</strong></p> : null}
          <Rest readiness={away ? null : readiness} nodes={nodes} rest={rest} drained={set_drained} />
        </div>
      )}
    </>
  );
}

function Rest({ readiness, nodes, rest, drained }: {
  /** Null where the node is away: it takes no commands. */
  readiness: Loaded<Readiness> | null; nodes: Loaded<Schemas["NodeList"] | null>; rest: Loaded<RestRead>; drained: (drained: Drained) => void;
}) {
  return (
    <>
      {readiness ? <Shown of={readiness}>{(found) => <Ready readiness={found} />}</Shown> : null}
      <section aria-labelledby="nodes">
        <h2 id="nodes">{text.nodes}</h2>
        <Shown of={nodes}>
          {(list) => (list ? <Nodes list={list} reload={nodes.reload} drained={drained} /> : <Empty>{text.alone}</Empty>)}
        </Shown>
      </section>
      <Shown of={rest}>{(found) => <RestOf rest={found} />}</Shown>
      <ManualClock />
      <p class="reference"><a href={href("/docs")}>{text.reference}</a></p>
    </>
  );
}
