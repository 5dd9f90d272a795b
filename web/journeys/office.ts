/* A demo office of its own, served on a free port of loopback, and a browser. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = process.env.LIANGCAO_PROGRAM ?? join(ROOT, 'build/liangcao');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

export const PASSWORD = 'Liangcao-2026';

/* Where pictures of what went wrong are left. */
export const PICTURES = join(ROOT, 'build/test/journeys');

let folder = '';
let server: ChildProcess | null = null;
let address = '';
let browser: Browser | null = null;

export const at = (path: string): string => address + path;

async function addressOf(child: ChildProcess): Promise<string> {
  let said = '';
  for await (const piece of child.stdout!) {
    said += String(piece);
    const found = /(http:\/\/[\d.]+:\d+)\/\n/.exec(said);
    if (found) return found[1];
  }
  throw new Error(`the server said no address: ${said}`);
}

export async function open(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'liangcao-journeys-'));
  execFileSync(PROGRAM, ['demo', '--data', folder, '--orders', '500']);
  server = spawn(PROGRAM, ['serve', '--data', folder, '--port', '0', '--quiet'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  address = await addressOf(server);
}

/* A new window on the office, as wide as a phone or as a desk. */
export async function windowOf(options: Parameters<Browser['newContext']>[0]): ReturnType<Browser['newContext']> {
  browser ??= await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return browser.newContext({ timezoneId: 'Asia/Shanghai', ...options });
}

export async function close(): Promise<void> {
  await browser?.close();
  if (server && server.exitCode === null) {
    const ended = new Promise((done) => server!.once('exit', done));
    server.kill('SIGTERM');
    await ended;
  }
  if (folder) rmSync(folder, { recursive: true, force: true });
}

/* A command of the program on the same office, as its administrator types it. */
export function command(...words: string[]): string {
  return execFileSync(PROGRAM, [...words, '--data', folder], { encoding: 'utf8' });
}
