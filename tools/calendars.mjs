// SPDX-License-Identifier: Apache-2.0
// calendars - the holidays and make-up working days of China, from the npm
// package chinese-days, written to data/calendars/cn.json.
//
//   cd tools && npm ci && node calendars.mjs
//
// A year is written only when the package really has its holidays: the State
// Council publishes them in autumn, and until then a year is "not published".
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const source = process.argv[2] ?? join(here, "node_modules", "chinese-days");
const target = process.argv[3] ?? join(here, "..", "data", "calendars", "cn.json");
const { version } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));

// "Spring Festival,春节,4" -> names in both languages.
const days = (table, kind) =>
  Object.entries(table ?? {}).map(([day, words]) => {
    const [name_en, name] = words.split(",");
    return { day, kind, name, name_en };
  });

const years = readdirSync(join(source, "dist", "years"))
  .filter((file) => /^\d{4}\.json$/.test(file))
  .sort()
  .map((file) => {
    const { holidays, workdays } = JSON.parse(
      readFileSync(join(source, "dist", "years", file), "utf8"),
    );
    const all = [...days(holidays, "holiday"), ...days(workdays, "makeup")];
    all.sort((a, b) => (a.day < b.day ? -1 : 1));
    return { year: Number(file.slice(0, 4)), days: all };
  })
  .filter(({ days }) => days.some(({ kind }) => kind === "holiday"));

// One day a line, so that a new year reads well as a difference.
const lines = years.map(
  ({ year, days }) =>
    `  {"year": ${year}, "days": [\n` +
    days.map((day) => "    " + JSON.stringify(day)).join(",\n") +
    "\n  ]}",
);
writeFileSync(
  target,
  `{"source": "chinese-days ${version}", "licence": "MIT", "years": [\n` +
    lines.join(",\n") +
    "\n]}\n",
);
console.log(`${target}: ${years.length} years, ${years[0].year} to ${years.at(-1).year}`);
