// What people wrote turns nothing round but itself.
// SPDX-License-Identifier: Apache-2.0
import { type VNode, options } from "preact";

const controls = /[\u202a-\u202e\u2066-\u2069]/g;
const pop_embedding = "\u202c";
const pop_isolate = "\u2069";

/** Returns a text as it is shown: each embedding, override and isolate in it ends in it, and
 * it ends none that it has not begun. Else it would reach beyond its element, <bdi> or not. */
export function contained(text: string): string {
  const open: string[] = [];
  const ended = text.replace(controls, (control) => {
    if (control === pop_embedding) return open[open.length - 1] === control && open.pop() ? control : "";
    if (control !== pop_isolate) {
      open.push(control < "\u2066" ? pop_embedding : pop_isolate);
      return control;
    }
    const begun = open.lastIndexOf(control);
    if (begun >= 0) open.length = begun;
    return begun >= 0 ? control : "";
  });
  return ended + open.reverse().join("");
}

/** Has every text that any component shows contained. */
export function contain_directions(): void {
  const before = options.vnode;
  options.vnode = (vnode: VNode) => {
    // Texts are nodes without a type, whose properties are the text.
    const node = vnode as { type: unknown; props: unknown };
    if (node.type === null && typeof node.props === "string") node.props = contained(node.props);
    before?.(vnode);
  };
}
