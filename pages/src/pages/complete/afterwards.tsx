// What happens once the tutor's part is done, and when pay comes.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from "preact/hooks";
import type { Session } from "../../api/client";
import { focus_is_free } from "../../shell/focus";
import { owing, pay_of } from "../../session/pay";
import { Reasons } from "../../session/reasons";
import { ShareLink } from "../../session/share";
import { SomethingWrong } from "../../session/wrong";
import { Money } from "../../ui/money";
import { People } from "../../ui/person";
import { Time, minutes_text } from "../../ui/time";
import { words } from "../../words";
import type { Facts } from "./complete";

const text = words.complete;

function Pay({ session }: { session: Session }) {
  const { payout, minutes, rate_per_hour, currency } = session;
  if (payout) return <p>{text.paid} <strong><Money minor={payout.amount} currency={currency} /></strong>.</p>;
  if (minutes === null || rate_per_hour === null) return null;
  return (
    <p>
      {text.will_be_paid(minutes_text(minutes))} <strong><Money minor={pay_of(minutes, rate_per_hour)} currency={currency} /></strong>.{" "}
      {session.state === "disputed" ? text.pay_stands
        : session.state !== "completed" ? text.pay_waits
          : session.next_timer === null ? text.pay_settles
            : <>{text.pay_settles_on} <Time at={session.next_timer} zone={session.timezone} />.</>}
    </p>
  );
}

export function Afterwards({ session, explanation }: { session: Session; explanation: Facts["explanation"] }) {
  const open = owing(session);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The form had the focus, and is gone.
    if (focus_is_free()) box.current?.focus();
  }, []);
  return (
    <>
      <div class="notice good" role="status" tabIndex={-1} ref={box}><h2>{session.state === "paid" ? text.all_done : text.your_part_done}</h2><Pay session={session} /></div>
      <h2>{session.state === "paid" ? text.how_it_ended : text.next}</h2>
      {session.state === "awaiting_student_recap" && open.length ? (
        <><p>{text.students_write} <People of={open} />. {text.remind}</p><ShareLink session={session} /></>
      ) : null}
      <Reasons explanation={explanation} zone={session.timezone} but={["student-recap-missing"]} />
      <SomethingWrong session={session} role="tutor" />
    </>
  );
}
