// What .ci/browser has installed.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(`${process.env.BROWSER_MODULES}/`);

export const { chromium } = require('playwright-core');
export const axe = () => readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
