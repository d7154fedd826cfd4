// SPDX-License-Identifier: Apache-2.0
// Lists the schemas of OPENAPI that Prism cannot compile, and so passes over.
// What it finds at two places it moves to a bundle, lists of a schema included.
//   node prism_schemas.cjs OPENAPI
const { getHttpOperationsFromSpec } = require("@stoplight/prism-http");

const LISTS = ["examples", "enum", "required", "type"];

function* broken(value, path, named = false) {
  if (value === null || typeof value !== "object") return;
  for (const [key, member] of Object.entries(value)) {
    const list = LISTS.includes(key) && !named;
    if (list && typeof member?.$ref === "string") yield `${path}/${key}`;
    yield* broken(member, `${path}/${key}`, key === "properties" && !named);
  }
}

getHttpOperationsFromSpec(process.argv[2]).then((operations) => {
  const found = operations.flatMap((o) => [
    ...broken([o.request, o.responses], `${o.method} ${o.path}`),
    ...broken(o.__bundled__, "bundle"),
  ]);
  console.log([...new Set(found)].join("\n"));
  process.exitCode = operations.length > 0 && found.length === 0 ? 0 : 1;
});
