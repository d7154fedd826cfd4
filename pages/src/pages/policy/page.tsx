// Managers and administrators: the policy, its versions, and what another would change.
// SPDX-License-Identifier: Apache-2.0
import type { Page } from "../../page";
import { words } from "../../words";

export const page: Page = {
  path: "/policy",
  title: words.policy.title,
  roles: ["manager", "admin", "system"],
  nav: { order: 70, label: words.policy.title },
  load: () => import("./policy"),
};
