// The page that the address names, loaded when it is needed.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Page, PageProps } from "../page";
import { Button } from "../ui/button";
import { Failed, Loading } from "../ui/shown";
import { words } from "../words";
import { use_clock } from "./clock";
import { Frame, pages_for } from "./frame";
import { recognise, role_of, use_identity } from "./identity";
import { go, href, page_of, use_address } from "./router";
import { SignIn } from "./sign_in";

function Message({ title, children }: { title: string; children: string }) {
  return <><h1 tabIndex={-1}>{title}</h1><p>{children}</p></>;
}

/** Gives the focus to the heading when the page is another, so that it is read out. */
function use_arrival(page: string, title: string, there: boolean): void {
  const last = useRef<string | null>(null);
  useEffect(() => {
    document.title = `${title} – ${words.shell.name}`;
  }, [title]);
  useEffect(() => {
    if (!there) return;
    if (last.current !== null && last.current !== page) {
      window.scrollTo(0, 0);
      document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
    }
    last.current = page;
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

function Content() {
  const { path } = use_address();
  const { phase, who, problem } = use_identity();
  const first = pages_for(who)[0];
  const home = phase === "signed_in" && path === "/" && first && first.path !== "/";
  useEffect(() => {
    if (home) go(href(first.path), { replace: true });
  }, [home]);
  if (phase === "failed" && problem) return <Failed problem={problem} retry={() => void recognise()} />;
  if (phase === "signed_out") return <SignIn />;
  if (phase !== "signed_in" || home) return <Loading />;
  const found = page_of(path);
  if (!found && path === "/") return <Message title={words.shell.name}>{words.shell.no_pages}</Message>;
  if (!found) return <Message title={words.shell.not_found}>{words.shell.not_found_hint}</Message>;
  const { page, params } = found;
  if (!who.some((one) => page.roles.includes(role_of(one)))) {
    const wanted = page.roles.map((role) => words.roles[role]).join(", ");
    return <Message title={words.shell.not_yours}>{words.shell.not_yours_hint(wanted)}</Message>;
  }
  return <Loader page={page} params={params} path={path} />;
}

export function Shell() {
  const { phase, who } = use_identity();
  use_clock(phase === "signed_in");
  useEffect(() => void recognise(), []);
  return <Frame><Content key={who.join()} /></Frame>;
}
