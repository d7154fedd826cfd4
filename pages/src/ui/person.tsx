// People: their name, where one is known, and their id.
// SPDX-License-Identifier: Apache-2.0
import { Problem, get } from "../api/client";
import { Store, use_store } from "../store";
import { contained } from "./contained";

const names = new Map<string, Store<string | null>>();

/** The people of whom one request asks at most, as the contract says. */
const most = 100;
let wanted: string[] = [];

/** Returns people's names in their order, as they may stand in sentences. */
async function read_names(people: string[]): Promise<(string | null)[]> {
  const { items } = await get("/v1/people", { query: { who: people } });
  return items.map(({ name }) => name && contained(name));
}

/** Asks for the names that were wanted within a moment. */
async function ask(): Promise<void> {
  const people = wanted.slice(0, most);
  wanted = wanted.slice(most);
  if (wanted.length > 0) void ask();
  const asked = people.map((who) => names.get(who));
  try {
    for (const [i, name] of (await read_names(people)).entries()) asked[i]?.set(name);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // They are asked for again the next time.
    for (const who of people) names.delete(who);
  }
}

function name_store(who: string): Store<string | null> {
  let name = names.get(who);
  if (!name) {
    name = new Store<string | null>(null);
    names.set(who, name);
    if (wanted.push(who) === 1) setTimeout(() => void ask());
  }
  return name;
}

/** Returns people's names in their order; null for those that are not shown. */
export async function find_names(people: string[]): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  for (let i = 0; i < people.length; i += most) {
    const some = people.slice(i, i + most);
    try {
      found.push(...await read_names(some));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      found.push(...some.map(() => null));
    }
  }
  return found;
}

/** Returns those of the people whose names were shown whose name holds the words. */
export function people_named(part: string): string[] {
  const wanted = part.trim().toLocaleLowerCase();
  return [...names].filter(([, name]) => name.get()?.toLocaleLowerCase().includes(wanted)).map(([who]) => who);
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

/** Several students, one after the other. */
export const People = ({ of }: { of: string[] }) => <>{of.map((id) => <Person key={id} who={`student:${id}`} />)}</>;
