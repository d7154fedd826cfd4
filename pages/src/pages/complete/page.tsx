// Tutor: complete a session.
// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../../page";
import { words } from "../../words";

export const page: Page = {
  path: "/sessions/:session/complete",
  title: words.complete.title,
  roles: ["tutor"],
  load: () => import("./complete"),
};
