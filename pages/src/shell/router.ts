// The address is the state: which page, what it is about and by what it is filtered.
// SPDX-License-Identifier: Apache-2.0
import { base_path } from "../api/settings";
import type { Page } from "../page";
import { pages } from "../pages.gen";
import { Store, use_store } from "../store";

export interface Address {
  /** Below the base path; it begins with a slash. */
  path: string;
  query: URLSearchParams;
}

function here(): Address {
  const { pathname, search } = window.location;
  const path = pathname.startsWith(base_path) ? pathname.slice(base_path.length - 1) : "/";
  return { path: path.replace(/(.)\/+$/, "$1"), query: new URLSearchParams(search) };
}

const address = new Store<Address>(here());
window.addEventListener("popstate", () => address.set(here()));

/** Returns the address, and draws again when it changes. */
export const use_address = (): Address => use_store(address);

/** Returns the link to a path below the base path. */
export function href(path: string, query: Record<string, string | undefined> = {}): string {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) words.set(name, value);
  const text = words.toString();
  return base_path + path.replace(/^\//, "") + (text ? `?${text}` : "");
}

/** Goes to a link that href() made. */
export function go(link: string, { replace = false } = {}): void {
  window.history[replace ? "replaceState" : "pushState"](null, "", link);
  address.set(here());
}

/** Changes words of the address's query; an empty one is left out. */
export function set_query(changes: Record<string, string | undefined>): void {
  const { path, query } = address.get();
  go(href(path, { ...Object.fromEntries(query), ...changes }), { replace: true });
}

/** Returns what a pattern's named parts are in a path, or null where it is another's. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const parts = path.split("/");
  if (wanted.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [i, word] of wanted.entries()) {
    const part = parts[i] ?? "";
    if (word.startsWith(":") && part) {
      try {
        params[word.slice(1)] = decodeURIComponent(part);
      } catch {
        return null;
      }
    } else if (word !== part) return null;
  }
  return params;
}

/** Returns the page of a path, the one with the fewest named parts. */
export function page_of(path: string): { page: Page; params: Record<string, string> } | null {
  const found = pages.flatMap((page: Page) => {
    const params = match(page.path, path);
    return params ? [{ page, params }] : [];
  });
  const named = (entry: { params: object }) => Object.keys(entry.params).length;
  return found.sort((a, b) => named(a) - named(b))[0] ?? null;
}

/** Lets links between pages change the address without loading the document again. */
export function follow_links(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element | null)?.closest?.("a");
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute("download") || link.origin !== window.location.origin) return;
    if (!link.pathname.startsWith(base_path)) return;
    const path = link.pathname.slice(base_path.length - 1).replace(/(.)\/+$/, "$1");
    if (path !== "/" && !page_of(path)) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
