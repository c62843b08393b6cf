import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGES, repository } from './architecture/sources.js';
import { filesEndingIn } from './docs/repository-files.js';

interface Manifest {
  readonly version?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
}

const read = (path: string): unknown => JSON.parse(readFileSync(join(repository, path), 'utf8'));
const manifests = ['', ...PACKAGES].map((folder) => ({
  folder,
  manifest: read(join(folder, 'package.json')) as Manifest,
}));
const { packages } = read('package-lock.json') as { readonly packages: Readonly<Record<string, Locked>> };
const installed = Object.entries(packages).filter(([path]) => path.startsWith('node_modules/'));

/** What speaks Fabric's protocol for us: as its makers released it. */
const SDKS = [
  'node_modules/@hyperledger/fabric-gateway',
  'node_modules/@hyperledger/fabric-protos',
  'node_modules/fabric-contract-api',
  'node_modules/fabric-shim',
  'node_modules/fabric-shim-api',
  'node_modules/@grpc/grpc-js',
];

describe('the SDKs', () => {
  it('are installed as the lock has them, releases all', () => {
    for (const path of SDKS) {
      const locked = packages[path];
      expect([path, locked?.integrity]).toEqual([path, expect.stringMatching(/^sha512-/)]);
      expect([path, locked?.resolved]).toEqual([path, undefined]);
      const { version } = read(join(path, 'package.json')) as Manifest;
      expect([path, version]).toEqual([path, locked?.version]);
    }
  });

  it('have no fork, folder, archive or repository beside them: nothing but releases and our own packages', () => {
    const others = installed.filter(([, { integrity, link }]) => integrity === undefined && link !== true);
    expect(others.map(([path]) => path)).toEqual([]);
    const links = installed.filter(([, { link }]) => link === true);
    expect(links.map(([, { resolved }]) => resolved).sort()).toEqual([...PACKAGES].sort());
  });

  it('are of one version each, but for what they bring themselves', () => {
    const copies = installed.filter(([path]) =>
      /node_modules\/(?:fabric-shim|@hyperledger\/fabric-gateway)$/.test(path),
    );
    expect(copies.map(([path]) => path).sort()).toEqual(
      SDKS.filter((path) => /\/fabric-(?:shim|gateway)$/.test(path)).sort(),
    );
  });

  it('are changed by nothing after they were installed', () => {
    const hooks = /^(?:pre|post)?(?:install|prepare|pack|publish)$|^dependencies$/;
    for (const { folder, manifest } of manifests) {
      const scripts = Object.keys(manifest.scripts ?? {});
      expect([folder, scripts.filter((name) => hooks.test(name))]).toEqual([folder, []]);
      expect([folder, Object.keys(manifest).filter((name) => /patch|pnpm|resolutions/i.test(name))]).toEqual([
        folder,
        [],
      ]);
    }
    expect(manifests.flatMap(({ manifest }) => Object.keys(manifest.overrides ?? {}))).toEqual([
      'unrs-resolver',
    ]);
    expect(installed.map(([path]) => path).filter((path) => /patch-package/.test(path))).toEqual([]);
    for (const folder of ['patches', '.yarn/patches'])
      expect(existsSync(join(repository, folder))).toBe(false);
  });

  it('are changed by nothing that runs: no source writes to a prototype or replaces a module', () => {
    const found = filesEndingIn('.ts', '.mjs', '.js')
      .filter(({ path }) => PACKAGES.some((name) => path.startsWith(`${name}/`)))
      .filter(({ text }) => /\.prototype\b[^\n]*[^=!<>]=[^=>]|require\.cache|setPrototypeOf/.test(text))
      .map(({ path }) => path);
    expect(found).toEqual([]);
  });
});
