// Tutor: schedule a session.
// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../../page";
import { words } from "../../words";

export const page: Page = {
  path: "/schedule",
  title: words.schedule.title,
  roles: ["tutor"],
  load: () => import("./form"),
};
