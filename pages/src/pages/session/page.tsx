// A session: what it is and why, and all that happened to it.
// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../../page";
import { words } from "../../words";

export const page: Page = {
  path: "/sessions/:session",
  title: words.session.title,
  roles: ["tutor", "student", "support", "manager", "admin", "system"],
  load: () => import("./view"),
};
