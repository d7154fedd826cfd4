// Bars: how much of a limit is used, and how much of something is done.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { words } from "../words";

/** `held` is the part of `used` that the thing at hand holds. */
export function Bar({ label, used, limit, held = 0, text }: {
  label: ComponentChildren; used: number; limit: number | null; held?: number;
  /** How a figure is written: minutes, sessions. */
  text: (figure: number) => string;
}) {
  const share = (n: number) => (limit ? Math.min(100, (100 * n) / limit) : 0);
  const said = limit === null ? words.ui.used_without_limit(text(used))
    : words.ui.used(text(used), text(limit), text(Math.max(0, limit - used)));
  return (
    <div class="bar">
      <p><span>{label}</span> <span class="figure">{said}</span></p>
      {limit === null ? null : (
        <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
          <rect class="track" width="100" height="4" />
          <rect class={used >= limit ? "full" : "fill"} width={share(used)} height="4" />
          {held ? <rect class="held" x={share(used - held)} width={share(held)} height="4" /> : null}
        </svg>
      )}
    </div>
  );
}

export function Progress({ label, done, of }: { label: string; done: number; of: number }) {
  return (
    <div class="bar" role="status">
      <p><span>{label}</span> <span class="figure">{done} / {of}</span></p>
      <progress value={done} max={Math.max(1, of)} aria-label={label} />
    </div>
  );
}
