// The timeline as a picture, a lane a subject, and as a list that says the same.
// SPDX-License-Identifier: Apache-2.0
import { use_now } from "../../shell/clock";
import { Person } from "../../ui/person";
import { clock } from "../../ui/time";
import { Timeline } from "../../ui/timeline";
import { words } from "../../words";
import { type Lane, type Moment, type Stretch, listed, timeline_of } from "./moments";
import type { Whole } from "./read";
import { type Scale, scale_of, with_room } from "./scale";

const text = words.session;
const order: Lane[] = ["window", "people", "call", "recaps", "reminders", "end"];
const room_of_a_name = 0.5;

/** Leaves room at both ends, so that marks there are whole. */
const x_of = (scale: Scale, at: number): string => `${(2 + 96 * scale(at)).toFixed(2)}%`;
const width_of = (scale: Scale, from: number, to: number): string =>
  `${Math.max(0.6, 96 * (scale(to) - scale(from))).toFixed(2)}%`;

function Mark({ moment, scale }: { moment: Moment; scale: Scale }) {
  const shape = `mark ${moment.tone}${moment.planned ? " planned" : ""}`;
  const x = x_of(scale, moment.at);
  // What is bad is a square, as in the list.
  return moment.tone === "bad"
    ? <svg x={x} overflow="visible"><rect class={shape} x="-5" y="7" width="10" height="10" /></svg>
    : <circle class={shape} cx={x} cy="12" r="5" />;
}

function LaneRow({ lane, moments, stretches, scale, now }: {
  lane: Lane; moments: Moment[]; stretches: Stretch[]; scale: Scale; now: number;
}) {
  return (
    <div class="lane">
      <span>{text.lanes[lane]}</span>
      <svg height="24" width="100%">
        <line class="track" x1="2%" x2="98%" y1="12" y2="12" />
        {stretches.map((one, i) => (
          <rect key={i} class={`stretch ${lane}`} x={x_of(scale, one.from)} y="6" height="12" rx="3"
            width={width_of(scale, one.from, one.to ?? Math.max(now, one.from))} />
        ))}
        <line class="now" x1={x_of(scale, now)} x2={x_of(scale, now)} y1="0" y2="24" />
        {moments.map((moment, i) => <Mark key={i} moment={moment} scale={scale} />)}
      </svg>
    </div>
  );
}

function short(at: number, zone: string): string {
  const format = { day: "numeric", month: "short", ...clock, timeZone: zone } as const;
  return new Intl.DateTimeFormat(words.locale, format).format(at);
}

function Axis({ named, scale, zone }: { named: { at: number; label?: string }[]; scale: Scale; zone: string }) {
  return (
    <div class="lane axis">
      <span />
      <svg height="20" width="100%">
        {with_room(named, scale, room_of_a_name).map(({ at, label }) => {
          const place = scale(at);
          const anchor = place < 0.15 ? "start" : place > 0.85 ? "end" : "middle";
          return <text key={at} x={x_of(scale, at)} y="14" text-anchor={anchor}>{label ?? short(at, zone)}</text>;
        })}
      </svg>
    </div>
  );
}

/** Says nothing to screen readers: the list below it says it all. */
function Picture({ whole, now, moments, stretches }: {
  whole: Whole; now: number; moments: Moment[]; stretches: Stretch[];
}) {
  const ends = stretches.flatMap(({ from, to }) => (to === null ? [from] : [from, to]));
  const all = [...moments.map(({ at }) => at), ...ends, now];
  const scale = scale_of(all);
  const start = Date.parse(whole.session.starts_at);
  const named = [{ at: now, label: text.now }, { at: start },
    { at: Math.min(...all) }, { at: Math.max(...all) }];
  const used = order.filter((lane) =>
    moments.some((one) => one.lane === lane) || stretches.some((one) => one.lane === lane));
  return (
    <div class="drawn-time" aria-hidden="true">
      {used.map((lane) => (
        <LaneRow key={lane} lane={lane} scale={scale} now={now} moments={moments.filter((one) => one.lane === lane)}
          stretches={stretches.filter((one) => one.lane === lane)} />
      ))}
      <Axis named={named} scale={scale} zone={whole.session.timezone} />
      <p class="hint">{text.drawn_hint}</p>
    </div>
  );
}

function Label({ moment: { label, who } }: { moment: Moment }) {
  if (who.length === 0) return <>{label}</>;
  return <>{label}: {who.map((one) => <Person key={one} who={one} />)}</>;
}

export function Drawn({ whole }: { whole: Whole }) {
  const now = use_now();
  const { moments, stretches } = timeline_of(whole, now);
  const list = listed(moments);
  const entries = list.moments.map((moment) => ({
    at: new Date(moment.at).toISOString(), label: <Label moment={moment} />, tone: moment.tone, planned: moment.planned,
  }));
  return (
    <section class="timeline-section">
      <h2>{text.timeline}</h2>
      <Picture whole={whole} now={now} moments={moments} stretches={stretches} />
      <Timeline label={text.timeline} entries={entries} zone={whole.session.timezone} />
      {list.left_out ? <p class="hint">{text.calls_left_out(list.left_out)}</p> : null}
    </section>
  );
}
