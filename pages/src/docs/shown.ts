// What the renderer drew: searched, and mended where a keyboard or a screen reader would
// stumble over it.
// SPDX-License-Identifier: Apache-2.0
import { words } from "../words";

/** Returns what is said of the operation of a block, whose id ends with the operation's. */
function text_of(block: Element, texts: Map<string, string>): string {
  for (const [id, text] of texts) if (block.id.endsWith(`-${id}`)) return text;
  return block.textContent?.toLowerCase() ?? "";
}

/** Hides what has not all the words; tells how many are left. */
export function search(root: Element, texts: Map<string, string>, asked: string): string {
  const wanted = asked.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  const blocks = [...root.querySelectorAll<HTMLElement>(".opblock")];
  for (const block of blocks) {
    const text = text_of(block, texts);
    const fits = wanted.every((word) => text.includes(word));
    block.hidden = !fits;
    if (fits) ++shown;
  }
  for (const section of root.querySelectorAll<HTMLElement>(".opblock-tag-section, .webhooks"))
    section.hidden = wanted.length > 0 && !section.querySelector(".opblock:not([hidden])");
  return words.docs.found(shown, blocks.length);
}

function set(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Gives headings their level, and names what has none. */
export function mend(root: Element): void {
  for (const heading of root.querySelectorAll("h3.opblock-tag")) set(heading, "aria-level", "2");
  for (const heading of root.querySelectorAll(".opblock h4, .opblock h5")) set(heading, "aria-level", "3");
  const messages = root.querySelector(".webhooks");
  if (messages) {
    set(messages, "role", "region");
    set(messages, "aria-label", words.docs.messages);
    const heading = messages.querySelector("h2");
    // They are sent, and nobody calls them.
    for (const method of messages.querySelectorAll(".opblock-summary-method"))
      if (method.textContent !== words.docs.sent) method.textContent = words.docs.sent;
    if (heading && heading.textContent !== words.docs.messages) heading.textContent = words.docs.messages;
  }
  for (const field of root.querySelectorAll("select:not([aria-label]), textarea:not([aria-label]), input:not([aria-label], [id])")) {
    const row = field.closest("tr, .opblock-section-header, .responses-inner, .opblock-body");
    const name = row?.querySelector(".parameter__name, h4, label")?.textContent?.trim();
    set(field, "aria-label", name || words.docs.heading);
  }
  // Wide ones scroll, by the keyboard too.
  for (const code of root.querySelectorAll("pre")) set(code, "tabindex", "0");
}
