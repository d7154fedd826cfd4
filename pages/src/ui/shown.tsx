// What was read, or why there is nothing: loading, empty, failed, forbidden, missing.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import type { Problem } from "../api/client";
import type { Loaded } from "../api/data";
import { words } from "../words";
import { Button } from "./button";
import { problem_text } from "./error_summary";

export function Loading() {
  return <p class="loading" role="status">{words.ui.loading}</p>;
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

export function Failed({ problem, retry }: { problem: Problem; retry?: () => void }) {
  const title = problem.status === 403 ? words.ui.forbidden
    : problem.status === 404 ? words.ui.missing : words.ui.failed;
  return (
    <div class="notice bad" role="alert">
      <h2>{title}</h2>
      <p>{problem_text(problem)} {problem.passing ? words.ui.retrying : null}</p>
      {retry && problem.status !== 403 ? <Button onClick={retry}>{words.ui.retry}</Button> : null}
    </div>
  );
}

/** Shows what was read. What is old stays, with a word that it could not be read again. */
export function Shown<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ComponentChildren }) {
  if (of.data === undefined)
    return of.problem ? <Failed problem={of.problem} retry={of.reload} /> : <Loading />;
  return (
    <>
      {of.problem ? <Failed problem={of.problem} retry={of.reload} /> : null}
      {children(of.data)}
    </>
  );
}
