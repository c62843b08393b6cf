#!/usr/bin/env node
import { existsSync } from 'node:fs';

// A command is over before code runs fast, and starts from a bundle; a node runs for long, and from modules as they are
// (docs/decisions/0037).
const folder = process.argv[2] === 'node' ? 'cli' : 'bundle';
const main = new URL(`../dist/${folder}/main.js`, import.meta.url);
if (!existsSync(main)) {
  console.error('cotrace is not built yet. Run `npm run build` in the repository, then try again.');
  process.exit(1);
}
await import(main.href);
