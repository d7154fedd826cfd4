// The reference, for people: a document of its own, drawn by Swagger UI.
// SPDX-License-Identifier: Apache-2.0
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import show from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";
import { base_path, settings } from "../api/settings";
import { words } from "../words";
import { type AsyncApi, type OpenApi, joined, texts } from "./document";
import { mend, search } from "./shown";
import "./style.css";

const text = words.docs;
const may_run = settings.auth === "trusted";
const methods = ["get", "put", "post", "delete"];

async function read<T>(name: string): Promise<T> {
  const response = await fetch(base_path + name);
  if (!response.ok) throw new Error(response.statusText);
  return (await response.json()) as T;
}

const nothing = () => null;

function draw(place: HTMLElement, spec: OpenApi): void {
  show({
    spec, domNode: place, docExpansion: "list", deepLinking: false, displayOperationId: false,
    defaultModelsExpandDepth: -1, defaultModelExpandDepth: 1, defaultModelRendering: "example",
    // Colours of a long text take seconds on a busy machine, in which nothing else can be done.
    syntaxHighlight: false, validatorUrl: null, persistAuthorization: false,
    supportedSubmitMethods: may_run ? methods : [],
    // The heading is ours, and calls go to this node only.
    plugins: [{ components: { InfoContainer: nothing, SchemesContainer: nothing, ServersContainer: nothing, authorizeBtn: nothing } }],
  });
}

/** The renderer's dark colours go with the system's. */
function follow_theme(): void {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const change = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  change();
  dark.addEventListener("change", change);
}

function Reference() {
  const place = useRef<HTMLDivElement>(null);
  const [asked, set_asked] = useState(new URLSearchParams(window.location.search).get("q") ?? "");
  const [said, set_said] = useState<Map<string, string> | null>(null);
  const [found, set_found] = useState("");
  const [failed, set_failed] = useState(false);
  useEffect(() => {
    Promise.all([read<OpenApi>("openapi.json"), read<AsyncApi>("asyncapi.json")]).then(([calls, messages]) => {
      const spec = joined(calls, messages);
      set_said(texts(spec));
      if (place.current) draw(place.current, spec);
    }).catch(() => set_failed(true));
  }, []);
  useEffect(() => {
    const root = place.current;
    if (!root || !said) return undefined;
    const look = () => { mend(root); set_found(search(root, said, asked)); };
    look();
    const watch = new MutationObserver(look);
    watch.observe(root, { childList: true, subtree: true });
    return () => watch.disconnect();
  }, [said, asked]);
  const ask = (value: string) => {
    set_asked(value);
    window.history.replaceState(null, "", window.location.pathname + (value ? `?q=${encodeURIComponent(value)}` : ""));
  };
  return (
    <>
      <header>
        <a href={base_path}>{text.back}</a>
        <h1>{text.heading}</h1>
        <p>{text.intro} <a href={`${base_path}openapi.json`}>openapi.json</a>, <a href={`${base_path}asyncapi.json`}>asyncapi.json</a>. {may_run ? text.run : text.run_not}</p>
        <p>{text.errors}</p>
        <form role="search" onSubmit={(event) => event.preventDefault()}>
          <label for="search">{text.search}</label>
          <p id="search-hint">{text.search_hint}</p>
          <input id="search" type="search" aria-describedby="search-hint" value={asked} autocomplete="off"
            onInput={(event) => ask(event.currentTarget.value)} />
          <p role="status">{found}</p>
        </form>
        {failed ? <p role="alert">{text.failed}</p> : null}
      </header>
      <div ref={place} />
    </>
  );
}

follow_theme();
const root = document.getElementById("reference");
if (root) {
  root.replaceChildren();
  render(<Reference />, root);
}
