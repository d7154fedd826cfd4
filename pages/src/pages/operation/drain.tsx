// Draining a node, once it was asked whether that is meant.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { Problem, post } from "../../api/client";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { problem_text } from "../../ui/error_summary";
import { words } from "../../words";
import { settings } from "../../api/settings";
import { type Node, is_here, page_at } from "./read";

const text = words.operation;

/** A node that was drained from a page of its own. */
export interface Drained {
  name: string;
  others: Node[];
}

/** Where one goes on once the node of this page is away. */
export function GoOn({ others }: { others: Node[] }) {
  if (others.length === 0) return <p>{text.go_on_nowhere}</p>;
  return (
    <>
      <p>{text.go_on}</p>
      <ul>{others.map((one) => <li key={one.name}><a class="elsewhere" href={page_at(one)}><bdi>{one.name}</bdi>, <bdi>{one.address}</bdi></a></li>)}</ul>
    </>
  );
}

export function Drain({ node, others, done, close }: { node: Node; others: Node[]; done: () => void; close: () => void }) {
  const [busy, set_busy] = useState(false);
  const [problem, set_problem] = useState<Problem | null>(null);
  const drain = async () => {
    set_busy(true);
    set_problem(null);
    try {
      // The body is not read; its media type keeps other sites' forms out.
      await post("/v1/nodes/{name}/drain", { path: { name: node.name }, body: {} as never });
      done();
      close();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      set_problem(error);
      set_busy(false);
    }
  };
  return (
    <Dialog id="drain" title={text.drain_one(node.name)} close={close}
      actions={<Button kind="danger" busy={busy} onClick={() => void drain()}>{text.drain_sure}</Button>}>
      <p>{text.drain_means(node.shards.length, others.length)}</p>
      {others.length === 0 ? <div class="notice warning"><p>{text.drain_last}</p></div>
        : is_here(node) ? <div class="notice warning"><p>{text.drain_here}</p><GoOn others={others} /></div> : null}
      {others.length && settings.act_as ? <p>{text.drain_database}</p> : null}
      <p>{text.drain_back}</p>
      {problem ? <div class="notice bad" role="alert"><p>{problem_text(problem)}</p></div> : null}
    </Dialog>
  );
}
