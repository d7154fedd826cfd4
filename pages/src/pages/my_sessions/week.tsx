// What a tutor earned since Monday, and how much of their hours is used.
// SPDX-License-Identifier: Apache-2.0
import { use_data } from "../../api/data";
import { of_any } from "../../live/stream";
import { now } from "../../shell/clock";
import { Bar } from "../../ui/bars";
import { Money } from "../../ui/money";
import { Shown } from "../../ui/shown";
import { minutes_text, viewers_zone } from "../../ui/time";
import { words } from "../../words";
import { read_week } from "./read";

const text = words.my_sessions;

export function Week({ tutor }: { tutor: string }) {
  const found = use_data(`week ${tutor}`,
    (signal) => read_week(tutor, now(), viewers_zone(), signal), of_any);
  return (
    <section>
      <h2>{text.this_week}</h2>
      <Shown of={found}>
        {({ earned, limits }) => {
          const sums = Object.entries(earned);
          return (
            <div class="card">
              <p>
                {text.earned}{" "}
                {sums.length ? sums.map(([currency, minor], i) => (
                  <strong key={currency}>{i ? ", " : ""}<Money minor={minor} currency={currency} /></strong>
                )) : text.nothing_earned}
              </p>
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
