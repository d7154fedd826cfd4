// The editor: fields that are checked as they are typed, what they change, what that would
// have changed, and saving.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from "preact/hooks";
import { use_data } from "../../api/data";
import { use_draft } from "../../drafts/drafts";
import { actor } from "../../shell/identity";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Shown } from "../../ui/shown";
import { words } from "../../words";
import { Changes } from "./changes";
import { type Verdict, use_check } from "./check";
import { type Change, type Json, changes_between } from "./compare";
import { Fields, type Texts, field_id, policy_of, texts_of } from "./fields";
import { Handover } from "./handover";
import { Save } from "./save";
import { Try } from "./try";
import { read_version } from "./versions";

const text = words.policy;
interface Newest {
  version: number;
  policy: Json;
}

export interface Draft {
  /** The version that it was made from. */
  base: number;
  texts: Texts;
  note: string;
}

function Standing({ verdict, wrong }: { verdict: Verdict; wrong: { path: string; text: string } | null }) {
  const lead = (event: Event) => {
    event.preventDefault();
    const field = [...document.querySelectorAll<HTMLElement>(".rules [id^=rule-]")]
      .filter(({ id }) => wrong && field_id(wrong.path).startsWith(id)).pop();
    field?.focus();
    field?.scrollIntoView({ block: "center" });
  };
  return (
    <div class="standing" role="status">
      {wrong ? (
        <p><Badge tone="bad">{text.wrong}</Badge> <a href={`#${field_id(wrong.path)}`} onClick={lead}>{wrong.text}</a></p>
      ) : verdict.state === "good" ? <p><Badge tone="good">{text.good}</Badge></p>
        : verdict.state === "unknown" ? <p><Badge tone="waiting">{text.unchecked}</Badge> {verdict.detail}</p>
          : <p><Badge tone="neutral">{text.checking}</Badge></p>}
    </div>
  );
}

/** Another version was made since: what is written is put on top of it. */
function Moved({ draft, newest, rebase }: {
  draft: Draft; newest: Newest; rebase: (texts: Texts) => void;
}) {
  const found = use_data(`policy ${draft.base}`, (signal) => read_version(draft.base, signal));
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <div class="notice warning" role="alert" tabIndex={-1} ref={box}>
      <h2>{text.moved_title(newest.version, draft.base)}</h2>
      <p>{text.moved_hint}</p>
      <Shown of={found}>
        {({ policy }) => {
          const before = texts_of(policy as Json);
          const put = () => {
            const after = texts_of(newest.policy);
            for (const [path, now_written] of Object.entries(draft.texts))
              if (now_written !== before[path]) after[path] = now_written;
            rebase(after);
          };
          return (
            <>
              <Changes changes={changes_between(policy as Json, newest.policy)} caption={text.since(draft.base)} />
              <Button onClick={put}>{text.rebase(newest.version)}</Button>
            </>
          );
        }}
      </Shown>
    </div>
  );
}

/** What is changed, what that would have changed, and saving it. */
function Next({ newest, draft, texts, policy, changes, good, saved, reload }: {
  newest: Newest; draft: ReturnType<typeof use_draft<Draft>>; texts: Texts; policy: Json; changes: Change[];
  good: boolean; saved: (version: number) => void; reload: () => void;
}) {
  const admin = actor("admin", "system") !== null;
  return (
    <>
      <section>
        <div class="heading">
          <h2>{text.changes}</h2>
          {draft.value.base ? <Button kind="quiet" onClick={draft.drop}>{text.discard}</Button> : null}
        </div>
        <Changes changes={changes} caption={text.since(newest.version)} />
      </section>
      <Try policy={policy} ready={good} />
      {admin ? (
        <Save policy={policy} base={newest.version} note={draft.value.note} ready={good && changes.length > 0}
          change={(note) => draft.change({ base: newest.version, texts, note })}
          saved={(version) => { draft.drop(); saved(version); }} moved={reload} />
      ) : null}
    </>
  );
}

export function Editor({ newest, saved, reload }: {
  newest: Newest; saved: (version: number) => void; reload: () => void;
}) {
  const who = actor("admin", "manager", "system") ?? "";
  const draft = use_draft<Draft>(who, "policy", { base: 0, texts: {}, note: "" });
  const begun = draft.value.base > 0;
  const texts = begun ? draft.value.texts : texts_of(newest.policy);
  const { policy, unreadable } = policy_of(newest.policy, texts);
  const verdict = use_check(policy);
  const moved = begun && draft.value.base !== newest.version;
  const wrong = unreadable ? { path: unreadable.path, text: text.unreadable(unreadable.why) }
    : verdict.state === "bad" ? { path: verdict.path, text: verdict.detail } : null;
  const changes = unreadable ? [] : changes_between(newest.policy, policy);
  const good = !wrong && verdict.state === "good";
  const change = (part: Texts) => draft.change({ base: begun ? draft.value.base : newest.version, texts: { ...texts, ...part } });
  return (
    <>
      {draft.restored ? <p class="hint">{words.complete.draft_restored}</p> : null}
      {moved ? <Moved draft={draft.value} newest={newest}
        rebase={(next) => draft.change({ base: newest.version, texts: next })} /> : null}
      <Handover policy={policy} admin={actor("admin", "system") !== null}
        load={(rules) => draft.change({ base: newest.version, texts: texts_of({ ...(newest.policy as object), ...(rules as object) } as Json) })} />
      <Fields texts={texts} change={change} wrong={wrong} />
      <Standing verdict={verdict} wrong={wrong} />
      {moved ? null : (
        <Next newest={newest} draft={draft} texts={texts} policy={policy} changes={changes} good={good} saved={saved} reload={reload} />
      )}
    </>
  );
}
