// Student: my sessions.
// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../../page";
import { words } from "../../words";

export const page: Page = {
  path: "/student",
  title: words.student.title,
  roles: ["student"],
  nav: { order: 20, label: words.student.label },
  load: () => import("./list"),
};
