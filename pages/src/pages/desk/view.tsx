// The support desk: queues, search, a list to choose from, and what is done with what
// was chosen.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { use_pages } from "../../api/paging";
import { of_any } from "../../live/stream";
import { actor } from "../../shell/identity";
import { href, use_address } from "../../shell/router";
import { Button } from "../../ui/button";
import { Empty, Loading, Shown } from "../../ui/shown";
import { Steady } from "../../ui/steady";
import { words } from "../../words";
import { ActBar } from "./act/bar";
import { Letters } from "./letters";
import { Search } from "./filters";
import { SessionTable } from "./list";
import { type Queue, Queues, use_counts, use_queue } from "./queues";
import { default_order, filters_of, read_desk, sorted_by, sorted_there } from "./read";

const text = words.desk;
const step = 100;

function Sessions({ queue, query }: { queue: Queue; query: URLSearchParams }) {
  const filters = filters_of(query);
  const order = query.get("order") ?? default_order;
  const [chosen, set_chosen] = useState<ReadonlySet<string>>(new Set());
  const found = use_pages(`desk ${query}`, step, (most, signal) => read_desk(queue, filters, order, most, signal), of_any);
  const acts = actor("support") !== null;
  const picked = (found.data?.items ?? []).filter(({ id }) => chosen.has(id));
  return (
    <>
      <Search query={query} queue={queue} />
      {acts ? <ActBar sessions={picked} done={set_chosen} /> : <p class="hint">{text.only_support}</p>}
      <Shown of={found}>
        {({ items }) => (
          <Steady items={sorted_by(order, items)} item_key={({ id }) => id}>
            {(shown) => shown.length === 0 ? <Empty>{text.nothing[queue]}</Empty> : (
              <SessionTable queue={queue} sessions={shown} order={order} more={found.more !== null}
                selection={acts ? { chosen, change: set_chosen } : undefined} />
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
    </>
  );
}
