// What stands for `@jest/globals` in tests that are run once for every mutant: it keeps them instead of running them.
import * as globals from '@jest/globals';

export const { expect, jest } = globals;

/** Tests as they are written down, each with the `describe` blocks around it, outermost first. */
export const tests = [];

let blocks = [newBlock()];

/** Forgets all tests: their files are about to be loaded again. */
export function forget() {
  tests.length = 0;
}

/** The tests and hooks that come next are of another file: hooks at the top of a file are for its own tests alone. */
export function startFile() {
  blocks = [newBlock()];
}

function newBlock() {
  return { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [], isReady: false };
}

const hook = (name) => (act) => void blocks.at(-1)[name].push(act);
export const beforeAll = hook('beforeAll');
export const beforeEach = hook('beforeEach');
export const afterEach = hook('afterEach');
export const afterAll = hook('afterAll');

function block(_name, define) {
  blocks.push(newBlock());
  define();
  blocks.pop();
}

function test(name, act) {
  tests.push({ name, act, blocks: [...blocks] });
}

/** `each` of a list of rows: one `define` a row. */
const eachOf = (define) => (rows) => (name, act) => {
  for (const row of rows) define(name, () => (Array.isArray(row) ? act(...row) : act(row)));
};

const nothing = Object.assign(() => undefined, { each: () => () => undefined });
export const it = Object.assign(test, { each: eachOf(test), skip: nothing });
export { it as test };
export const describe = Object.assign(block, { each: eachOf(block), skip: nothing });
