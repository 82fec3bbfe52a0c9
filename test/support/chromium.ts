/**
 * A real Chromium for tests of pages, driven by playwright-core. Where none is found, the tests are skipped and a line
 * that nobody overlooks says so.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser to use: `COUNTERSIGN_CHROMIUM`, /usr/bin/chromium, or one on the PATH; undefined when there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const places = [
    env.COUNTERSIGN_CHROMIUM ?? '',
    '/usr/bin/chromium',
    ...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))),
  ];
  return places.find((place) => place !== '' && isExecutable(place));
}

/** Starts it, headless and without background traffic. Rejects when there is none. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new Error('Cannot launch Chromium: none found, set COUNTERSIGN_CHROMIUM');
  return chromium.launch({ executablePath, args: FLAGS, timeout: 60_000 });
}

/** A `describe` that needs Chromium: one browser for all its tests, or a loud line instead of them. */
export function describeInChromium(title: string, suite: (browser: () => Browser) => void): void {
  const found = findChromium() !== undefined;
  if (!found) {
    process.stderr.write(
      `\n!!! SKIPPED, NOT TESTED: "${title}" needs Chromium; set COUNTERSIGN_CHROMIUM to one !!!\n\n`,
    );
  }
  describe.runIf(found)(title, () => {
    let launched: Browser | undefined;
    beforeAll(async () => {
      launched = await launchChromium();
    }, 90_000);
    afterAll(async () => {
      await launched?.close();
    });
    suite(() => {
      if (launched === undefined) throw new Error('Cannot use Chromium: not launched yet');
      return launched;
    });
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
