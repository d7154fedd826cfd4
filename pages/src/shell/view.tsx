// The page that the address names, loaded when it is needed.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { settings } from "../api/settings";
import type { Page, PageProps } from "../page";
import { Button, LinkButton } from "../ui/button";
import { Failed, Loading } from "../ui/shown";
import { words } from "../words";
import { use_clock } from "./clock";
import { Frame, start_for } from "./frame";
import { follow_sign_in, recognise, role_of, use_identity } from "./identity";
import { go, href, page_of, use_address } from "./router";
import { SignIn } from "./sign_in";

/** Says why there is no page; `start`: with the way to one's own. */
function Message({ title, children, start }: { title: string; children: string; start?: boolean }) {
  use_arrival(title, title, true);
  return (
    <>
      <h1 tabIndex={-1}>{title}</h1>
      <p>{children}</p>
      {start ? <p class="actions"><LinkButton kind="main" to={href("/")}>{words.shell.to_start}</LinkButton></p> : null}
    </>
  );
}

/** What the heading last belonged to; null before the first. */
let arrived: string | null = null;

/** Gives the focus to the heading when the page is another, so that it is read out. */
function use_arrival(page: string, title: string, there: boolean): void {
  useEffect(() => {
    document.title = `${title} – ${words.shell.name}`;
  }, [title]);
  useEffect(() => {
    if (!there) return;
    if (arrived !== null && arrived !== page) {
      window.scrollTo(0, 0);
      document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
    }
    arrived = page;
  }, [page, there]);
}

function Loader({ page, params, path }: { page: Page; params: Record<string, string>; path: string }) {
  const [found, set_found] = useState<{ page: Page; Content: ComponentType<PageProps> } | null>(null);
  const [failed, set_failed] = useState(0);
  useEffect(() => {
    let mine = true;
    page.load().then(
      (loaded) => { if (mine) set_found({ page, Content: loaded.default }); },
      () => { if (mine) set_failed(failed + 1); });
    return () => { mine = false; };
  }, [page]);
  const there = found?.page === page;
  use_arrival(path, page.title, there);
  // The file is of another build by now: the document names the new one.
  if (failed && !there) {
    return (
      <div class="notice bad" role="alert">
        <p>{words.shell.failed_to_load}</p>
        <Button onClick={() => window.location.reload()}>{words.ui.retry}</Button>
      </div>
    );
  }
  return there ? <found.Content key={path} params={params} /> : <Loading />;
}

function SignedOut() {
  const title = settings.act_as ? words.shell.act_as : words.shell.sign_in;
  use_arrival(title, title, true);
  return <SignIn />;
}

function Content() {
  const { path } = use_address();
  const { phase, who, problem } = use_identity();
  const first = start_for(who);
  const home = phase === "signed_in" && path === "/" && first && first.path !== "/";
  useEffect(() => {
    if (home) go(href(first.path), { replace: true });
  }, [home]);
  if (phase === "failed" && problem) return <Failed problem={problem} retry={() => void recognise()} />;
  if (phase === "signed_out") return <SignedOut />;
  if (phase !== "signed_in" || home) return <Loading />;
  const found = page_of(path);
  if (!found && path === "/") return <Message title={words.shell.name}>{words.shell.no_pages}</Message>;
  if (!found) return <Message title={words.shell.not_found} start>{words.shell.not_found_hint}</Message>;
  const { page, params } = found;
  if (!who.some((one) => page.roles.includes(role_of(one)))) {
    const wanted = page.roles.map((role) => words.roles[role]).join(", ");
    return <Message title={words.shell.not_yours} start>{words.shell.not_yours_hint(wanted)}</Message>;
  }
  return <Loader page={page} params={params} path={path} />;
}

export function Shell() {
  const { phase, who } = use_identity();
  use_clock(phase === "signed_in");
  useEffect(() => {
    void recognise();
    follow_sign_in();
  }, []);
  return <Frame><Content key={who.join()} /></Frame>;
}
