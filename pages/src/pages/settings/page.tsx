// Settings: where and when mail reaches a tutor or a student.
// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../../page";
import { words } from "../../words";

export const page: Page = {
  path: "/settings",
  title: words.settings.title,
  roles: ["tutor", "student"],
  nav: { order: 95, label: words.settings.title },
  load: () => import("./view"),
};
