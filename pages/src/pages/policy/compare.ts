// What differs between two policies, by the paths that the engine uses.
// SPDX-License-Identifier: Apache-2.0
import type { Schemas } from "../../api/client";

export type Policy = Schemas["Policy"];
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export interface Change {
  path: string;
  from: Json | undefined;
  to: Json | undefined;
}

const is_object = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Returns each rule that differs; undefined where one of them does not say it. */
export function changes_between(from: Json | undefined, to: Json | undefined, path = "policy"): Change[] {
  if (is_object(from) || is_object(to)) {
    const [before, after] = [is_object(from) ? from : {}, is_object(to) ? to : {}];
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .flatMap((key) => changes_between(before[key], after[key], `${path}.${key}`));
  }
  return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ path, from, to }];
}

/** Returns what stands at a path below the policy. */
export function value_at(policy: Json, path: string): Json | undefined {
  return path.split(".").reduce<Json | undefined>((at, key) => (is_object(at) ? at[key] : undefined), policy);
}

/** Returns the policy with another value at a path. */
export function with_value(policy: Json, path: string, value: Json): Json {
  const [key = "", ...rest] = path.split(".");
  const before = is_object(policy) ? policy : {};
  return { ...before, [key]: rest.length ? with_value(before[key] ?? {}, rest.join("."), value) : value };
}
