// Operation: how the nodes are, and what reaches others late or never.
// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../../page";
import { words } from "../../words";

export const page: Page = {
  path: "/operation",
  title: words.operation.title,
  roles: ["support", "manager", "admin", "system"],
  nav: { order: 90, label: words.operation.title },
  home: ["admin", "system"],
  load: () => import("./view"),
};
