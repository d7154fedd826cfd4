// What happens once the tutor's part is done, and when pay comes.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from "preact/hooks";
import type { Session } from "../../api/client";
import { owing, pay_of } from "../../session/pay";
import { Money } from "../../ui/money";
import { Person } from "../../ui/person";
import { minutes_text } from "../../ui/time";
import { words } from "../../words";
import { type Facts, Reasons } from "./complete";

const text = words.complete;

function Pay({ session }: { session: Session }) {
  const { payout, minutes, rate_per_hour, currency } = session;
  if (payout) return <p>{text.paid} <strong><Money minor={payout.amount} currency={currency} /></strong>.</p>;
  if (minutes === null || rate_per_hour === null) return null;
  return (
    <p>
      {text.will_be_paid(minutes_text(minutes))} <strong><Money minor={pay_of(minutes, rate_per_hour)} currency={currency} /></strong>.{" "}
      {session.state === "completed" ? text.pay_settles : text.pay_waits}
    </p>
  );
}

export function Afterwards({ session, explanation }: { session: Session; explanation: Facts["explanation"] }) {
  const open = owing(session);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The form had the focus, and is gone.
    if (document.activeElement === document.body) box.current?.focus();
  }, []);
  return (
    <>
      <div class="notice good" role="status" tabIndex={-1} ref={box}><h2>{session.state === "paid" ? text.all_done : text.your_part_done}</h2><Pay session={session} /></div>
      <h2>{session.state === "paid" ? words.session.why : text.next}</h2>
      {session.state === "awaiting_student_recap" && open.length ? (
        <p>{text.students_write} {open.map((id) => <Person key={id} who={`student:${id}`} />)}.</p>
      ) : null}
      <Reasons explanation={explanation} but={["student-recap-missing"]} />
    </>
  );
}
