// Operation, for who is on call: first whether all is well, then why not.
// SPDX-License-Identifier: Apache-2.0
import type { Schemas } from "../../api/client";
import { href } from "../../shell/router";
import { Badge } from "../../ui/badge";
import { Empty, Shown } from "../../ui/shown";
import { Time, viewers_zone } from "../../ui/time";
import { words } from "../../words";
import { ManualClock } from "./clock";
import { Nodes } from "./nodes";
import { type Readiness, read_nodes, read_readiness, read_rest, use_watch } from "./read";
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

export default function Operation() {
  const readiness = use_watch("readyz", read_readiness);
  const nodes = use_watch("nodes", read_nodes);
  const rest = use_watch("rest", read_rest);
  return (
    <>
      <h1 tabIndex={-1}>{text.title}</h1>
      <Shown of={readiness}>{(found) => <Ready readiness={found} />}</Shown>
      <section aria-labelledby="nodes">
        <h2 id="nodes">{text.nodes}</h2>
        <Shown of={nodes}>
          {(list) => (list ? <Nodes list={list} reload={nodes.reload} /> : <Empty>{text.alone}</Empty>)}
        </Shown>
      </section>
      <Shown of={rest}>{(found) => <RestOf rest={found} />}</Shown>
      <ManualClock />
      <p class="reference"><a href={href("/docs")}>{text.reference}</a></p>
    </>
  );
}
