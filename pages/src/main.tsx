// Starts the pages.
// SPDX-License-Identifier: Apache-2.0
import { render } from "preact";
import { drop_old_commands } from "./api/commands";
import { drop_old_drafts } from "./drafts/drafts";
import { keep_focus } from "./shell/focus";
import { follow_links } from "./shell/router";
import { Shell } from "./shell/view";
import { contain_directions } from "./ui/contained";

contain_directions();
drop_old_drafts();
drop_old_commands();
follow_links();
keep_focus();
const root = document.getElementById("app");
if (root) {
  root.replaceChildren();
  render(<Shell />, root);
}
