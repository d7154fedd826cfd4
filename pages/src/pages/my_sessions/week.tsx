// What a tutor earned since Monday, and how much of their hours is used.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../api/client";
import { use_data } from "../../api/data";
import { pay_of } from "../../session/pay";
import { of_any } from "../../live/stream";
import { now } from "../../shell/clock";
import { Bar } from "../../ui/bars";
import { Money } from "../../ui/money";
import { Shown } from "../../ui/shown";
import { Time, minutes_text, viewers_zone } from "../../ui/time";
import { words } from "../../words";
import { read_week } from "./read";

const text = words.my_sessions;

/** Adds up what sessions pay once their students have written, by currency. */
function promised(sessions: Session[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const { minutes, rate_per_hour, currency } of sessions) {
    if (minutes === null || rate_per_hour === null) continue;
    sums.set(currency, (sums.get(currency) ?? 0) + pay_of(minutes, rate_per_hour));
  }
  return [...sums];
}

function Sums({ of }: { of: [string, number][] }) {
  return <>{of.map(([currency, minor], i) => <strong key={currency}>{i ? ", " : ""}<Money minor={minor} currency={currency} /></strong>)}</>;
}

/** What is confirmed, and paid after the delay of the rules. */
function Settling({ sessions }: { sessions: Session[] }) {
  const first = [...sessions].sort((a, b) => Date.parse(a.next_timer ?? a.starts_at) - Date.parse(b.next_timer ?? b.starts_at))[0];
  if (!first?.next_timer) return null;
  return (
    <p>
      {text.settling(sessions.length)} <Sums of={promised(sessions)} />, {text.first_settles} <Time at={first.next_timer} zone={first.timezone} />
    </p>
  );
}

/** `waiting` are the sessions that wait for their students' recaps. */
export function Week({ tutor, waiting }: { tutor: string; waiting: Session[] }) {
  const found = use_data(`week ${tutor}`,
    (signal) => read_week(tutor, now(), viewers_zone(), signal), of_any);
  return (
    <section>
      <h2>{text.this_week}</h2>
      <Shown of={found}>
        {({ earned, balances, settling, limits }) => {
          const sums = Object.entries(earned);
          const all = Object.entries(balances);
          const to_come = promised(waiting);
          return (
            <div class="card">
              <p>
                {text.earned}{" "}
                {sums.length ? <Sums of={sums} /> : text.nothing_earned}
              </p>
              {to_come.length ? <p>{text.on_its_way(waiting.filter(({ minutes }) => minutes !== null).length)} <Sums of={to_come} /></p> : null}
              <Settling sessions={settling} />
              {all.length ? <p>{text.in_all} <Sums of={all} /></p> : null}
              {limits.map(({ code, limit, used }) => (
                <Bar key={code} label={words.limits[code]} used={used} limit={limit} text={minutes_text} />
              ))}
            </div>
          );
        }}
      </Shown>
    </section>
  );
}
