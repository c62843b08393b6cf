import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseStrictJson, type JsonObject } from '@cotrace/core';
import { prove, type ProofParts } from '../../verifier/trace-proof/testing/prove.js';
import { writeTraceProof } from '../../verifier/trace-proof/proof-file.js';
import type { TraceProof } from '../../verifier/trace-proof/types.js';
import { repository } from '../architecture/sources.js';
import { forgeries } from './trace-proof-forgeries.js';
import { oddities } from './trace-proof-oddities.js';
import { QUORUM, verdictOn, type ProofWorld } from './trace-proof-scene.js';
import {
  A,
  B,
  chain,
  CLASS,
  corrected,
  foreign,
  item,
  L,
  makings,
  P,
  Q,
  T,
  X,
  Y,
} from './trace-proof-scenes.js';

const FOLDER = join(repository, 'test/vectors/trace-proof');

/** A proof with what every verifier must say of it: its answer, or the code that refuses it. */
export interface ProofVector {
  readonly name: string;
  /** Text of the proof file. */
  readonly proof: string;
  /** Text of the trust file. */
  readonly trust: string;
  readonly answer?: JsonObject;
  readonly code?: string;
}

/** Proofs of every kind that hold, by name. */
export function kinds(world: ProofWorld): Record<string, () => Promise<TraceProof>> {
  const of = (ledger: () => ReturnType<typeof chain>, parts: Omit<ProofParts, 'attestedBy'>) => () =>
    prove(ledger(), { attestedBy: QUORUM, ...parts });
  const ledgers = {
    chain: () => chain(world),
    makings: () => makings(world),
    corrected: () => corrected(world),
    foreign: () => foreign(world),
  };
  return {
    'own events': of(ledgers.chain, { traceId: A }),
    'own events with envelopes': of(ledgers.chain, { traceId: A, envelopes: true }),
    'newest event alone': of(ledgers.chain, {
      traceId: P,
      show: ({ leaf }, least) => (leaf.blockNum >= 4n ? least : 'unlisted'),
    }),
    'count alone': of(ledgers.chain, { traceId: P, show: () => 'unlisted' }),
    'every event hidden': of(ledgers.chain, { traceId: P, show: () => 'hidden' }),
    'places alone': of(ledgers.chain, { traceId: P, show: () => 'place' }),
    'rows alone': of(ledgers.chain, { traceId: P, show: () => 'row' }),
    'nobody has recorded it': of(ledgers.chain, { traceId: Q }),
    'an empty ledger': of(() => world.ledger(), { traceId: Q, direction: 'both' }),
    'lineage up': of(ledgers.chain, { traceId: Y, direction: 'up' }),
    'lineage down': of(ledgers.chain, { traceId: A, direction: 'down' }),
    'lineage both ways': of(ledgers.chain, { traceId: X, direction: 'both' }),
    'lineage with envelopes': of(ledgers.chain, { traceId: Y, direction: 'up', envelopes: true }),
    'lineage of a container': of(ledgers.chain, { traceId: P, direction: 'both' }),
    'items of a lot': of(ledgers.makings, { traceId: L, direction: 'down' }),
    'lot of an item': of(ledgers.makings, { traceId: item('a'), direction: 'up' }),
    'a process': of(ledgers.makings, { traceId: T, direction: 'both' }),
    'by a process': of(ledgers.makings, { traceId: X, direction: 'up' }),
    'a class': of(ledgers.makings, { traceId: CLASS, direction: 'up' }),
    'withdrawn and disputed': of(ledgers.corrected, { traceId: X, direction: 'up' }),
    'withdrawn input': of(ledgers.corrected, { traceId: A, direction: 'down' }),
    'told anew': of(ledgers.corrected, { traceId: B, direction: 'down' }),
    'foreign rows': of(ledgers.foreign, { traceId: A }),
    'foreign rows in a lineage': of(ledgers.foreign, { traceId: X, direction: 'up' }),
    'states of domains': of(ledgers.chain, {
      traceId: A,
      states: [
        { domain: 'goods', key: `trace/${A}` },
        { domain: 'goods', key: 'meta/domain' },
      ],
    }),
    ...Object.fromEntries(oddities(world).map(({ name, make }) => [name, make])),
  };
}

/** Writes the vectors: proofs of a new network with what the verifier says of them now. */
export async function writeVectors(world: ProofWorld): Promise<void> {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'trust.json'), world.trustText);
  const write = (name: string, vector: object): void =>
    writeFileSync(join(FOLDER, fileOf(name)), `${JSON.stringify({ name, ...vector }, null, 1)}\n`);
  for (const [name, make] of Object.entries(kinds(world))) {
    const proof = writeTraceProof(await make());
    const answer: unknown = JSON.parse(verdictOn(proof, world.trust));
    write(name, { proof, answer });
  }
  for (const { name, code, make } of forgeries(world)) write(name, { ...(await make()), code });
}

/** The vectors that are committed. */
export function readVectors(): ProofVector[] {
  const trust = readFileSync(join(FOLDER, 'trust.json'), 'utf8');
  const names = readdirSync(FOLDER).filter((name) => name !== 'trust.json');
  return names.map((name) => {
    const text = readFileSync(join(FOLDER, name), 'utf8');
    return { trust, ...(parseStrictJson(text, 1 << 24) as unknown as Omit<ProofVector, 'trust'>) };
  });
}

function fileOf(name: string): string {
  return `${name.replaceAll(' ', '-')}.json`;
}
