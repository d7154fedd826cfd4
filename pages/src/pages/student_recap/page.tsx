// Student: write a session's recap.
// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../../page";
import { words } from "../../words";

export const page: Page = {
  path: "/sessions/:session/recap",
  title: words.student_recap.title,
  roles: ["student"],
  load: () => import("./recap"),
};
