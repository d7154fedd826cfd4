// Support: sessions from a file.
// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../../page";
import { words } from "../../words";

export const page: Page = {
  path: "/desk/import",
  title: words.import.title,
  roles: ["support", "system"],
  load: () => import("./view"),
};
