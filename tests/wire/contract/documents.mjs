// SPDX-License-Identifier: Apache-2.0
// Checks the AsyncAPI document (Redocly and Spectral check both), and what a node
// answered and sent against the documents.
//   node documents.mjs check ASYNCAPI            lists what is wrong with it
//   node documents.mjs answers OPENAPI           reads [{method, path, status,
//     media, headers, body}] from stdin and lists those that have another form
//   node documents.mjs messages ASYNCAPI         the same with [CloudEvent]
// What is sent may have no member that the document does not have.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const read = (file) => JSON.parse(readFileSync(file, "utf8"));

async function checkAsyncapi(file) {
  const { diagnostics } = await new Parser().parse(readFileSync(file, "utf8"));
  return diagnostics
    .filter((d) => d.severity <= 1)
    .filter((d) => d.code !== "asyncapi-latest-version")
    .map((d) => `${file}: ${d.path.join("/")}: ${d.message}`);
}

/** A schema that allows no member beside those it names. */
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== "object") return schema;
  const conditions = ["if", "then", "else", "not"];
  const out = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      conditions.includes(key) ? value : closed(value),
    ]),
  );
  // `properties` may itself be the name of a property.
  if (out.type === "object" && out.properties) {
    out.additionalProperties ??= false;
  }
  return out;
}

function compiler(document) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  return ajv.addSchema(closed(document), "document");
}

/** Checks what was sent against the message of its type. */
class Messages {
  constructor(file) {
    this.document = read(file);
    this.ajv = compiler(this.document);
    this.names = Object.fromEntries(
      Object.entries(this.document.components.messages).map(([key, m]) => [
        m.name,
        key,
      ]),
    );
  }

  check(message) {
    const key = this.names[message.type];
    if (!key) return `${message.type} is no message of the document`;
    const $ref = `document#/components/messages/${key}/payload`;
    const validate = this.ajv.getSchema($ref) ?? this.ajv.compile({ $ref });
    if (validate(message)) return null;
    return `${message.type}: ${this.ajv.errorsText(validate.errors)}`;
  }
}

/** Finds the schema of an answer; a string says why there is none. */
class Answers {
  constructor(file) {
    this.document = read(file);
    this.ajv = compiler(this.document);
    this.paths = Object.keys(this.document.paths).map((template) => ({
      template,
      pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, "[^/]+")}$`),
    }));
  }

  pointer(...parts) {
    const escape = (p) =>
      encodeURIComponent(p.replaceAll("~", "~0").replaceAll("/", "~1"));
    return `document#/${parts.map(escape).join("/")}`;
  }

  schema({ method, path, status, media, headers = {} }) {
    const bare = path.split("?")[0];
    const found = this.paths.find((p) => p.pattern.test(bare));
    const problem = { $ref: "document#/components/schemas/Problem" };
    if (!found) return status >= 400 ? problem : "no such path";
    const verb = method.toLowerCase();
    const operation = this.document.paths[found.template][verb];
    if (!operation) return status >= 400 ? problem : "no such method";
    let response = operation.responses[String(status)];
    if (!response) return `status ${status} is not in the document`;
    let at = ["paths", found.template, verb, "responses", String(status)];
    if (response.$ref) {
      at = response.$ref.slice(2).split("/");
      response = this.document.components.responses[at[2]];
    }
    const told = Object.entries(response.headers ?? {});
    for (const [name] of told.filter(([, header]) => header.required)) {
      if (!(name.toLowerCase() in headers)) return `${name} is missing`;
    }
    if (!response.content?.[media]) return `${media} is not in the document`;
    return { $ref: this.pointer(...at, "content", media, "schema") };
  }

  check(answer) {
    const schema = this.schema(answer);
    if (typeof schema === "string") return schema;
    const validate = (this.compiled ??= {})[schema.$ref] ??=
      this.ajv.compile(schema);
    if (validate(answer.body)) return null;
    return this.ajv.errorsText(validate.errors);
  }
}

const [, , action, ...files] = process.argv;
const wrong = [];
if (action === "check") {
  wrong.push(...(await checkAsyncapi(files[0])));
} else {
  const checker =
    action === "answers" ? new Answers(files[0]) : new Messages(files[0]);
  for (const one of JSON.parse(readFileSync(0, "utf8"))) {
    const trouble = checker.check(one);
    const what = one.method ? `${one.method} ${one.path} ${one.status}` : one.id;
    if (trouble) wrong.push(`${what}: ${trouble}`);
  }
}
console.log(wrong.slice(0, 40).join("\n"));
process.exit(wrong.length ? 1 : 0);
