/*
 * What the first page weighs, compressed: everything that must arrive before
 * a phone shows the report page and a desk shows its list.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const DIST = new URL('../dist/', import.meta.url);
const ASSETS = new URL('assets/', DIST);
const pages = [
  { name: 'phone', page: 'ReportPage', budget: 250, foreign: /\bel-[a-z]+__/ },
  { name: 'phone, crew', page: 'WorkPage', budget: 250, foreign: /\bel-[a-z]+__/ },
  { name: 'desk', page: 'DeskPage', budget: 500 },
];

const files = readdirSync(ASSETS);
const html = readFileSync(new URL('index.html', DIST), 'utf8');
const text = (name: string): string => readFileSync(new URL(name, ASSETS), 'utf8');
const entries = [...html.matchAll(/assets\/([\w.-]+\.(?:js|css))/g)].map((m) => m[1]);
const entry = text(entries.find((f) => f.endsWith('.js'))!);

/* The list that names what each lazy chunk needs beside it. */
const deps = JSON.parse(/m\.f=(\[[^\]]*\])/.exec(entry)?.[1] ?? '[]') as string[];

function needed(chunk: string): string[] {
  const near = new RegExp(`import\\("\\./${chunk}-[\\w-]+\\.js"\\),__vite__mapDeps\\(\\[([\\d,]*)\\]\\)`).exec(entry);
  if (!near) return [];
  return near[1]
    .split(',')
    .filter(Boolean)
    .map((i) => deps[Number(i)].replace('assets/', ''));
}

function own(chunk: string): string[] {
  return files.filter((f) => new RegExp(`^${chunk}-[\\w-]+\\.js$`).test(f));
}

/* All that is imported without waiting, from these on. */
function closure(start: string[]): Set<string> {
  const seen = new Set<string>();
  const visit = (f: string): void => {
    if (seen.has(f) || !files.includes(f)) return;
    seen.add(f);
    if (f.endsWith('.js')) for (const m of text(f).matchAll(/(?:from|import)\s*"\.\/([\w.-]+)"/g)) visit(m[1]);
  };
  start.forEach(visit);
  return seen;
}

let failed = false;
for (const { name, page, budget, foreign } of pages) {
  const all = closure([...entries, ...['zh', 'AppShell', page].flatMap((c) => [...own(c), ...needed(c)])]);
  let gzip = gzipSync(html).length;
  let brotli = brotliCompressSync(html).length;
  for (const f of all) {
    const bytes = readFileSync(new URL(f, ASSETS));
    gzip += gzipSync(bytes, { level: 9 }).length;
    brotli += brotliCompressSync(bytes).length;
  }
  const wrong = [...all].filter((f) => foreign?.test(text(f)));
  const kb = (n: number): string => `${(n / 1000).toFixed(1)} KB`;
  const bad = gzip > budget * 1000 || wrong.length > 0;
  console.log(
    `${bad ? 'FAIL' : 'ok  '} ${name}: ${all.size} files, gzip ${kb(gzip)}, brotli ${kb(brotli)}, budget ${budget} KB${wrong.length ? `, foreign: ${wrong.join(' ')}` : ''}`,
  );
  failed ||= bad;
}
process.exit(failed ? 1 : 0);
