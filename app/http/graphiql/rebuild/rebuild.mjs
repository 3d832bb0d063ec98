// Builds ../assets from the packages named in package.json: `npm install && npm run rebuild`.
// The result is committed, so that neither the gateway nor its tests need Node or a network.
import { readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const assets = path.join(here, "..", "assets");
const notice = "/*! Built from third-party packages; their licences are in third-party-licences.txt beside this file. */";

async function buildScript() {
  const result = await build({
    absWorkingDir: here,
    entryPoints: ["bundle.mjs"],
    outfile: path.join(assets, "graphiql.js"),
    bundle: true,
    format: "iife",
    minify: true,
    target: ["es2021"],
    define: { "process.env.NODE_ENV": '"production"', "globalThis.process": "true" },
    banner: { js: notice },
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    logLevel: "info",
  });
  return Object.keys(result.metafile.inputs);
}

// The fonts that GraphiQL embeds are four fifths of its style sheet and have licences of their own;
// without them the page uses the system's fonts and needs no `font-src` in its policy.
async function buildStyle() {
  const source = await readFile(path.join(here, "node_modules", "graphiql", "dist", "style.css"), "utf8");
  const withoutFonts = source.replaceAll(/@font-face\s*\{[^}]*\}/g, "");
  const { code } = await transform(withoutFonts, { loader: "css", minify: true, charset: "utf8" });
  await writeFile(path.join(assets, "graphiql.css"), `${notice}\n${code}`);
}

// The innermost node_modules folder of a path decides the package: a package may carry its own copy of another.
function packageFolder(input) {
  const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
  return found ? found[1] : null;
}

async function licenceOf(folder) {
  const manifest = JSON.parse(await readFile(path.join(here, folder, "package.json"), "utf8"));
  const names = await readdir(path.join(here, folder));
  const file = names.filter((name) => /^(licen[cs]e|copying)/i.test(name)).sort()[0];
  const text = file ? await readFile(path.join(here, folder, file), "utf8") : await mitLicenceOf(manifest);
  return { title: `${manifest.name} ${manifest.version} (${manifest.license})`, text: text.trim() };
}

// Packages that say MIT and leave the text out, with the holder that their repository names.
const mitHolders = {
  "@headlessui/react": "Tailwind Labs",
  "client-only": "Meta Platforms, Inc. and affiliates.",
  "react-compiler-runtime": "Meta Platforms, Inc. and affiliates.",
  "react-remove-scroll-bar": "Anton Korzunov",
  "toggle-selection": "sudodoki",
};

async function mitLicenceOf(manifest) {
  const holder = mitHolders[manifest.name];
  if (manifest.license !== "MIT" || !holder) throw new Error(`${manifest.name} has no licence file: find its holder.`);
  const text = await readFile(path.join(here, "node_modules", "react", "LICENSE"), "utf8");
  return text.replace(/^Copyright .*$/m, `Copyright (c) ${holder}`);
}

async function writeLicences(inputs) {
  const folders = [...new Set([...inputs.map(packageFolder), "node_modules/graphiql"])].filter(Boolean).sort();
  const licences = await Promise.all(folders.map(licenceOf));
  const rule = "-".repeat(80);
  const parts = licences.map(({ title, text }) => `${rule}\n${title}\n${rule}\n\n${text}\n`);
  const head = "graphiql.js and graphiql.css in this folder contain code of the packages below.\n";
  await writeFile(path.join(assets, "third-party-licences.txt"), [head, ...parts].join("\n").replaceAll("\r\n", "\n"));
}

await buildStyle();
await writeLicences(await buildScript());
