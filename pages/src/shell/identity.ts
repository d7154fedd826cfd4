// Who uses the pages: as the node says in the modes oidc and token, as chosen in trusted.
// SPDX-License-Identifier: Apache-2.0
import { Problem, type Role, address_of, get, request, set_token, when_signed_out } from "../api/client";
import { settings } from "../api/settings";
import { start_stream, stop_stream } from "../live/stream";
import { device, tab, tabs } from "../storage";
import { Store, use_store } from "../store";

export interface Identity {
  phase: "unknown" | "signed_out" | "signed_in" | "failed";
  /** ROLE:ID, one a role. */
  who: string[];
  programs: string[];
  name: string | null;
  problem: Problem | null;
  /** What happened to an earlier sign-in, where it was not ended here: it lapsed, or was
   * ended in another tab, or somebody else signed in. */
  before: "lapsed" | "ended" | "other" | null;
}

const nobody: Identity = { phase: "unknown", who: [], programs: [], name: null, problem: null, before: null };
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

function signed_in(who: string[], programs: string[], name: string | null, before: Identity["before"] = null): void {
  identity.set({ ...nobody, phase: "signed_in", who, programs, name, before });
  start_stream();
}

function signed_out(before: Identity["before"]): void {
  stop_stream();
  set_token(null);
  identity.set({ ...nobody, phase: "signed_out", before });
}

/** When it is asked again where the server was away or busy. */
const again_ms = 3000;

/** How often it was asked who is signed in: only the last answer counts. */
let asked = 0;

/** Finds out who is signed in. Where it is no longer who it was, the page says so, with
 * `why` where nobody is. */
export async function recognise(why: Identity["before"] = "lapsed"): Promise<void> {
  if (settings.auth === "trusted") {
    const who = tab.read<string>("act_as");
    return who ? act_as(who) : signed_out(null);
  }
  const mine = ++asked;
  const was = identity.get();
  const there = was.phase === "signed_in";
  const token = device.read<string>("token");
  if (settings.auth === "token" && token === null) return signed_out(there ? "ended" : was.before);
  set_token(token);
  try {
    const me = await get("/v1/me");
    if (mine !== asked || (there && was.who.join() === me.who.join())) return;
    signed_in(me.who, me.programs, me.name, there ? "other" : null);
    if (was.phase === "unknown") tabs.postMessage("sign-in");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (mine !== asked) return;
    if (error.status === 401) signed_out(there ? why : was.before);
    else if (!there) {
      identity.set({ ...nobody, phase: "failed", problem: error });
      if (error.passing) setTimeout(() => { if (mine === asked) void recognise(why); }, again_ms);
    }
  }
}

/** Signs in by a token; returns why it is not taken, or null. */
export async function sign_in_by(token: string): Promise<Problem | null> {
  ++asked;
  set_token(token);
  try {
    const me = await get("/v1/me");
    device.write("token", token);
    signed_in(me.who, me.programs, me.name);
    tabs.postMessage("sign-in");
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

/** Signs out at the node, here and in the other tabs; returns why not, or where one signs
 * out at the provider, too; null where that is nowhere. */
export async function sign_out(): Promise<Problem | string | null> {
  let further: string | null = null;
  try {
    if (settings.auth === "oidc")
      further = (await request(address_of("/auth/logout"), { method: "POST" })).headers.get("location");
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  ++asked;
  device.remove("token");
  tab.remove("act_as");
  signed_out(null);
  tabs.postMessage("sign-out");
  return further;
}

/** Takes from the screen what belongs to a sign-in that may have ended since. */
function forget_and_ask(): void {
  stop_stream();
  identity.set(nobody);
  void recognise();
}

when_signed_out(
  () => { if (identity.get().phase === "signed_in") signed_out("lapsed"); },
  () => { if (settings.auth !== "trusted") void recognise(); });

/** Follows what other tabs do, and what happened while this one was away. */
export function follow_sign_in(): void {
  if (settings.auth === "trusted") return;
  tabs.onmessage = ({ data }) => void recognise(data === "sign-out" ? "ended" : "lapsed");
  // By "back" the page comes as it was left, whoever is signed in by now.
  window.addEventListener("pageshow", ({ persisted }) => { if (persisted) forget_and_ask(); });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && identity.get().phase !== "unknown") void recognise();
  });
}
