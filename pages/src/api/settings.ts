// What the node says of itself in the shell document.
// SPDX-License-Identifier: Apache-2.0

function meta(name: string, otherwise: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="recapd-${name}"]`)?.content ?? otherwise;
}

export const settings = {
  auth: meta("auth", "trusted") as "oidc" | "token" | "trusted",
  /** Whether one may choose whom to be: mode trusted, on loopback. */
  act_as: meta("act-as", "no") === "yes",
  manual_clock: meta("clock", "system") === "manual",
};

/** The path below which the node is reached; it begins and ends with a slash. */
export const base_path = meta("base", "/").replace(/\/*$/, "/");
