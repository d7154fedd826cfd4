// Dead letters: what could not be taken, and what no receiver took. They can be retried.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "preact/hooks";
import { Problem, type Schemas, get, post } from "../../api/client";
import { use_pages } from "../../api/paging";
import { of_any } from "../../live/stream";
import { Badge } from "../../ui/badge";
import { Progress } from "../../ui/bars";
import { Button } from "../../ui/button";
import { save_text_file } from "../../ui/csv";
import { problem_text } from "../../ui/error_summary";
import { Empty, Shown } from "../../ui/shown";
import { Steady } from "../../ui/steady";
import { type Selection, Table } from "../../ui/table";
import { Time, viewers_zone } from "../../ui/time";
import { words } from "../../words";
import { patiently } from "./act/run";

const text = words.desk;
type Letter = Schemas["DeadLetter"];

const step = 100;
const look_again_ms = [500, 2_000, 6_000, 15_000];

async function read_letters(most: number, signal: AbortSignal) {
  const answer = await get("/v1/dead-letters", { query: { limit: Math.min(most, 1000) }, signal });
  return { items: answer.dead_letters, next: answer.next };
}

function what_to_do(code: Letter["code"], direction: Letter["direction"]): string {
  if (direction === "out") return code === "too-large" ? text.letter_too_large : text.letter_refused;
  return code === "malformed" ? text.letter_malformed : text.letter_other;
}

function LetterTable({ letters, selection }: { letters: Letter[]; selection: Selection }) {
  const zone = viewers_zone();
  return (
    <Table caption={`${text.queues.dead_letters}: ${text.letters(letters.length)}`} rows={letters}
      row_key={({ id }) => String(id)} selection={selection} columns={[
        { key: "id", label: text.columns.letter, cell: ({ id }) => id },
        { key: "direction", label: text.columns.direction, cell: ({ direction, ingress }) => <>{text.directions[direction]} <small>{ingress}</small></> },
        { key: "reason", label: text.columns.reason, cell: ({ reason, code, direction }) => <><bdi>{reason}</bdi> <small>{code}</small> <small class="line">{what_to_do(code, direction)}</small></> },
        { key: "at", label: text.columns.at, cell: ({ at }) => <Time at={at} zone={zone} /> },
        { key: "event", label: text.columns.event, cell: ({ event, id }) => (
          <>
            <details class="show-letter"><summary>{text.show_letter(id)}</summary><pre class="letter" tabIndex={0}>{event}</pre></details>
            <Button kind="quiet" label={text.save_letter(id)} onClick={() => save_text_file(`letter-${id}.json`, event)}>{text.save}</Button>
          </>
        ) },
      ]} />
  );
}

interface Retried {
  of: number;
  done: string[];
  failed: { id: string; problem: Problem }[];
}

/** Puts letters back one after another, in their order. */
async function retry_all(ids: string[], told: (retried: Retried) => void): Promise<Retried> {
  let retried: Retried = { of: ids.length, done: [], failed: [] };
  told(retried);
  for (const id of ids) {
    try {
      await patiently(() => post("/v1/dead-letters/{id}/retry", { path: { id }, body: {} as never }));
      retried = { ...retried, done: [...retried.done, id] };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      retried = { ...retried, failed: [...retried.failed, { id, problem: error }] };
    }
    told(retried);
  }
  return retried;
}

/** `back`: those that could not be taken again, and are the same letters again. */
function RetryReport({ retried, busy, back }: { retried: Retried; busy: boolean; back: Letter[] }) {
  const answered = retried.done.length + retried.failed.length;
  return (
    <div class="notice">
      <Progress label={busy ? text.under_way : text.letters_put_back(retried.done.length, retried.failed.length)} done={answered} of={retried.of} />
      {busy || retried.done.length === 0 ? null : <p>{text.letters_gone(retried.done.length - back.length, back.length)}</p>}
      {busy || back.length === 0 ? null : (
        <ul>{back.map(({ id, reason }) => <li key={id}><Badge tone="bad">{id}</Badge> {text.came_back} <bdi>{reason}</bdi></li>)}</ul>
      )}
      {retried.failed.length ? (
        <ul>{retried.failed.map(({ id, problem }) => <li key={id}><Badge tone="bad">{id}</Badge> {problem_text(problem)}</li>)}</ul>
      ) : null}
    </div>
  );
}

export function Letters() {
  const [chosen, set_chosen] = useState<ReadonlySet<string>>(new Set());
  const [retried, set_retried] = useState<Retried | null>(null);
  const [busy, set_busy] = useState(false);
  const found = use_pages("dead letters", step, read_letters, of_any);
  const marked = (found.data?.items ?? []).filter(({ id }) => chosen.has(String(id)));
  const picked = marked.filter(({ direction }) => direction === "in").map(({ id }) => String(id));
  const back = (found.data?.items ?? []).filter(({ id }) => retried?.done.includes(String(id)));
  // What was put back is decided a moment later, and no event tells of a letter.
  useEffect(() => {
    if (!retried || busy) return undefined;
    const timers = look_again_ms.map((ms) => setTimeout(found.reload, ms));
    return () => timers.forEach(clearTimeout);
  }, [retried, busy]);
  const retry = async () => {
    set_busy(true);
    const result = await retry_all(picked, set_retried).finally(() => set_busy(false));
    set_chosen(new Set(result.failed.map(({ id }) => id)));
    found.reload();
  };
  return (
    <>
      <p class="hint">{text.letters_hint}</p>
      <div class="act-bar" role="group" aria-label={text.act_on(picked.length)}>
        <span role="status">{text.act_on(picked.length)}</span>
        <Button kind="main" busy={busy} disabled={picked.length === 0} onClick={() => void retry()}>{text.retry}</Button>
      </div>
      {marked.length > picked.length ? <p role="status">{text.not_retried(marked.length - picked.length)}</p> : null}
      {retried ? <RetryReport retried={retried} busy={busy} back={back} /> : null}
      <Shown of={found}>
        {({ items }) => (
          <Steady items={items} item_key={({ id }) => String(id)}>
            {(shown) => shown.length === 0 ? <Empty>{text.nothing.dead_letters}</Empty>
              : <LetterTable letters={shown} selection={{ chosen, change: set_chosen }} />}
          </Steady>
        )}
      </Shown>
      {found.more ? <Button onClick={found.more}>{words.ui.more}</Button> : null}
    </>
  );
}
