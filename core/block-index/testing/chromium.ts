import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The Chromium that tests run in: what `COTRACE_CHROMIUM` names, whether it is there or not, else one in a usual place.
 * Null, with a line that says what to install, where there is none.
 */
export function chromiumPath(): string | null {
  const named = process.env['COTRACE_CHROMIUM'];
  if (named !== undefined && named !== '') return named;
  const found = PLACES.find((path) => existsSync(path)) ?? null;
  if (found === null) {
    process.stderr.write(
      'No Chromium was found, so nothing is verified in a browser. To test that too, install one ' +
        '(Debian: apt-get install chromium), or name one in COTRACE_CHROMIUM.\n',
    );
  }
  return found;
}

/** Starts the Chromium at `path` without a window, with an empty profile. Throws where it is not there. */
export async function startChromium(path: string): Promise<Browser> {
  if (!existsSync(path)) {
    throw new Error(
      `There is no Chromium at ${path}, which COTRACE_CHROMIUM names, and the tests in a browser are wanted. ` +
        'Install it (Debian: apt-get install chromium).',
    );
  }
  return chromium.launch({ executablePath: path, headless: true, args: FLAGS });
}
