// Tutors of a file who are new here: perhaps their ids are mistyped.
// SPDX-License-Identifier: Apache-2.0
import { read_sessions } from "../../api/paging";
import { find_names } from "../../ui/person";
import { patiently } from "../desk/act/run";

/** Returns those who have neither a name nor a session. */
export async function new_among(tutors: string[], signal: AbortSignal): Promise<ReadonlySet<string>> {
  const names = await find_names(tutors.map((tutor) => `tutor:${tutor}`));
  const found = new Set<string>();
  for (const tutor of tutors.filter((_, i) => names[i] === null)) {
    const { items } = await patiently(() => read_sessions({ tutor }, 1, signal));
    if (items.length === 0) found.add(tutor);
  }
  return found;
}
