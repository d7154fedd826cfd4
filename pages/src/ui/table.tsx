// Tables: sorted by the address, rows chosen by boxes. Real tables with real buttons, so
// that they work without a mouse and are read out as tables; on a phone a row is a card.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { words } from "../words";

export interface Column<T> {
  key: string;
  label: string;
  cell: (row: T) => ComponentChildren;
  /** What the list is ordered by, up and down, where it can be. */
  order?: { up: string; down: string };
  figure?: boolean;
}

export interface Selection {
  chosen: ReadonlySet<string>;
  change: (chosen: ReadonlySet<string>) => void;
  /** The id of what acts on the chosen rows: by the keyboard it is one step from the box that
   * was changed last. */
  then?: string;
}

function Head<T>({ column, order, sort }: { column: Column<T>; order: string; sort?: (order: string) => void }) {
  const { up, down } = column.order ?? {};
  if (!up || !down || !sort)
    return <th scope="col" class={column.figure ? "figure" : undefined}>{column.label}</th>;
  const sorted = order === up ? "ascending" : order === down ? "descending" : undefined;
  return (
    <th scope="col" aria-sort={sorted} class={column.figure ? "figure" : undefined}>
      <button type="button" class="sort" title={words.ui.sort_by(column.label)} onClick={() => sort(order === up ? down : up)}>
        {column.label} <span aria-hidden="true">{sorted === "ascending" ? "▲" : sorted === "descending" ? "▼" : "↕"}</span>
      </button>
    </th>
  );
}

/** What the buttons in the head do, for a phone, where a row is a card and there is no head. */
function SortBy<T>({ columns, order, sort }: { columns: Column<T>[]; order: string; sort: (order: string) => void }) {
  const orders = columns.flatMap(({ label, order: by }) => (by ? [
    { value: by.up, label: words.ui.ascending(label) }, { value: by.down, label: words.ui.descending(label) }] : []));
  const id = useId();
  return (
    <div class="sort-by">
      <label for={id}>{words.ui.sort}</label>
      <select id={id} onChange={(event) => sort(event.currentTarget.value)}>
        {orders.map(({ value, label }) => <option key={value} value={value} selected={value === order}>{label}</option>)}
      </select>
    </div>
  );
}

function toggled(chosen: ReadonlySet<string>, keys: string[], on: boolean): ReadonlySet<string> {
  const next = new Set(chosen);
  for (const key of keys) if (on) next.add(key); else next.delete(key);
  return next;
}

/** Only the keyboard meets it. */
function Then({ to, chosen }: { to: string; chosen: number }) {
  const lead = (event: Event) => {
    event.preventDefault();
    document.getElementById(to)?.focus();
  };
  return <a class="skip" href={`#${to}`} onClick={lead}>{words.ui.to_actions(chosen)}</a>;
}

const head_key = "";

export function Table<T>({ caption, columns, rows, row_key, order = "", sort, selection }: {
  caption: string; columns: Column<T>[]; rows: T[]; row_key: (row: T) => string;
  order?: string; sort?: (order: string) => void; selection?: Selection;
}) {
  const keys = rows.map(row_key);
  const all = keys.length > 0 && keys.every((key) => selection?.chosen.has(key));
  const [last, set_last] = useState<string | null>(null);
  const then = (key: string) => selection?.then && last === key && chosen_here
    ? <Then to={selection.then} chosen={chosen_here} /> : null;
  const chosen_here = keys.filter((key) => selection?.chosen.has(key)).length;
  return (
    <div class="table">
      {sort ? <SortBy columns={columns} order={order} sort={sort} /> : null}
      <table>
        <caption>{caption}{chosen_here ? ` · ${words.ui.selected(chosen_here)}` : ""}</caption>
        <thead>
          <tr>
            {selection ? (
              <th scope="col" class="select">
                <label><input type="checkbox" checked={all} aria-label={words.ui.select_all}
                  onChange={() => { set_last(head_key); selection.change(toggled(selection.chosen, keys, !all)); }} />
                  <span>{words.ui.select_all}</span></label>
                {then(head_key)}
              </th>
            ) : null}
            {columns.map((column) => <Head key={column.key} column={column} order={order} {...(sort ? { sort } : {})} />)}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => {
            const key = keys[i] ?? "";
            const chosen = selection?.chosen.has(key) ?? false;
            return (
              <tr key={key} aria-selected={selection ? chosen : undefined} class={chosen ? "chosen" : undefined}>
                {selection ? (
                  <td class="select">
                    <label><input type="checkbox" checked={chosen} aria-label={words.ui.select(key)}
                      onChange={() => { set_last(key); selection.change(toggled(selection.chosen, [key], !chosen)); }} /></label>
                    {then(key)}
                  </td>
                ) : null}
                {columns.map((column) => (
                  <td key={column.key} data-label={column.label} class={column.figure ? "figure" : undefined}>{column.cell(row)}</td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
