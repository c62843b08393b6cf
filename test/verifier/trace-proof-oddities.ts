import { decodeHead, encodeHead, MAX_TREE_SIZE, sha256, utf8 } from '@cotrace/core';
import { prove, type ProofParts } from '../../verifier/trace-proof/testing/prove.js';
import type { ReferenceLedger } from '../../verifier/trace-proof/testing/reference-ledger.js';
import type { TraceProof } from '../../verifier/trace-proof/types.js';
import type { Told } from './trace-proof-cases.js';
import { toldChanges } from './trace-proof-changes.js';
import { toldOthers } from './trace-proof-others.js';
import { M, N, O, QUORUM, type ProofWorld } from './trace-proof-scene.js';
import { A, B, chain, corrected, moved, P, turned, X, Y } from './trace-proof-scenes.js';

/** What is not a forgery, but must be told: each proof holds, and its answer says what is odd. */
export function oddities(world: ProofWorld): Told[] {
  const of = (name: string, make: () => Promise<TraceProof>): Told => ({ name, make });
  const ask = (ledger: ReferenceLedger, parts: Partial<ProofParts> & Pick<ProofParts, 'traceId'>) =>
    prove(ledger, { attestedBy: QUORUM, direction: 'up', ...parts });
  return [
    of('an emptying of a container is hidden', () =>
      ask(chain(world), {
        traceId: X,
        show: ({ row }, least) => (row?.includes('"empty"') === true ? 'hidden' : least),
      }),
    ),
    of('a loading of a container is not listed', () =>
      ask(chain(world), {
        traceId: X,
        show: ({ leaf }, least) => (leaf.blockNum === 5n ? 'unlisted' : least),
      }),
    ),
    of('an input is left out of a lineage', () => ask(chain(world), { traceId: X, without: [A, P] })),
    of('a container is left out of a lineage', () => ask(chain(world), { traceId: X, without: [P] })),
    of('a declaration is hidden', () =>
      ask(corrected(world), {
        traceId: X,
        show: ({ row }, least) => (row?.includes('"wrong":true') === true ? 'hidden' : least),
      }),
    ),
    of('a declaration is shown as row alone', () =>
      ask(corrected(world), {
        traceId: X,
        show: ({ row }, least) => (row?.includes('"wrong":true') === true ? 'row' : least),
      }),
    ),
    of('a tree of events is full', async () => {
      const ledger = chain(world);
      const [tree] = decodeHead(encodeHead(ledger.head(Y)));
      const peaks = Array.from({ length: 32 }, (_, at) => sha256(utf8(`peak ${at}`)));
      const head = encodeHead(tree === undefined ? [] : [{ ...tree, count: MAX_TREE_SIZE, peaks }]);
      return ask(ledger, {
        traceId: Y,
        direction: 'none',
        heads: new Map([[Y, head]]),
        show: () => 'unlisted',
      });
    }),
    of('one of two that attest is later than the other', () =>
      ask(chain(world), { traceId: X, attestedBy: [O, M, N] }),
    ),
    of('a record names an identifier whose trace does not have it', () => {
      const ledger = chain(world);
      const recordId = ledger.capture(M, turned('claim', 8, [B], [X]), 'claims');
      ledger.forget(
        ({ leaf, row }) =>
          leaf.domain === 'claims' && leaf.key.endsWith(B) && row?.includes(recordId) === true,
      );
      return ask(ledger, { traceId: X });
    }),
    of('one of three says that the ledger is far ahead', async () => ({
      ...(await ask(chain(world), { traceId: X })),
      tips: [
        world.tip(O, 9n, 1_780_000_100n),
        world.tip(M, 2n ** 63n, 1_990_000_000n),
        world.tip(N, 8n, 1_780_000_090n),
      ],
    })),
    of('a limit leaves a branch', () =>
      ask(chain(world), { traceId: Y, limits: { identifiers: 2, events: 100_000 } }),
    ),
    of('events of other recorders are undecided', () => ask(chain(world), { traceId: Y, recorders: [N] })),
    of('two marks of one transaction are two events', () => {
      const ledger = world.ledger();
      ledger.write(M, () => ({
        junk: { [`mark/${A} ${'1'.repeat(64)}`]: '{}', [`mark/${A} ${'0'.repeat(64)}`]: '{}' },
      }));
      return ask(ledger, { traceId: A, direction: 'none' });
    }),
    of('an organisation says more of a row than the contract writes', () => {
      const ledger = chain(world);
      const row = ledger.events.find(({ leaf }) => leaf.key === `trace/${A}`)?.row ?? '';
      ledger.write(M, () => ({ junk: { [`trace/${A}`]: row.replace('{', '{"lots":[],') } }));
      return ask(ledger, { traceId: A, direction: 'none' });
    }),
    of('a record that was told by one is claimed by another', () => {
      const ledger = chain(world);
      const event = ledger.events.find(({ leaf }) => leaf.key === `trace/${A}`);
      ledger.write(M, (txId) => ({
        junk: { [`trace/${A}`]: (event?.row ?? '').replace(event?.leaf.txId ?? '', txId) },
      }));
      ledger.capture(M, moved('move', 9, A));
      return ask(ledger, {
        traceId: A,
        direction: 'none',
        show: (one, least) => (one.leaf.domain === 'junk' ? 'row' : least),
      });
    }),
    ...toldChanges(world),
    ...toldOthers(world),
  ];
}
