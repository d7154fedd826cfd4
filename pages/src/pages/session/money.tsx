// What the session pays: its rate, and each movement between the accounts.
// SPDX-License-Identifier: Apache-2.0
import type { Schemas } from "../../api/client";
import { Money } from "../../ui/money";
import { Time, minutes_text } from "../../ui/time";
import { words } from "../../words";
import type { SessionEvent, Whole } from "./read";

const text = words.session;
type Transfer = Schemas["Transfer"];

function transfer_of(event: SessionEvent): Transfer | null {
  if (event.type === "session.paid" || event.type === "time.corrected") return event.data.payment ?? null;
  return event.type === "session.voided" ? event.data.reversal ?? null : null;
}

/** What the tutor gets by it, negative where they give it back. */
const to_tutor = (transfer: Transfer): number =>
  transfer.to.startsWith("tutor:") ? transfer.amount : -transfer.amount;

export function Pay({ whole: { session, events } }: { whole: Whole }) {
  const moved = (events ?? []).flatMap((event) => {
    const transfer = transfer_of(event);
    return transfer ? [{ event, transfer }] : [];
  });
  const { rate_per_hour: rate, currency, payout, minutes, timezone } = session;
  return (
    <section>
      <h2>{text.money}</h2>
      <dl class="facts">
        {rate === null ? null : <div><dt>{text.rate}</dt><dd><Money minor={rate} currency={currency} /> {text.an_hour}</dd></div>}
        <div><dt>{text.minutes}</dt><dd>{minutes === null ? text.no_minutes : minutes_text(minutes)}</dd></div>
        <div>
          <dt>{text.payout}</dt>
          <dd>{payout ? <strong><Money minor={payout.amount} currency={currency} /></strong> : text.not_paid}</dd>
        </div>
      </dl>
      {moved.length ? (
        <ul class="moved">
          {moved.map(({ event, transfer }) => (
            <li key={event.seq}>
              <Money minor={to_tutor(transfer)} currency={transfer.currency} /> {text.transfers[transfer.kind]}{" "}
              <small><Time at={event.at} zone={timezone} /> · <bdi>{transfer.from}</bdi> → <bdi>{transfer.to}</bdi></small>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}
