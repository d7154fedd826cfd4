// Students' ids as people write them.
// SPDX-License-Identifier: Apache-2.0
import { words } from "../words";

export const is_id = (id: string): boolean => /^[A-Za-z0-9_-]{1,64}$/.test(id);

/** Returns what is written between commas. A blank separates nothing: it is in names. */
export const ids_in = (typed: string): string[] => typed.split(/[,;\n]/).map((id) => id.trim()).filter(Boolean);

/** Returns what is wrong with ids that are being written, or undefined. */
export function ids_trouble(typed: string): string | undefined {
  const wrong = ids_in(typed).find((id) => !is_id(id));
  return wrong === undefined ? undefined : words.schedule.student_wrong(wrong, wrong.trim().toLowerCase().replace(/[^a-z0-9_-]+/g, "-"));
}
