// People: their name, where one is known, and their id.
// SPDX-License-Identifier: Apache-2.0
import { Problem, get } from "../api/client";
import { Store, use_store } from "../store";
import { contained } from "./contained";

const names = new Map<string, Store<string | null>>();

/** How many names are asked for at a time: what is shown comes first. */
const at_once = 6;
let asking = 0;
const waiting: (() => void)[] = [];

async function in_turn<T>(work: () => Promise<T>): Promise<T> {
  if (asking >= at_once) await new Promise<void>((go_on) => { waiting.push(go_on); });
  else ++asking;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next(); // which takes this one's place
    else --asking;
  }
}

async function look_up(who: string, name: Store<string | null>): Promise<void> {
  try {
    const found = (await in_turn(() => get("/v1/people/{who}", { path: { who } }))).name;
    name.set(found && contained(found)); // it stands in sentences, too
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // Whose name is not shown is shown by the id; it is asked for again the next time.
    names.delete(who);
  }
}

function name_store(who: string): Store<string | null> {
  let name = names.get(who);
  if (!name) {
    name = new Store<string | null>(null);
    names.set(who, name);
    void look_up(who, name);
  }
  return name;
}

/** Forgets all names: another person is signed in, who may see others. */
export const forget_names = (): void => names.clear();

/** Returns a person's name, null while or where it is not known. */
export function use_name(who: string): string | null {
  const name = name_store(who);
  return use_store(name);
}

/** `who` is ROLE:ID. */
export function Person({ who }: { who: string }) {
  const name = use_name(who);
  const id = who.slice(who.indexOf(":") + 1);
  if (!name) return <span class="person"><bdi>{id}</bdi></span>;
  return <span class="person"><bdi>{name}</bdi> <bdi class="id">({id})</bdi></span>;
}
