// What guards each type and field, written into the schema's descriptions: so the docs pane, the hints and the
// pop-ups over a field all show it. In Markdown it is a quote, in which *this* is granted and **this** is denied.

const NEVER_READ = "What guards the fields could not be read";

/** The answer of an introspection, with the answer of /graphiql/guards.json in it. */
export function withGuards(introspection, told) {
  const schema = introspection.data?.__schema;
  if (!schema) return introspection;
  if (!told.types) {
    const why = told.errors?.[0]?.message ?? "";
    schema.description = described(schema.description, [`${NEVER_READ}. ${plain(why)}`]);
    return introspection;
  }
  for (const type of schema.types) {
    const known = told.types[type.name];
    if (!known) continue;
    for (const field of type.fields ?? []) {
      if (!known.fields[field.name]) continue;
      field.description = described(field.description, ofField(told, type.name, known, known.fields[field.name]));
    }
    const isRoot = [schema.queryType?.name, schema.mutationType?.name].includes(type.name);
    type.description = described(type.description, isRoot ? ["each field says what guards it"] : ofType(told, known));
  }
  return introspection;
}

function ofType(told, known) {
  if (known.guards.length === 0) return [known.isPublic ? "public" : "guarded by each field that leads here"];
  return verdicts(known.guards.map((number) => [told.guards[number], "on every way to this type"]));
}

function ofField(told, name, known, field) {
  if (field.access === "PUBLIC") return ["public"];
  if (field.access === "BY_WAY") return [`guarded by each field that leads to ${name}`];
  const own = field.guards.map(({ guard, here, on }) => [told.guards[guard], places(here, on)]);
  const ofType = known.guards.map((number) => [told.guards[number], `on its type ${name}`]);
  const all = verdicts([...own, ...ofType]);
  // Lists of fields show the first paragraph only, and the type's directive stands at their top.
  return own.length > 0 ? all : [`${verdict(strictest(told, known))} with its type ${name}`, ...all];
}

function strictest(told, known) {
  const guards = known.guards.map((number) => told.guards[number]);
  return guards.find((guard) => !guard.granted) ?? guards[0];
}

function places(here, on) {
  const types = on.map((name) => `type ${name}`);
  return `on the ${[...(here ? ["field"] : []), ...types].join(" and the ")}`;
}

/** A paragraph with each guard, and one more with what each refusal says. */
function verdicts(guards) {
  const decided = guards.map(([guard, where]) => `${verdict(guard)} \`${guard.directive}\` ${where}`);
  const refusals = guards.filter(([guard]) => !guard.granted).map(([guard]) => plain(said(guard)));
  return [decided.join("\n"), ...new Set(refusals)];
}

function verdict({ granted, each }) {
  if (each && each.granted > 0 && each.granted < each.of) return `*granted on ${each.granted} of ${each.of}*`;
  return granted ? "*granted*" : "**denied**";
}

function said({ message, howToFix }) {
  return howToFix ? `${message} ${howToFix}` : message;
}

function described(description, texts) {
  const quote = texts.map((text) => `> ${text.replaceAll("\n", "\n> ")}`).join("\n>\n");
  return description ? `${description}\n\n${quote}` : quote;
}

/** Names of contracts are in these sentences: nothing of them is Markdown. */
function plain(text) {
  return text.replace(/[\\`*_{}[\]()#+\-.!<>|~&:]/g, "\\$&").replace(/\s+/g, " ");
}
