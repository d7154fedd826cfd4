// Managers: what a programme did.
// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../../page";
import { words } from "../../words";

export const page: Page = {
  path: "/programme",
  title: words.programme.title,
  roles: ["manager", "support", "admin", "system"],
  nav: { order: 60, label: words.programme.title },
  home: ["manager"],
  load: () => import("./programme"),
};
