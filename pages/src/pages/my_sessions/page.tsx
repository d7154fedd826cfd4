// Tutor: my sessions.
// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../../page";
import { words } from "../../words";

export const page: Page = {
  path: "/tutor",
  title: words.my_sessions.title,
  roles: ["tutor"],
  nav: { order: 10, label: words.my_sessions.title },
  load: () => import("./list"),
};
