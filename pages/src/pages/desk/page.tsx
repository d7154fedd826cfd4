// Support: the desk.
// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../../page";
import { words } from "../../words";

export const page: Page = {
  path: "/desk",
  title: words.desk.title,
  roles: ["support", "manager", "admin", "system"],
  nav: { order: 40, label: words.desk.nav },
  load: () => import("./view"),
};
