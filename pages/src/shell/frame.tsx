// The frame around every page: who is signed in, the navigation, how the stream stands.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Problem, type Role } from "../api/client";
import { count_commands } from "../api/commands";
import { settings } from "../api/settings";
import { count_drafts, drop_drafts } from "../drafts/drafts";
import { status } from "../live/stream";
import type { Page } from "../page";
import { pages } from "../pages.gen";
import { use_store } from "../store";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { problem_text } from "../ui/error_summary";
import { Person, forget_names } from "../ui/person";
import { Time, viewers_zone } from "../ui/time";
import { words } from "../words";
import { use_now } from "./clock";
import { role_of, sign_out, use_identity } from "./identity";
import { go, href, use_address } from "./router";
import { ActAs } from "./sign_in";

/** The pages that somebody of these roles finds in the navigation, in its order. */
export function pages_for(who: string[]): Page[] {
  const roles = who.map(role_of);
  return (pages as Page[])
    .filter((page) => page.nav && page.roles.some((role: Role) => roles.includes(role)))
    .sort((a, b) => (a.nav?.order ?? 0) - (b.nav?.order ?? 0));
}

/** Where somebody of these roles starts: at what is one's home, else at the first. */
export function start_for(who: string[]): Page | undefined {
  const mine = pages_for(who);
  return mine.find((page) => who.some((one) => page.home?.includes(role_of(one)))) ?? mine[0];
}

function Navigation({ who }: { who: string[] }) {
  const { path } = use_address();
  const mine = pages_for(who);
  if (mine.length < 2) return null;
  return (
    <nav aria-label={words.shell.navigation}>
      <ul>
        {mine.map((page) => (
          <li key={page.path}>
            <a href={href(page.path)} aria-current={page.path === path ? "page" : undefined}>{page.nav?.label}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function StreamStatus() {
  const now = use_store(status);
  if (now === "off") return null;
  const shape = { connecting: "◌", live: "●", broken: "✕" }[now];
  return (
    <p class={`stream ${now}`} role="status">
      <span aria-hidden="true">{shape} </span>{words.shell[now]}
    </p>
  );
}

/** What of these people is on the device and has not been sent, or not been answered. */
function unsent(who: string[]): { drafts: Record<string, number>; commands: number; any: boolean } {
  const drafts = count_drafts(who);
  const commands = count_commands(who);
  return { drafts, commands, any: commands > 0 || Object.keys(drafts).length > 0 };
}

function SignOut({ who }: { who: string[] }) {
  const [asking, set_asking] = useState(false);
  const [problem, set_problem] = useState<Problem | null>(null);
  const { drafts, commands } = unsent(who);
  const leave = async () => {
    set_asking(false);
    const further = await sign_out();
    if (further instanceof Problem) return set_problem(further);
    // Nothing writes them any more: their forms are gone.
    drop_drafts(who);
    forget_names();
    if (further) window.location.assign(further);
  };
  return (
    <>
      <Button kind="quiet" onClick={() => (unsent(who).any ? set_asking(true) : void leave())}>{words.shell.sign_out}</Button>
      {problem ? <p class="notice bad" role="alert">{words.shell.not_signed_out} {problem_text(problem)}</p> : null}
      {asking ? (
        <Dialog id="sign-out" title={words.shell.sign_out} close={() => set_asking(false)}
          actions={<Button kind="danger" onClick={() => void leave()}>{words.shell.sign_out}</Button>}>
          {Object.keys(drafts).length ? <p>{words.shell.drafts_dropped(drafts)}</p> : null}
          {commands ? <p>{words.shell.commands_dropped(commands)}</p> : null}
        </Dialog>
      ) : null}
    </>
  );
}

function Trial({ who }: { who: string[] }) {
  const now = use_now();
  const [choosing, set_choosing] = useState(false);
  return (
    <>
      <section class="trial" aria-label={words.shell.trial}>
        <p>
          {words.shell.acting_as} {who.map((one) => (
            <strong key={one}><Person who={one} /> ({words.roles[role_of(one)]})</strong>
          ))}
          {settings.manual_clock ? <span class="now"> · {words.shell.clock_stands} <Time at={new Date(now).toISOString()} zone={viewers_zone()} /></span> : null}
        </p>
        <Button kind="quiet" onClick={() => set_choosing(true)}>{words.shell.change}</Button>
      </section>
      {choosing ? (
        <Dialog id="act-as" title={words.shell.act_as} close={() => set_choosing(false)}>
          <ActAs done={() => { set_choosing(false); go(href("/")); }} />
        </Dialog>
      ) : null}
    </>
  );
}

function Account({ who, name }: { who: string[]; name: string | null }) {
  return (
    <div class="account">
      <p>{name ? <bdi>{name}</bdi> : null} {who.map((one) => <span key={one} class="one"><Person who={one} />, {words.roles[role_of(one)]} </span>)}</p>
      <SignOut who={who} />
    </div>
  );
}

export function Frame({ children }: { children: ComponentChildren }) {
  const { phase, who, name, before } = use_identity();
  const known = phase === "signed_in";
  useEffect(() => {
    document.documentElement.lang = words.locale;
  }, []);
  const skip = (event: Event) => {
    event.preventDefault();
    document.getElementById("main")?.focus();
  };
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>{words.shell.skip}</a>
      {known && settings.act_as ? <Trial who={who} /> : null}
      <header>
        <a class="home" href={href("/")}>{words.shell.name}</a>
        {known ? <Navigation who={who} /> : null}
        {known && !settings.act_as ? <Account who={who} name={name} /> : null}
        {known ? <StreamStatus /> : null}
      </header>
      <main id="main" tabIndex={-1}>
        {known && before ? <div class="notice warning" role="alert"><p>{words.shell.before[before]}</p></div> : null}
        {children}
      </main>
    </>
  );
}
