// What a page says of itself. Its folder's page.tsx exports one as `page`; the build
// finds it.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentType } from "preact";
import type { Role } from "./api/client";

export interface PageProps {
  /** The parts of the address that the pattern names. */
  params: Record<string, string>;
}

export interface Page {
  /** `/sessions/:session/complete`; a part with a colon stands for any word. */
  path: string;
  title: string;
  /** Who sees it; others are told that it is not theirs. */
  roles: Role[];
  /** Its place in the navigation, smallest first; without it none. */
  nav?: { order: number; label: string };
  /** Whose start page it is; others start with the first in their navigation. */
  home?: Role[];
  /** Loads what it shows, which is a file of its own in the bundle. */
  load: () => Promise<{ default: ComponentType<PageProps> }>;
}
