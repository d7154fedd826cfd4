// The support desk: queues, search, a list to choose from, and what is done with what
// was chosen.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "preact/hooks";
import { use_data } from "../../api/data";
import { use_pages } from "../../api/paging";
import { tell } from "../../live/stream";
import { actor } from "../../shell/identity";
import { href, use_address } from "../../shell/router";
import { Button, LinkButton } from "../../ui/button";
import { Empty, Loading, Shown } from "../../ui/shown";
import { Steady } from "../../ui/steady";
import { words } from "../../words";
import { ActBar, act_bar_id } from "./act/bar";
import { keep_list } from "./kept";
import { Letters } from "./letters";
import { Search } from "./filters";
import { SessionTable } from "./list";
import { type Queue, Queues, use_counts, use_queue } from "./queues";
import { Unreached } from "./unreached";
import { type Filters, are_set, default_order, filters_of, read_desk, sorted_by, sorted_there } from "./read";

const text = words.desk;
const step = 100;

/** How many a search would find that is not of this queue alone. */
function Elsewhere({ query, filters }: { query: URLSearchParams; filters: Filters }) {
  const found = use_data(`desk all ${query}`, (signal) => read_desk("all", filters, "id", step, signal));
  if (!found.data) return null;
  const { items, next } = found.data;
  if (items.length === 0) return <p class="hint" role="status">{text.nothing_elsewhere}</p>;
  return (
    <p role="status"><LinkButton kind="quiet" to={href("/desk", { ...Object.fromEntries(query), queue: "all" })}>
      {text.elsewhere(items.length, next !== null)}</LinkButton></p>
  );
}

function Nothing({ queue, filters }: { queue: Queue; filters: Filters }) {
  return <Empty>{are_set(filters) && queue !== "all" ? text.nothing_with_filters(text.queues[queue]) : text.nothing[queue]}</Empty>;
}

function Sessions({ queue, query }: { queue: Queue; query: URLSearchParams }) {
  const filters = filters_of(query);
  const order = query.get("order") ?? default_order(queue);
  const [chosen, set_chosen] = useState<ReadonlySet<string>>(new Set());
  // What is acted on is not read again for each of a thousand changes, but once after them.
  const acting = useRef(false);
  const acts_on = (on: boolean) => {
    acting.current = on;
    if (!on) tell({ kind: "event", session: "", type: "", own: true });
  };
  const found = use_pages(`desk ${query}`, step, (most, signal) => read_desk(queue, filters, order, most, signal),
    () => !acting.current);
  const acts = actor("support") !== null;
  const ids = sorted_by(order, found.data?.items ?? []).map(({ id }) => id).join(" ");
  useEffect(() => keep_list(query, text.queues[queue], ids.split(" ")), [query.toString(), ids]);
  return (
    <>
      <Search query={query} queue={queue} />
      {are_set(filters) && queue !== "all" ? <Elsewhere query={query} filters={filters} /> : null}
      {acts ? null : <p class="hint">{text.only_support}</p>}
      <Shown of={found}>
        {({ items }) => (
          <Steady items={sorted_by(order, items)} item_key={({ id }) => id}>
            {(shown) => (
              <>
                {acts ? <ActBar sessions={shown.filter(({ id }) => chosen.has(id))} done={set_chosen} acts={acts_on} /> : null}
                {shown.length === 0 ? <Nothing queue={queue} filters={filters} /> : (
                  <SessionTable queue={queue} sessions={shown} order={order} more={found.more !== null}
                    selection={acts ? { chosen, change: set_chosen, then: act_bar_id } : undefined} />
                )}
              </>
            )}
          </Steady>
        )}
      </Shown>
      {found.more && !sorted_there(order) ? <p class="hint">{text.sorted_here}</p> : null}
      {found.more ? <Button onClick={found.more}>{words.ui.more}</Button> : null}
    </>
  );
}

export default function Desk() {
  const { query } = use_address();
  const counts = use_counts();
  const queue = use_queue(query, counts.data);
  return (
    <>
      <div class="desk-head">
        <h1 tabIndex={-1}>{text.title}</h1>
        {actor("support", "system") ? <a href={href("/desk/import")}>{text.import}</a> : null}
      </div>
      <Queues counts={counts.data} open={queue} />
      {queue === null ? (counts.problem ? <Shown of={counts}>{() => null}</Shown> : <Loading />)
        : queue === "dead_letters" ? <Letters />
          : <Sessions key={queue} queue={queue} query={query} />}
      <Unreached />
    </>
  );
}
