// Builds the pages of staff: `make pages`. One esbuild call for each page; what it makes carries its hash in its name.
//
// A page is a folder with an index.html that names its script and style (`app.js`, `app.css`), and whatever else it wants copied:
// manifest, icons. An `sw.js` there is its service worker; it is told PRECACHE (every file of the page) and VERSION (their hash).
// Into build/pages/<name>/; `node build.mjs OUT NAME=FOLDER …` builds other folders into another place.
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, "../..");
const OUT = resolve(process.argv[2] ?? join(ROOT, "build/pages"));
const OURS = { handheld: "services/courier/handheld", counter: "services/intake/counter" };
const PAGES = process.argv.length > 3 ? Object.fromEntries(process.argv.slice(3).map((each) => each.split("="))) : OURS;
const BUNDLED = new Set([".js", ".mjs", ".css", ".md"]);
const SQUEEZED = new Set([".html", ".js", ".css", ".wasm", ".svg", ".webmanifest", ".json", ".txt"]);
const LICENSES = { "Be Vietnam Pro": "@fontsource/be-vietnam-pro", idb: "idb", "zxing-wasm": "zxing-wasm" };

const OPTIONS = {
  bundle: true, minify: true, target: "es2022", legalComments: "none", logLevel: "warning", metafile: true,
  nodePaths: [join(HERE, "node_modules")], absWorkingDir: ROOT,
};

async function filesOf(folder) {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((each) => each.isFile()).map((each) => relative(folder, join(each.parentPath ?? each.path, each.name))).sort();
}

async function bundle(name, source, target) {
  const html = await readFile(join(source, "index.html"), "utf-8");
  const named = [...html.matchAll(/(?:src|href)="([\w-]+\.(?:js|css))"/g)].map((found) => found[1]);
  const made = await build({
    ...OPTIONS, entryPoints: named.map((each) => join(source, each)), outdir: target, format: "esm", splitting: true,
    entryNames: "assets/[name]-[hash]", chunkNames: "assets/[name]-[hash]", assetNames: "assets/[name]-[hash]",
    publicPath: `/${name}/`, loader: { ".woff2": "file", ".wasm": "file", ".svg": "file", ".png": "file" },
  });
  if (made.warnings.length > 0) throw new Error(`${name}: what esbuild warns of is to be mended`);
  const hashed = new Map();
  for (const [path, output] of Object.entries(made.metafile.outputs)) {
    if (output.entryPoint) hashed.set(relative(source, join(ROOT, output.entryPoint)), relative(target, join(ROOT, path)));
  }
  await writeFile(join(target, "index.html"),
    html.replace(/(src|href)="([\w-]+\.(?:js|css))"/g, (_, attribute, file) => `${attribute}="${hashed.get(file)}"`));
}

async function licenses(target) {
  const texts = await Promise.all(Object.entries(LICENSES).map(async ([name, module]) =>
    `${name}\n\n${await readFile(join(HERE, "node_modules", module, "LICENSE"), "utf-8")}`));
  await writeFile(join(target, "licenses.txt"), texts.join("\n\n----\n\n"));
}

async function serviceWorker(name, source, target) {
  const files = (await filesOf(target)).filter((each) => each !== "licenses.txt");
  const hash = createHash("sha256");
  for (const each of files) hash.update(each).update(await readFile(join(target, each)));
  await build({
    ...OPTIONS, entryPoints: [join(source, "sw.js")], outfile: join(target, "sw.js"), format: "iife",
    define: {
      PRECACHE: JSON.stringify(files.map((each) => (each === "index.html" ? "./" : each))),
      VERSION: JSON.stringify(`${name}-${hash.digest("hex").slice(0, 12)}`),
    },
  });
}

async function squeeze(target) {
  let bytes = 0;
  for (const each of await filesOf(target)) {
    const plain = await readFile(join(target, each));
    const small = SQUEEZED.has(extname(each)) ? gzipSync(plain, { level: 9 }) : plain;
    if (small.length < plain.length) await writeFile(join(target, `${each}.gz`), small);
    bytes += Math.min(small.length, plain.length);
  }
  return bytes;
}

async function page(name, source) {
  const target = join(OUT, `${name}.new`);
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const sources = await filesOf(source);
  for (const each of sources.filter((file) => !BUNDLED.has(extname(file)) && file !== "index.html")) {
    await cp(join(source, each), join(target, each));
  }
  await bundle(name, source, target);
  await licenses(target);
  if (sources.includes("sw.js")) await serviceWorker(name, source, target);
  const bytes = await squeeze(target);
  await rm(join(OUT, name), { recursive: true, force: true });
  await rename(target, join(OUT, name));
  console.log(`${name}: ${Math.round(bytes / 1024)} KB as sent`);
}

for (const [name, source] of Object.entries(PAGES)) {
  await page(name, resolve(ROOT, source));
}
