// Who uses the pages: as the node says in the modes oidc and token, as chosen in trusted.
// SPDX-License-Identifier: Apache-2.0
import { Problem, type Role, address_of, get, request, set_token, when_signed_out } from "../api/client";
import { settings } from "../api/settings";
import { start_stream, stop_stream } from "../live/stream";
import { device, tab } from "../storage";
import { Store, use_store } from "../store";

export interface Identity {
  phase: "unknown" | "signed_out" | "signed_in" | "failed";
  /** ROLE:ID, one a role. */
  who: string[];
  programs: string[];
  name: string | null;
  problem: Problem | null;
  /** Whether this was signed in until a call was answered that it is not. */
  lapsed: boolean;
}

const nobody: Identity = { phase: "unknown", who: [], programs: [], name: null, problem: null, lapsed: false };
const identity = new Store<Identity>(nobody);

export const use_identity = (): Identity => use_store(identity);
export const role_of = (who: string): Role => who.slice(0, who.indexOf(":")) as Role;
export const id_of = (who: string): string => who.slice(who.indexOf(":") + 1);

/** Returns ROLE:ID of who uses the page in the first of these roles that they have. */
export function actor(...roles: Role[]): string | null {
  const { who } = identity.get();
  for (const role of roles) {
    const found = who.find((one) => role_of(one) === role);
    if (found) return found;
  }
  return null;
}

function signed_in(who: string[], programs: string[], name: string | null): void {
  identity.set({ ...nobody, phase: "signed_in", who, programs, name });
  start_stream();
}

function signed_out(lapsed: boolean): void {
  stop_stream();
  identity.set({ ...nobody, phase: "signed_out", lapsed });
}

/** Finds out who is signed in. */
export async function recognise(): Promise<void> {
  if (settings.auth === "trusted") {
    const who = tab.read<string>("act_as");
    return who ? act_as(who) : signed_out(false);
  }
  set_token(device.read<string>("token"));
  if (settings.auth === "token" && device.read<string>("token") === null) return signed_out(false);
  try {
    const me = await get("/v1/me");
    signed_in(me.who, me.programs, me.name);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 401) return signed_out(false);
    identity.set({ ...nobody, phase: "failed", problem: error });
  }
}

/** Signs in by a token; returns why it is not taken, or null. */
export async function sign_in_by(token: string): Promise<Problem | null> {
  set_token(token);
  try {
    const me = await get("/v1/me");
    device.write("token", token);
    signed_in(me.who, me.programs, me.name);
    return null;
  } catch (error) {
    set_token(null);
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** Chooses whom to be, in mode trusted. */
export async function act_as(who: string): Promise<void> {
  stop_stream();
  tab.write("act_as", who);
  signed_in([who], ["*"], null);
}

/** Where a sign-in by the provider begins; it ends at this address. */
export const login_address = (): string =>
  address_of("/auth/login", { return: window.location.pathname + window.location.search });

/** Signs out, here and at the node. */
export async function sign_out(): Promise<void> {
  if (settings.auth === "oidc") await request(address_of("/auth/logout"), { method: "POST" });
  device.remove("token");
  set_token(null);
  tab.remove("act_as");
  signed_out(false);
}

when_signed_out(() => {
  if (identity.get().phase === "signed_in") signed_out(true);
});
