// The manual clock, and moving it.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { Problem, post } from "../../api/client";
import { settings } from "../../api/settings";
import { tell } from "../../live/stream";
import { use_now } from "../../shell/clock";
import { actor } from "../../shell/identity";
import { Button } from "../../ui/button";
import { ErrorSummary, problem_text } from "../../ui/error_summary";
import { TextField } from "../../ui/field";
import { Time, viewers_zone } from "../../ui/time";
import { moment_of } from "../../ui/zone";
import { words } from "../../words";

const text = words.operation.clock;
const steps = ["15m", "1h", "24h", "168h"] as const;

type Move = { advance: string } | { set: string };

function moment(value: string): string | null {
  const [date = "", time = ""] = value.split("T");
  const at = moment_of(date, time.slice(0, 5), viewers_zone());
  return at === null ? null : new Date(at).toISOString();
}

function use_move() {
  const [busy, set_busy] = useState("");
  const [error, set_error] = useState<{ field: string; text: string } | null>(null);
  const [moved, set_moved] = useState<string | null>(null);
  const move = async (by: string, change: Move) => {
    if (busy) return;
    set_busy(by);
    set_error(null);
    set_moved(null);
    try {
      set_moved((await post("/v1/clock", { body: change })).now);
      tell({ kind: "refresh" });
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      set_error({ field: "clock-set", text: problem_text(problem) });
    }
    set_busy("");
  };
  return { busy, error, moved, move, set_error };
}

function Mover() {
  const { busy, error, moved, move, set_error } = use_move();
  const [to, set_to] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    const set = moment(to);
    if (set) void move("set", { set });
    else set_error({ field: "clock-set", text: text.missing });
  };
  return (
    <>
      <p>{text.hint}</p>
      <ErrorSummary errors={error ? [error] : []} />
      <p id="clock-steps">{text.advance}</p>
      <div class="actions clock-steps" role="group" aria-labelledby="clock-steps">
        {steps.map((step) => (
          <Button key={step} busy={busy === step} onClick={() => void move(step, { advance: step })}>{text.steps[step]}</Button>
        ))}
      </div>
      <form class="clock-set" onSubmit={submit} noValidate>
        <TextField id="clock-set" type="datetime-local" label={text.set} hint={text.set_hint(viewers_zone())}
          value={to} change={set_to} error={error?.text} />
        <Button submit busy={busy === "set"}>{text.move}</Button>
      </form>
      <p role="status">{moved ? <>{text.moved} <Time at={moved} zone={viewers_zone()} /></> : null}</p>
    </>
  );
}

/** There is one only on a node that was started with --clock manual. */
export function ManualClock() {
  const now = use_now();
  if (!settings.manual_clock) return null;
  const may_move = settings.auth === "trusted" || actor("admin", "system") !== null;
  return (
    <section aria-labelledby="clock">
      <h2 id="clock">{text.title}</h2>
      <p class="clock-now"><Time at={new Date(now).toISOString()} zone={viewers_zone()} /></p>
      {may_move ? <Mover /> : <p>{text.not_yours}</p>}
    </section>
  );
}
