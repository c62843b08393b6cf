import { sha256, utf8, type TraceEvent } from '@cotrace/core';
import { writeTraceProof } from '../../verifier/trace-proof/proof-file.js';
import { prove, type ProofParts } from '../../verifier/trace-proof/testing/prove.js';
import {
  ReferenceLedger,
  type KnownEvent,
  type Writes,
} from '../../verifier/trace-proof/testing/reference-ledger.js';
import type { ProofEvent, ProofTrace, TraceProof } from '../../verifier/trace-proof/types.js';
import type { Forgery, Told } from './trace-proof-cases.js';
import { M, N, O, QUORUM, type ProofWorld } from './trace-proof-scene.js';
import { A, B, chain, item, made, moved, packed, turned, X, Y } from './trace-proof-scenes.js';

const PAYLOAD = '0'.repeat(64);

const ask = (ledger: ReferenceLedger, parts: Partial<ProofParts> & Pick<ProofParts, 'traceId'>) =>
  prove(ledger, { attestedBy: QUORUM, ...parts });

/** Envelopes that do not say what an event says, which a quorum of wrong masters could attest, and rows that are withheld. */
export function forgedEnvelopes(world: ProofWorld): Forgery[] {
  const of = (name: string, code: string, make: () => Promise<TraceProof>): Forgery => ({
    name,
    code,
    make: async () => ({ proof: writeTraceProof(await make()) }),
  });
  const saying =
    (change: (event: KnownEvent) => Partial<TraceEvent>, row = (text: string) => text) =>
    async () => {
      const ledger = chain(world);
      ledger.events = ledger.events.map((event) =>
        event.leaf.key === `trace/${Y}`
          ? { ...event, leaf: { ...event.leaf, ...change(event) }, row: row(event.row ?? '') }
          : event,
      );
      return ask(ledger, { traceId: Y, envelopes: true });
    };
  return [
    of('an envelope is of another channel', 'WRONG_CHANNEL', async () => {
      const ledger = new ReferenceLedger(world.elsewhere());
      ledger.capture(O, made('make A', 1, A));
      return ask(ledger, { traceId: A, envelopes: true });
    }),
    of(
      'an envelope is of another transaction than its event says',
      'WRONG_ENVELOPE',
      saying(() => ({ txId: PAYLOAD })),
    ),
    of(
      'an envelope is of another organisation than its event says',
      'WRONG_ENVELOPE',
      saying(() => ({ mspId: M })),
    ),
    of(
      'an envelope does not put the row that its event says',
      'WRONG_ENVELOPE',
      saying(
        ({ row }) => ({ valueHash: sha256(utf8(`${row ?? ''} `)) }),
        (text) => `${text} `,
      ),
    ),
    of('a record is shown without its row', 'BAD_PROOF', async () =>
      shownAs(await ask(chain(world), { traceId: A }), (shown) => ({ ...shown, row: null })),
    ),
  ];
}

/** What other chaincodes and other organisations do, and how it is told. */
export function toldOthers(world: ProofWorld): Told[] {
  const of = (name: string, make: () => Promise<TraceProof>): Told => ({ name, make });
  const withRow =
    (write: (row: string, txId: string) => Writes[string], parts: Partial<ProofParts> = {}) =>
    async () => {
      const ledger = chain(world);
      const event = ledger.events.find(({ leaf }) => leaf.key === `trace/${A}`);
      const row = (txId: string): string => (event?.row ?? '').replace(event?.leaf.txId ?? '', txId);
      ledger.write(M, (txId) => ({ junk: write(row(txId), txId) }));
      return ask(ledger, { traceId: A, ...parts });
    };
  const nobody = withRow((row) => ({ [`trace/${A}`]: row }));
  const byRecorders = (parts: Partial<ProofParts>, ledger = chain(world)) =>
    ask(ledger, { traceId: X, direction: 'up', recorders: [O, N], ...parts });
  return [
    of('a row names a record that nobody has', nobody),
    of('a row names a record that nobody has, without its envelope', async () =>
      shownAs({ ...(await nobody()), envelopes: [] }, (shown) => ({ ...shown, envelope: null })),
    ),
    of(
      'a row names a record that is not of its form',
      withRow((row) => ({ [`trace/${A}`]: row, [`rec/${recordIn(row)}`]: '{}' })),
    ),
    of(
      'a row is no text',
      withRow(() => ({ [`trace/${A}`]: Uint8Array.of(0xff, 0) })),
    ),
    of(
      'a row is long',
      withRow(() => ({ [`trace/${A}`]: JSON.stringify('x'.repeat(9000)) })),
    ),
    of(
      'two foreign events of one transaction',
      withRow(() => ({ [`trace/${A}`]: Uint8Array.of(0xff), [`mark/${A} ${PAYLOAD}`]: '{}' }), {
        envelopes: true,
      }),
    ),
    of('an envelope stands for a row', async () =>
      shownAs(await ask(chain(world), { traceId: A, envelopes: true }), (shown) => ({ ...shown, row: null })),
    ),
    of('two records are under one row', async () => {
      const ledger = world.ledger();
      ledger.capture(O, made('make A', 1, A));
      ledger.captureTwice(M, moved('move it', 2, A), moved('move it again', 3, A));
      return ask(ledger, { traceId: A, envelopes: true });
    }),
    of('two records are under one row of a lineage', async () => {
      const ledger = chain(world);
      ledger.captureTwice(M, turned('mill B', 8, [B], [Y]), turned('mill it again', 9, [item('q')], [Y]));
      return ask(ledger, { traceId: Y, direction: 'up', envelopes: true });
    }),
    of('of others only the number of events is known', () => byRecorders({ counted: [M] })),
    of('of others only places are shown', () =>
      byRecorders({ show: ({ leaf }, least) => (leaf.mspId === M ? 'place' : least) }),
    ),
    of('of others events are hidden', () =>
      byRecorders({ show: ({ leaf }, least) => (leaf.mspId === M ? 'hidden' : least) }),
    ),
    of('of a recorder an event is hidden', () =>
      byRecorders({
        show: ({ leaf }, least) => (leaf.mspId === O && leaf.blockNum === 4n ? 'hidden' : least),
      }),
    ),
    of('others fill a lineage beyond its limit', async () => {
      const ledger = chain(world);
      const inputs = Array.from({ length: 20 }, (_, at) => item(`m${at}`));
      ledger.capture(M, turned('claim', 8, inputs, [X]));
      return byRecorders({ limits: { identifiers: 4, events: 100_000 } }, ledger);
    }),
    of('others fill a lineage beyond its limit, and nobody is preferred', async () => {
      const ledger = chain(world);
      const inputs = Array.from({ length: 20 }, (_, at) => item(`m${at}`));
      ledger.capture(M, turned('claim', 8, inputs, [X]));
      return byRecorders({ recorders: null, limits: { identifiers: 4, events: 100_000 } }, ledger);
    }),
    of('a stranger empties a container', async () => {
      const ledger = world.ledger();
      const P = 'https://id.gs1.org/8003/09521234500049009';
      ledger.capture(O, packed('pack', 1, P, A));
      ledger.capture(M, packed('empty it', 2, P, null, 'empty'));
      ledger.capture(O, moved('ship it', 3, P));
      return ask(ledger, { traceId: A, direction: 'up' });
    }),
  ];
}

type Shown = NonNullable<Extract<ProofEvent, { place: Uint8Array }>['shown']>;

/** Every event of a proof, shown otherwise. */
function shownAs(proof: TraceProof, edit: (shown: Shown) => Shown): TraceProof {
  const traces = proof.traces.map((trace): ProofTrace =>
    trace.head === null
      ? trace
      : {
          ...trace,
          trees: trace.trees.map((tree) => ({
            ...tree,
            events: tree.events.map((event) =>
              'place' in event && event.shown !== null ? { ...event, shown: edit(event.shown) } : event,
            ),
          })),
        },
  );
  return { ...proof, traces };
}

function recordIn(row: string): string {
  return /"recordId":"([0-9a-f]{64})"/.exec(row)?.[1] ?? '';
}
