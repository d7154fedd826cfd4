// Signing in, in the three modes of the node.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import type { Role } from "../api/client";
import { settings } from "../api/settings";
import { use_data } from "../api/data";
import { read_sessions } from "../api/paging";
import { is_id } from "../session/student_ids";
import { Button, LinkButton } from "../ui/button";
import { ErrorSummary, type FormError, problem_text, use_check } from "../ui/error_summary";
import { SelectField, TextField } from "../ui/field";
import { Person } from "../ui/person";
import { words } from "../words";
import { act_as, login_address, sign_in_by, use_identity } from "./identity";

const roles: Role[] = ["tutor", "student", "support", "manager", "admin"];

function ByToken() {
  const [token, set_token] = useState("");
  const [errors, set_errors] = useState<FormError[]>([]);
  const [busy, set_busy] = useState(false);
  const [tries, set_tries] = useState(0);
  const wrong = (text: string) => {
    set_errors([{ field: "token", text }]);
    set_tries((was) => was + 1);
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!token.trim()) return wrong(words.shell.token_missing);
    set_busy(true);
    const problem = await sign_in_by(token.trim());
    set_busy(false);
    if (problem) wrong(words.shell.token_refused(problem_text(problem)));
  };
  return (
    <form onSubmit={submit} noValidate>
      <ErrorSummary errors={errors} tries={tries} />
      <TextField id="token" type="password" label={words.shell.token} hint={words.shell.with_token}
        autocomplete="current-password" value={token} error={errors[0]?.text}
        change={(value) => { set_token(value); set_errors([]); }} />
      <Button kind="main" submit busy={busy}>{words.shell.sign_in}</Button>
    </form>
  );
}

/** The people of the newest sessions, and one of each other role. */
function Suggestions({ choose }: { choose: (who: string) => void }) {
  const found = use_data("people", (signal) => read_sessions({ order: "-starts_at" }, 100, signal));
  const sessions = found.data?.items ?? [];
  const tutors = [...new Set(sessions.map((session) => `tutor:${session.tutor}`))].slice(0, 6);
  const students = [...new Set(sessions.flatMap((session) =>
    session.participants.map(({ student }) => `student:${student}`)))].slice(0, 6);
  const all = [...tutors, ...students, "support:desk", "manager:office", "admin:operator"];
  return (
    <ul class="choices">
      {all.map((who) => (
        <li key={who}>
          <Button onClick={() => choose(who)}>
            <Person who={who} /> <small>{words.roles[who.slice(0, who.indexOf(":")) as Role]}</small>
          </Button>
        </li>
      ))}
    </ul>
  );
}

export function ActAs({ done }: { done?: () => void }) {
  const [role, set_role] = useState<string>("tutor");
  const [id, set_id] = useState("");
  const check = use_check(() => (is_id(id) ? [] : [{ field: "act-as-id", text: words.shell.id_wrong }]));
  const choose = async (who: string) => {
    await act_as(who);
    done?.();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (check.passes()) choose(`${role}:${id}`);
  };
  return (
    <>
      <p>{words.shell.act_as_hint}</p>
      <Suggestions choose={choose} />
      <h2>{words.shell.someone_else}</h2>
      <form onSubmit={submit} noValidate>
        <ErrorSummary {...check} />
        <SelectField id="act-as-role" label={words.shell.role} value={role} change={set_role}
          options={roles.map((value) => ({ value, label: words.roles[value] }))} />
        <TextField id="act-as-id" label={words.shell.id} value={id} change={set_id} error={check.error("act-as-id")} />
        <Button kind="main" submit>{words.shell.go}</Button>
      </form>
    </>
  );
}

export function SignIn() {
  const { before } = use_identity();
  return (
    <div class="narrow">
      <h1 tabIndex={-1}>{settings.act_as ? words.shell.act_as : words.shell.sign_in}</h1>
      {before ? <div class="notice warning" role="alert"><p>{words.shell.before[before]}</p></div> : null}
      {settings.auth === "oidc" ? (
        <>
          <p>{words.shell.with_provider}</p>
          <p class="actions"><LinkButton kind="main" to={login_address()}>{words.shell.sign_in}</LinkButton></p>
        </>
      ) : settings.auth === "token" ? <ByToken />
        : settings.act_as ? <ActAs /> : <p>{words.shell.trusted_elsewhere}</p>}
    </div>
  );
}
