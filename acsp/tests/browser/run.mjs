// run.mjs CHECK ARGUMENT…: does one check of checks.mjs, or takes the picture, with a browser of its own.
// acsp/tests/browser.rs and .ci/page-picture start it.

import { chromium } from './modules.mjs';
import { stopAll } from './acsp.mjs';
import * as checks from './checks.mjs';
import { picture } from './picture.mjs';

/** In milliseconds: a check that hangs says so. */
const LONGEST = 400_000;
const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

const [, , name, ...parameters] = process.argv;
const watchdog = setTimeout(() => {
  console.error(`${name} takes longer than ${LONGEST / 1000} s`);
  stopAll();
  process.exit(1);
}, LONGEST);
// Playwright gives it a profile of its own, which goes with it.
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ARGUMENTS });
try {
  await { ...checks, picture }[name](browser, ...parameters);
} finally {
  clearTimeout(watchdog);
  await browser.close();
  stopAll();
}
