// The link to a session, to be sent to its students.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../api/client";
import { href } from "../shell/router";
import { Button } from "../ui/button";
import { CopyButton } from "../ui/copy";
import { words } from "../words";

const text = words.share;

export const link_to = (session: string): string =>
  new URL(href(`/sessions/${session}`), window.location.origin).href;

/** Shares by the device's own way where it has one. */
export function ShareLink({ session }: { session: Session }) {
  const url = link_to(session.id);
  const share = () => navigator.share({ title: text.title(session.course), url })
    .catch(() => undefined); // it was cancelled
  return (
    <div class="share">
      <p><a href={url}><bdi>{url}</bdi></a></p>
      <div class="actions">
        {"share" in navigator ? <Button onClick={() => void share()}>{text.share}</Button> : null}
        <CopyButton copied={url}>{text.copy}</CopyButton>
      </div>
    </div>
  );
}
