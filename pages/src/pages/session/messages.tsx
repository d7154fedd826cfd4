// Who was told what, and what was refused.
// SPDX-License-Identifier: Apache-2.0
import { role_of } from "../../shell/identity";
import { RefusalList } from "../../ui/error_summary";
import { Person } from "../../ui/person";
import { Empty } from "../../ui/shown";
import { Time } from "../../ui/time";
import { words } from "../../words";
import type { Notification, Outcome } from "./read";

const text = words.session;

export function Receiver({ to }: { to: string }) {
  return to.includes(":") ? <Person who={to} /> : <>{words.roles.support}</>;
}

/** `own`: they are those to the reader alone. */
export function Messages({ notifications, zone, own }: { notifications: Notification[]; zone: string; own: boolean }) {
  return (
    <section>
      <h2>{text.messages_title}</h2>
      {notifications.length === 0 ? <Empty>{own ? text.no_own_messages : text.no_messages}</Empty> : (
        <ul class="told">
          {notifications.map((one) => (
            <li key={one.id}>
              {text.messages[one.kind]} <span aria-hidden="true">→</span> <Receiver to={one.to} />{" "}
              <small><Time at={one.at} zone={zone} /></small>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Absent where nothing was refused. */
export function Refused({ refusals, zone }: { refusals: Outcome[]; zone: string }) {
  if (refusals.length === 0) return null;
  return (
    <section>
      <h2 id="refused" tabIndex={-1}>{text.refused_title}</h2>
      <ul class="refused">
        {refusals.map((one, i) => (
          <li key={i}>
            <p>
              {one.at ? <Time at={one.at} zone={zone} /> : null}
              {one.by ? <>{one.at ? ", " : ""}<Person who={one.by} /> <small>{words.roles[role_of(one.by)]}</small></> : null}
            </p>
            {one.source !== null && one.id !== null ? <p><small><bdi>{one.source}</bdi> · <bdi>{one.id}</bdi></small></p> : null}
            <RefusalList refusals={one.refusals} />
          </li>
        ))}
      </ul>
    </section>
  );
}
