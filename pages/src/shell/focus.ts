// The focus is never lost: where what had it is gone, what stood around it gets it.
// SPDX-License-Identifier: Apache-2.0

const containers = "[data-session], li, .card, section, form, dialog, main";

/** What had the focus, and what stands around it. */
let path: HTMLElement[] = [];

function remember(event: Event): void {
  path = event.composedPath().filter((one): one is HTMLElement => one instanceof HTMLElement);
}

/** Returns where an element that is gone stands now: its session may be in another list. */
function place_of(element: HTMLElement): HTMLElement | null {
  const { session } = element.dataset;
  if (element.isConnected) return element.matches(containers) ? element : null;
  return session ? document.querySelector<HTMLElement>(`[data-session="${CSS.escape(session)}"]`) : null;
}

function restore(): void {
  const [had] = path;
  if (!had || had.isConnected || document.activeElement !== document.body) return;
  for (const element of path) {
    const found = place_of(element);
    if (!found) continue;
    if (!found.hasAttribute("tabindex")) found.tabIndex = -1;
    // Nothing moves under a finger.
    found.focus({ preventScroll: true });
    return;
  }
}

/** Returns whether nothing that is still there had the focus. */
export const focus_is_free = (): boolean => document.activeElement?.matches("body, main") ?? true;

/** Watches the document for as long as the pages are open. */
export function keep_focus(): void {
  document.addEventListener("focusin", remember);
  // A button that was pressed has the focus on every system, not only where the browser
  // gives it.
  document.addEventListener("click", (event) => {
    if (document.activeElement === document.body) remember(event);
  }, { capture: true });
  new MutationObserver(restore).observe(document.body, { childList: true, subtree: true });
}
