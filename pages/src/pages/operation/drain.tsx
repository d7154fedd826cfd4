// Draining a node, once it was asked whether that is meant.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { Problem, post } from "../../api/client";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { problem_text } from "../../ui/error_summary";
import { words } from "../../words";
import type { Node } from "./read";

const text = words.operation;

export function Drain({ node, others, close }: { node: Node; others: number; close: () => void }) {
  const [busy, set_busy] = useState(false);
  const [problem, set_problem] = useState<Problem | null>(null);
  const drain = async () => {
    set_busy(true);
    set_problem(null);
    try {
      // The body is not read; its media type keeps other sites' forms out.
      await post("/v1/nodes/{name}/drain", { path: { name: node.name }, body: {} as never });
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
      <p>{text.drain_means(node.shards.length, others)}</p>
      {others ? null : <div class="notice warning"><p>{text.drain_last}</p></div>}
      <p>{text.drain_back}</p>
      {problem ? <div class="notice bad" role="alert"><p>{problem_text(problem)}</p></div> : null}
    </Dialog>
  );
}
