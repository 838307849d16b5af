// Reads the bar codes of every label with two programs that are not ours.
//
//   node check.mjs FOLDER
//
// FOLDER is what `ambar label cases` and scripts/labels-oracle wrote: for each case our picture, the
// ZPL that would be sent, and what must be read from both. zpl-renderer-js draws the ZPL, zxing-wasm
// reads either picture, dot for dot as it would be printed.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ready } from "zpl-renderer-js";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const folder = process.argv[2];
const wasm = createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm");
prepareZXingModule({ overrides: { wasmBinary: readFileSync(wasm) }, fireImmediately: true });
const { api } = await ready;

async function read(png) {
  const found = await readBarcodes(png, { tryHarder: true, tryInvert: false, textMode: "Plain" });
  return found.map((code) => ({ aim: code.symbologyIdentifier, data: code.text }));
}

const show = (code) => `${code.aim} ${JSON.stringify(code.data)}`;
const isRead = (expected, found) =>
  found.some((code) => code.aim.startsWith(expected.aim) && code.data === expected.data);

let [labels, codes] = [0, 0];
const differences = [];

async function compare(name, who, png, expected) {
  const found = await read(png);
  for (const code of expected.filter((code) => !isRead(code, found))) {
    differences.push(`${name}, ${who}: expected ${show(code)}, read ${found.map(show).join(", ") || "nothing"}`);
  }
  const extra = found.filter((code) => !expected.some((wanted) => isRead(wanted, [code])));
  if (extra.length > 0) {
    differences.push(`${name}, ${who}: read more than was asked for: ${extra.map(show).join(", ")}`);
  }
  codes += expected.length;
}

// Carriers' labels as PDF (made by a test of src/labels/pdf), turned into graphics.
const CODES_OF_PDFS = [
  { aim: "]C0", data: "AMB-0042-7719" },
  { aim: "]d1", data: "ambar 4601234567893" },
];
const pdfs = JSON.parse(readFileSync(join(import.meta.dirname, "pdfs.json"))).flatMap(({ name }) =>
  [8, 12].map((dots_per_mm) => ({
    name: `pdf_${name}_${dots_per_mm}`,
    width_mm: 100,
    height_mm: 150,
    dots_per_mm,
    codes: CODES_OF_PDFS,
  })),
);

for (const one of [...JSON.parse(readFileSync(join(folder, "cases.json"))), ...pdfs]) {
  labels += 1;
  await compare(one.name, "our picture", readFileSync(join(folder, `${one.name}.png`)), one.codes);
  const zpl = readFileSync(join(folder, `${one.name}.zpl`), "utf8");
  const drawn = await api.zplToBase64Async(zpl, one.width_mm, one.height_mm, one.dots_per_mm);
  await compare(one.name, "the other renderer", Buffer.from(drawn, "base64"), one.codes);
}

// Symbols that only foreign labels have, drawn by our engine.
for (const one of JSON.parse(readFileSync(join(import.meta.dirname, "symbols.json")))) {
  const picture = join(folder, `symbol_${one.name}.png`);
  if (existsSync(picture)) {
    labels += 1;
    await compare(one.name, "our engine", readFileSync(picture), [one]);
  } else {
    differences.push(`${one.name}: there is no picture`);
  }
}

for (const difference of differences) {
  console.error(difference);
}
console.log(`${labels} labels, ${codes} codes read, ${differences.length} differences`);
process.exit(differences.length === 0 ? 0 : 1);
