import { describe, expect, it } from '@jest/globals';
import type { CodeEntry } from '@cotrace/core';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { EXIT_OF_CLASS } from '../gateway-app/cli/output.js';
import { CODE_TABLES } from '../gateway-app/cli/code-tables.js';
import { NODE_STATES } from '../gateway-app/node/node-state.js';
import { PACKAGES, repository } from './architecture/sources.js';
import { anchorsOf, codeIn, linksOf, rowsUnder } from './docs/markdown.js';
import { filesEndingIn } from './docs/repository-files.js';

const documents = filesEndingIn('.md');
const sources = filesEndingIn('.ts', '.mjs');

function document(path: string): string {
  const text = documents.find((candidate) => candidate.path === path)?.text;
  if (text === undefined) throw new Error(`there is no ${path}`);
  return text;
}

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(repository, folder, 'package.json'), 'utf8')) as Manifest;
}

function nameOf(path: string): string {
  return (JSON.parse(readFileSync(join(repository, path), 'utf8')) as { name: string }).name;
}

/** Every dependency of every package.json, and who uses it, as docs/dependencies.md writes it. */
function declaredDependencies(): string[] {
  const users = new Map<string, Set<string>>();
  const add = (names: Readonly<Record<string, string>> | null, user: string) => {
    for (const name of Object.keys(names ?? {})) {
      if (!name.startsWith('@cotrace/')) users.set(name, (users.get(name) ?? new Set()).add(user));
    }
  };
  const areas = PACKAGES.map((name) => ({ name, manifest: manifest(name) }));
  for (const area of areas) add(area.manifest.dependencies ?? null, area.name);
  const root = manifest('.');
  expect(root.dependencies).toBeUndefined();
  for (const { devDependencies } of [root, ...areas.map((area) => area.manifest)])
    add(devDependencies ?? null, 'development');
  return [...users].map(([name, by]) => `${name}: ${[...by].join(', ')}`).sort();
}

/** The heading of docs/operations.md under which codes stand, by where a person meets them. */
const CODE_SECTIONS: Readonly<Record<CodeEntry['where'], string>> = {
  command: 'Errors of the command line',
  log: 'In the log of a process',
  refusal: 'Refusals of the chaincode',
  refused: 'What a business node refuses',
  proof: 'Errors of `verify`',
  devnet: 'Errors of the embedded network',
  cause: 'Errors behind others',
};

/** What the row of a code has after the code. */
function cellsOf({ where, exit, means, advice = '' }: CodeEntry): string[] {
  if (where === 'command') {
    return [exit === 'named' ? '-' : String(EXIT_OF_CLASS[exit ?? 'failed']), means, advice];
  }
  expect(exit).toBeUndefined();
  return where === 'refusal' ? [means] : [means, advice];
}

describe('the documents', () => {
  it('list every dependency and who uses it, and nothing else', () => {
    const listed = rowsUnder(document('docs/dependencies.md'), 'Dependencies');
    for (const [, , why] of listed) expect(why).not.toBe('');
    expect(listed.map(([name = '', by = '']) => `${codeIn(name).join()}: ${by}`).sort()).toEqual(
      declaredDependencies(),
    );
  });

  it('give every state of a node with its exit code, and no other', () => {
    const listed = rowsUnder(document('docs/architecture.md'), 'States of nodes');
    const documented = listed.map((row) => [codeIn(row[0] ?? '').join(), Number(row.at(-1))]);
    expect(documented).toEqual(Object.entries(NODE_STATES).map(([state, { exit }]) => [state, exit]));
    for (const [, node, comes, goes] of listed) expect([node, comes, goes]).not.toContain('');
  });

  it('have an index of decisions, each with its number, date and status', () => {
    const decisions = documents.filter(({ path }) => /^docs\/decisions\/\d/.test(path));
    const listed = rowsUnder(document('docs/decisions/README.md'), 'Decisions').map(
      ([link = '', ...rest]) => {
        const [, number = '', file = ''] = /^\[(\d{4})\]\((.*)\)$/.exec(link) ?? [];
        return [number, `docs/decisions/${file}`, ...rest];
      },
    );
    const written = decisions.map(({ path, text }) => {
      const [, number, title] = /^# (\d{4}): (.*)\n/.exec(text) ?? [];
      const [, date, status = ''] = /\nDate: (\d{4}-\d{2}-\d{2})\. Status: (.*)\.\n/.exec(text) ?? [];
      return [number, path, title, date, status.replaceAll(/\[(\d{4})\]\([^)]*\)/g, '$1')];
    });
    expect(listed).toEqual(written);
    const numbers = decisions.map(({ path }) => path.slice('docs/decisions/'.length).slice(0, 4));
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(written.map(([number]) => number)).toEqual(numbers);
  });

  it('link only to files and headings that are there', () => {
    const broken = documents.flatMap(({ path, text }) =>
      linksOf(text)
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => {
          const [file = '', anchor] = link.split('#');
          const target = file === '' ? path : posix.join(dirname(path), file);
          if (!existsSync(join(repository, target))) return true;
          return anchor !== undefined && !anchorsOf(document(target)).includes(anchor);
        })
        .map((link) => `${path}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('name only files of the repository that are there', () => {
    const folders = new Set([...PACKAGES, 'docs', 'examples', 'scripts', 'test', 'bench']);
    const missing = documents.flatMap(({ path, text }) =>
      codeIn(text)
        .filter((code) => /^[\w.-]+(?:\/[\w.-]+)+$/.test(code))
        .filter(
          (code) => folders.has(code.split('/')[0] ?? '') && /\.(?:ts|js|mjs|json|md|proto|yaml)$/.test(code),
        )
        .filter((code) => !existsSync(join(repository, code)))
        .map((code) => `${path}: ${code}`),
    );
    expect(missing).toEqual([]);
  });

  it('call only programs of a checkout that are there', () => {
    const called = [...document('docs/operations.md').matchAll(/ \/usr\/local\/cotrace\/(\S+)/g)].map(
      ([, path = '']) => path,
    );
    expect(called).toContain('gateway-app/bin/cotrace.js');
    expect(called.filter((path) => !existsSync(join(repository, path)))).toEqual([]);
  });

  it.each(Object.entries(CODE_SECTIONS))(
    'say of every code met as %s what it means, and of no other',
    (where, heading) => {
      const rows = rowsUnder(document('docs/operations.md'), heading);
      const listed = rows.flatMap(([codes = '', ...cells]) => codeIn(codes).map((code) => [code, ...cells]));
      const declared = CODE_TABLES.flatMap((codes) => Object.entries(codes))
        .filter(([, entry]) => entry.where === where)
        .map(([code, entry]) => [code, ...cellsOf(entry)]);
      expect(declared.length).toBeGreaterThan(0);
      expect(listed.sort()).toEqual(declared.sort());
    },
  );

  it('say of no code twice what it means in one place', () => {
    const met = CODE_TABLES.flatMap((codes) =>
      Object.entries(codes).map(([code, { where }]) => `${where} ${code}`),
    );
    expect(met.filter((one, i) => met.indexOf(one) !== i)).toEqual([]);
  });

  it('explain only codes that something raises', () => {
    const raising = sources
      .filter(
        ({ path }) => !/\.test\.ts$|(?:^|\/)(?:testing|test|bench|scripts)\/|error-codes\.ts$/.test(path),
      )
      .map(({ text }) => text.replaceAll(/isCotraceError\([^()]*\)/g, ''));
    const codes = CODE_TABLES.flatMap((table) => Object.keys(table));
    expect(codes.filter((code) => !raising.some((text) => text.includes(`'${code}'`)))).toEqual([]);
  });

  it('describe every tag and file format that the code has', () => {
    const formats = document('docs/formats.md');
    const tags = sources
      .filter(({ path }) => !path.endsWith('.test.ts'))
      .flatMap(({ text }) => [...text.matchAll(/['"`](cotrace\.[a-z-]+\.v\d+)/g)].map(([, tag = '']) => tag));
    expect(tags.length).toBeGreaterThan(3);
    expect([...new Set(tags)].filter((tag) => !formats.includes(tag))).toEqual([]);
  });
});

describe('every text of the repository', () => {
  const texts = [...documents, ...sources];

  it('names no folder of the machine that it was written on', () => {
    const absolute = /(?<![\w.~:}$])\/(?:home|root|Users|work|opt|mnt|srv)\/\w|\b[A-Z]:\\/;
    const found = texts.filter(({ text }) => absolute.test(text)).map(({ path }) => path);
    expect(found).toEqual([]);
  });

  it('calls no command of ours through what would ask a registry for it', () => {
    const called = /\bnp(?:x|m exec)\b[^\n]*\bcotrace\b/;
    const found = [...texts, ...filesEndingIn('.json', '.yaml', '.js', 'Dockerfile')]
      .filter(({ text }) => called.test(text))
      .map(({ path }) => path);
    expect(found).toEqual([]);
  });

  it('gives packages of ours names that only we can publish', () => {
    const manifests = filesEndingIn('package.json').map(({ path }) => path);
    const names = [...manifests, 'chaincode/package/package.json'].map((path) => nameOf(path));
    expect(names).toContain('@cotrace/gateway-app');
    expect(names.filter((name) => name.includes('cotrace') && !name.startsWith('@cotrace/'))).toEqual([]);
  });

  it('gives all packages one version', () => {
    const [own, ...others] = ['.', ...PACKAGES].map((folder) => manifest(folder).version);
    expect(own).toMatch(/^\d+\.\d+\.\d+$/);
    expect(others.filter((version) => version !== own)).toEqual([]);
  });

  it('names no host to download packages from', () => {
    const hosts = /\bregistry\.[a-z0-9.-]+\.[a-z]{2,}|\bnpmjs\.(?:com|org)|\bproxy\.golang\.org/;
    const found = [...texts, ...filesEndingIn('.json', '.npmrc', '.yaml', '.js')]
      .filter(({ text }) => hosts.test(text))
      .map(({ path }) => path);
    expect(found).toEqual([]);
  });
});
