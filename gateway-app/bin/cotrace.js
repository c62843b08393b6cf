#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/bundle/main.js', import.meta.url);
if (!existsSync(main)) {
  console.error('cotrace is not built yet. Run `npm run build` in the repository, then try again.');
  process.exit(1);
}
await import(main.href);
