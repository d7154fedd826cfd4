// Checks a policy as it is typed: the server reads it as it would to save it, by asking
// what it would have changed at a time before there were sessions.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "preact/hooks";
import { Problem, post } from "../../api/client";
import type { Json, Policy } from "./compare";

export interface Verdict {
  state: "checking" | "good" | "bad" | "unknown";
  /** The path that the server names, and what it expected there. */
  path: string;
  detail: string;
}

const typing_ms = 400;
const again_ms = 3000;
const nothing_then = { from: "1970-01-01T00:00:00Z", to: "1970-01-01T00:00:01Z" };

function verdict_of(error: Problem): Verdict {
  if (error.status !== 400) return { state: "unknown", path: "", detail: error.detail };
  const path = /^(policy.*?): expected/.exec(error.detail)?.[1] ?? "";
  return { state: "bad", path: path.replace(/^policy\.?/, ""), detail: error.detail };
}

/** Returns what the server says of the policy; it is asked once nothing was typed for a moment. */
export function use_check(policy: Json): Verdict {
  const [verdict, set_verdict] = useState<Verdict>({ state: "checking", path: "", detail: "" });
  const content = JSON.stringify(policy);
  useEffect(() => {
    const control = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        await post("/v1/policies/whatif", {
          body: { policy: policy as Policy as Record<string, never>, ...nothing_then }, signal: control.signal });
        set_verdict({ state: "good", path: "", detail: "" });
      } catch (error) {
        if (control.signal.aborted) return;
        if (!(error instanceof Problem)) throw error;
        set_verdict(verdict_of(error));
        if (error.passing) timer = setTimeout(ask, again_ms);
      }
    };
    set_verdict((was) => ({ ...was, state: "checking" }));
    timer = setTimeout(ask, typing_ms);
    return () => { clearTimeout(timer); control.abort(); };
  }, [content]);
  return verdict;
}
