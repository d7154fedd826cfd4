// Builds the pages: the types of the contract, the list of pages, the bundle, its
// compressed forms and dist/manifest.json, by which the node embeds them.
//   node build.mjs --out DIR     all of it, checked by the compiler and for size
//   node build.mjs --types-only  only what other steps compile against
// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import zlib from "node:zlib";
import * as esbuild from "esbuild";
import openapi, { astToString } from "openapi-typescript";

const here = path.dirname(fileURLToPath(import.meta.url));
const source = path.join(here, "src");
const budget_bytes = { pages: 120_000, docs: 1_000_000 };
const types = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
};

function fail(message) {
  console.error(`pages/build.mjs: ${message}`);
  process.exit(1);
}

/** Writes a file where it differs; builds that run side by side see a whole one. */
function write_if_changed(file, text) {
  if (fs.existsSync(file) && fs.readFileSync(file, "utf8") === text) return;
  const scratch = `${file}.${process.pid}`;
  fs.writeFileSync(scratch, text);
  fs.renameSync(scratch, file);
}

/** Makes the types of every call and schema of the contract. */
async function make_types() {
  const document = pathToFileURL(path.join(here, "../docs/openapi.json"));
  const text = astToString(await openapi(document, { silent: true }));
  write_if_changed(path.join(source, "api/types.gen.ts"), text);
}

/** Makes the list of the pages, and of their style sheets, from the folders. */
function make_list() {
  const folders = fs.readdirSync(path.join(source, "pages")).sort()
    .filter((name) => fs.existsSync(path.join(source, "pages", name, "page.tsx")));
  const imports = folders.map((name) =>
    `import { page as ${name} } from "./pages/${name}/page";\n`);
  write_if_changed(path.join(source, "pages.gen.ts"),
    `${imports.join("")}\nexport const pages = [${folders.join(", ")}];\n`);
  const sheets = ["./style.css", ...folders.map((name) => `./pages/${name}/style.css`)]
    .filter((name) => fs.existsSync(path.join(source, name)));
  write_if_changed(path.join(source, "style.gen.css"),
    sheets.map((name) => `@import "${name}";\n`).join(""));
}

function* files_below(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* files_below(name);
    else yield name;
  }
}

/** Refuses what would let text become markup, or break the security policy. */
function check_source() {
  const forbidden = [
    [/dangerouslySetInnerHTML|\b(inner|outer)HTML\b|insertAdjacentHTML/, "makes markup of text"],
    [/\sstyle=[{"']/, "sets an inline style, which style-src 'self' forbids"],
    [/\beval\(|new Function\(/, "runs text as a script"],
    [/["'`]https?:\/\//, "names another server"],
  ];
  for (const file of files_below(source)) {
    if (!/\.tsx?$/.test(file) || file.endsWith(".gen.ts")) continue;
    for (const [pattern, what] of forbidden) {
      const found = fs.readFileSync(file, "utf8").match(pattern);
      if (found) fail(`${path.relative(here, file)} ${what}: ${found[0]}`);
    }
  }
}

function check_types() {
  const tsc = path.join(here, "node_modules/typescript/bin/tsc");
  const done = spawnSync(process.execPath, [tsc, "--noEmit", "-p", here], { stdio: "inherit" });
  if (done.status !== 0) fail("the compiler found the errors above");
}

/** Makes the files of one document from its entries; returns their names. */
async function bundle(out, entryPoints, splitting) {
  const { metafile } = await esbuild.build({
    absWorkingDir: source,
    entryPoints,
    outdir: path.join(out, "assets"),
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting,
    format: "esm",
    target: ["es2021", "chrome100", "firefox100", "safari15"],
    minify: true,
    legalComments: "none",
    loader: { ".svg": "copy" },
    jsx: "automatic",
    jsxImportSource: "preact",
    metafile: true,
    logLevel: "warning",
  });
  return Object.keys(metafile.outputs).map((name) => path.basename(name)).sort();
}

/** Puts the names of the assets into a document. */
function make_document(out, document, names, patterns) {
  let text = fs.readFileSync(path.join(here, document), "utf8");
  for (const [part, pattern] of Object.entries(patterns))
    text = text.replace(`{${part}}`, names.find((name) => pattern.test(name)) ?? fail(`no ${pattern}`));
  fs.writeFileSync(path.join(out, document), text);
}

/** The published contract, which the node serves beside the pages. */
const published = ["openapi.json", "asyncapi.json"];

/** Makes both documents; what the reference loads, no page does. */
async function make_documents(out) {
  fs.rmSync(out, { recursive: true, force: true });
  const icon = /^icon-.*\.svg$/;
  const pages = await bundle(out, { main: "main.tsx", style: "style.gen.css", icon: "icon.svg" }, true);
  const docs = await bundle(out, { docs: "docs/main.tsx" }, false);
  make_document(out, "index.html", pages, { style: /^style-.*\.css$/, script: /^main-.*\.js$/, icon });
  for (const name of published) fs.copyFileSync(path.join(here, "../docs", name), path.join(out, name));
  make_document(out, "docs.html", [...docs, ...pages], { style: /^docs-.*\.css$/, script: /^docs-.*\.js$/, icon });
}

/** Writes the smaller forms of a file beside it; returns its line of the manifest. */
function describe(out, name) {
  const bytes = fs.readFileSync(path.join(out, name));
  const line = {
    path: `/${name}`,
    type: types[path.extname(name)] ?? fail(`${name}: of no known type`),
    etag: `"${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}"`,
    immutable: name.startsWith("assets/"),
    file: name,
  };
  const forms = {
    br: zlib.brotliCompressSync(bytes, {
      params: { [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
    gz: zlib.gzipSync(bytes, { level: 9 }),
  };
  let size = bytes.length;
  for (const [form, packed] of Object.entries(forms)) {
    if (packed.length >= bytes.length) continue;
    fs.writeFileSync(path.join(out, `${name}.${form}`), packed);
    line[form] = `${name}.${form}`;
    size = Math.min(size, packed.length);
  }
  return { line, size };
}

function check_budget(files) {
  for (const [part, budget] of Object.entries(budget_bytes)) {
    const bytes = files
      .filter(({ line }) => !published.includes(line.file) && /^\/(assets\/)?docs/.test(line.path) === (part === "docs"))
      .reduce((sum, { size }) => sum + size, 0);
    console.error(`pages/build.mjs: ${part}: ${bytes} of ${budget} bytes, compressed`);
    if (bytes > budget) fail(`${part} are ${bytes - budget} bytes over their budget`);
  }
}

const { values } = parseArgs({
  options: { out: { type: "string" }, "types-only": { type: "boolean" } },
});
if (!values.out && !values["types-only"]) fail("expected --out DIR or --types-only");
await make_types();
make_list();
if (values.out) {
  const out = path.resolve(values.out);
  check_source();
  check_types();
  await make_documents(out);
  const files = [...files_below(out)].sort().map((file) => describe(out, path.relative(out, file)));
  check_budget(files);
  fs.writeFileSync(path.join(out, "manifest.json"), JSON.stringify(
    { files: files.map(({ line }) => line), shell: "index.html" }, null, 1));
}
