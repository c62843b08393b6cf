import {
  decodeAttestationBody,
  decodeEventLeaf,
  decodeHead,
  encodeAttestationBody,
  encodeEventLeaf,
  encodeHead,
  leafHash,
  MAX_TREE_SIZE,
  sha256,
  toHex,
  utf8,
  type TraceEvent,
} from '@cotrace/core';
import { prove, type ProofParts } from '../../verifier/trace-proof/testing/prove.js';
import type { ReferenceLedger } from '../../verifier/trace-proof/testing/reference-ledger.js';
import { writeTraceProof } from '../../verifier/trace-proof/proof-file.js';
import type { ProofEvent, ProofTrace, ProofTree, TraceProof } from '../../verifier/trace-proof/types.js';
import type { Forgery, Told } from './trace-proof-cases.js';
import { forgedChanges, toldChanges } from './trace-proof-changes.js';
import { forgedEnvelopes, toldOthers } from './trace-proof-others.js';
import { M, N, O, QUORUM, type ProofWorld } from './trace-proof-scene.js';
import { A, B, chain, corrected, item, made, moved, P, turned, X, Y } from './trace-proof-scenes.js';

type Edit = (proof: TraceProof) => TraceProof;
type EditText = (text: string) => string;

/** Everything that a file under an attested root can try, each by its name and the code that refuses it. */
export function forgeries(world: ProofWorld): Forgery[] {
  const ledger = chain(world);
  const proven = (parts: Partial<ProofParts>) =>
    prove(ledger, { traceId: X, direction: 'up', attestedBy: QUORUM, ...parts });
  let usual: Promise<TraceProof> | null = null;
  /** Most forgeries are made of the same proof. */
  const honest = (parts: Partial<ProofParts> | null = null): Promise<TraceProof> => {
    if (parts !== null) return proven(parts);
    usual ??= proven({});
    return usual;
  };
  const edited = (
    name: string,
    code: string,
    edit: Edit,
    parts: Partial<ProofParts> | null = null,
  ): Forgery => ({
    name,
    code,
    make: async () => ({ proof: writeTraceProof(edit(await honest(parts))) }),
  });
  const rewritten = (name: string, code: string, edit: EditText): Forgery => ({
    name,
    code,
    make: async () => ({ proof: edit(writeTraceProof(await honest())) }),
  });
  /** Under a root that a quorum attested for a trie with another head: what liars of a quorum, or a wrong master, could do. */
  const underHead = (name: string, code: string, head: (honest: Uint8Array) => Uint8Array): Forgery => ({
    name,
    code,
    make: async () => {
      const value = head(encodeHead(ledger.head(A)));
      const proof = await prove(ledger, { traceId: A, attestedBy: QUORUM, heads: new Map([[A, value]]) });
      return { proof: writeTraceProof(proof) };
    },
  });
  const old = async (): Promise<TraceProof> => {
    const before = world.ledger();
    before.capture(O, made('make A', 1, A));
    return prove(before, { traceId: A, attestedBy: QUORUM });
  };
  const mixed = (
    name: string,
    code: string,
    mix: (now: TraceProof, before: TraceProof) => TraceProof,
  ): Forgery => ({
    name,
    code,
    make: async () => ({
      proof: writeTraceProof(mix(await honest({ traceId: A, direction: 'none' }), await old())),
    }),
  });

  return [
    // Absence, and what is left out.
    edited(
      'a head is withheld',
      'WRONG_HEAD',
      inTrace(X, () => ({ traceId: X, head: null })),
    ),
    edited('a head is withheld with the node that shows it', 'PROOF_TOO_SHORT', (proof) => ({
      ...inTrace(X, () => ({ traceId: X, head: null }))(proof),
      nodes: proof.nodes.slice(0, -1),
    })),
    edited(
      'the newest event is left out of the head',
      'WRONG_HEAD',
      inTree(A, O, (tree) => tree, shorterHead),
    ),
    edited(
      'the newest event is left out of its tree',
      'ROOT_MISMATCH',
      inTree(A, O, (tree) => ({ ...tree, events: tree.events.slice(0, 1), path: sha256(utf8('anything')) })),
    ),
    edited(
      'an event is left out and its hash not given',
      'BAD_PROOF_LENGTH',
      inTree(A, O, (tree) => ({ ...tree, events: tree.events.slice(0, 1) })),
    ),
    edited(
      'a path is longer than the events need',
      'BAD_PROOF_LENGTH',
      inTree(A, O, (tree) => ({ ...tree, path: sha256() })),
    ),
    edited(
      'a path shows no event',
      'BAD_PROOF_LENGTH',
      inTree(A, O, (tree) => ({ ...tree, events: [], path: sha256() })),
    ),
    edited(
      'the tree of an organisation is left out',
      'NO_TREE',
      inTrees(A, (trees) => trees.slice(1)),
    ),
    edited(
      'trees are in another order',
      'NO_TREE',
      inTrees(A, (trees) => [...trees].reverse()),
    ),
    edited(
      'a tree is there that no head has',
      'NO_TREE',
      inTrees(A, (trees) => [...trees, ...trees.slice(0, 1)]),
    ),
    mixed('an old head is shown under a new root', 'WRONG_HEAD', (now, before) => ({
      ...now,
      traces: before.traces,
    })),
    mixed('nodes of an old root are shown', 'ROOT_MISMATCH', (now, before) => ({
      ...now,
      nodes: before.nodes,
    })),
    mixed('heads of two blocks are mixed', 'ROOT_MISMATCH', (now, before) => ({ ...before, root: now.root })),
    // Events.
    edited(
      'an event is shown twice',
      'EVENT_ORDER',
      inEvents(A, O, ([a]) => [a, a]),
    ),
    edited(
      'an event is shown at two places',
      'EVENT_ORDER',
      inEvents(A, O, ([a]) => [a, { ...a, index: 1 }]),
    ),
    edited(
      'events are out of order',
      'EVENT_ORDER',
      inEvents(A, O, ([a, b]) => [b, a]),
    ),
    edited(
      'hidden events are out of order',
      'BAD_LEAF_INDEX',
      inEvents(A, O, ([a, b]) => [hidden(b), hidden(a)]),
    ),
    edited(
      'an event is beyond the count',
      'BAD_LEAF_INDEX',
      inEvents(A, O, ([a, b]) => [a, { ...hidden(b), index: 2 }]),
    ),
    edited(
      'a hidden event is another',
      'ROOT_MISMATCH',
      inEvents(A, O, ([a, b]) => [a, { ...hidden(b), hidden: sha256() }]),
    ),
    edited(
      'an inner node passes for an event',
      'BAD_TAG',
      inEvents(A, O, ([a, b]) => [withPlace(a, new Uint8Array(64)), b]),
    ),
    edited(
      'an event of an invalid transaction is shown',
      'ROOT_MISMATCH',
      inLeaf(A, O, 0, { txId: '00'.repeat(32) }),
    ),
    edited('an event is of another place', 'ROOT_MISMATCH', inLeaf(A, O, 0, { domain: 'retail' })),
    edited('the last event is not at the last place', 'EVENT_ORDER', inLeaf(A, O, 1, { txNum: 1 })),
    edited('an event is one of another trace', 'WRONG_TRACE', inLeaf(A, O, 0, { key: `trace/${B}` })),
    edited(
      'a mark is one of another trace',
      'WRONG_TRACE',
      inLeaf(A, O, 0, { key: `mark/${B} ${'0'.repeat(64)}` }),
    ),
    edited('an event is one of another organisation', 'WRONG_ORGANISATION', inLeaf(A, O, 0, { mspId: N })),
    edited(
      'a leaf has bytes behind it',
      'TRAILING_BYTES',
      inEvents(A, O, ([a, b]) => [withPlace(a, longer(a)), b]),
    ),
    edited(
      'a leaf is cut',
      'TRUNCATED',
      inEvents(A, O, ([a, b]) => [withPlace(a, shorter(a)), b]),
    ),
    // Contents.
    edited(
      'a row is altered',
      'WRONG_VALUE',
      inShown(A, O, (shown) => ({ ...shown, row: `${shown.row ?? ''} ` })),
    ),
    edited('a row is that of another transaction', 'WRONG_VALUE', (proof) =>
      inShown(A, O, (shown) => ({ ...shown, row: rowIn(proof, X) }))(proof),
    ),
    edited('a record is altered', 'WRONG_RECORD', (proof) => ({
      ...proof,
      records: proof.records.map((text) => text.replace('commissioning', 'commissionino')),
    })),
    edited('records are exchanged', 'WRONG_RECORD', (proof) => ({
      ...proof,
      records: [...proof.records].reverse(),
    })),
    edited('a record is there twice', 'BAD_PROOF', (proof) => ({
      ...proof,
      records: [...proof.records, ...proof.records.slice(0, 1)],
    })),
    edited('a record is not used', 'BAD_PROOF', (proof) => ({ ...proof, records: [...proof.records, '{}'] })),
    edited(
      'records are not in the order of use',
      'BAD_PROOF',
      inShown(A, O, (shown) => ({ ...shown, record: 1 })),
    ),
    edited(
      'envelopes are exchanged',
      'WRONG_ENVELOPE',
      (proof) => ({ ...proof, envelopes: [...proof.envelopes].reverse() }),
      { envelopes: true },
    ),
    edited(
      'an envelope is there twice',
      'BAD_PROOF',
      (proof) => ({ ...proof, envelopes: [...proof.envelopes, ...proof.envelopes.slice(0, 1)] }),
      { envelopes: true },
    ),
    edited('an envelope is not used', 'BAD_PROOF', (proof) => ({ ...proof, envelopes: [sha256()] })),
    // What was asked.
    edited('a trace is shown that nothing needs', 'NOT_ASKED', (proof) => proof, { besides: [Y] }),
    edited('an absence is shown that nothing needs', 'NOT_ASKED', (proof) => proof, { besides: [item('q')] }),
    edited('a record is shown that nothing needs', 'NOT_ASKED', (proof) => proof, {
      show: (_event, least) => (least === 'row' ? 'record' : least),
    }),
    edited('the trace asked for is not there', 'PROVES_NOTHING', (proof) => ({
      ...proof,
      question: { ...proof.question, traceId: B },
    })),
    edited('traces are in another order', 'BAD_PROOF', (proof) => ({
      ...proof,
      traces: [...proof.traces].reverse(),
    })),
    edited('a trace is there twice', 'BAD_PROOF', (proof) => ({
      ...proof,
      traces: [...proof.traces.slice(0, 1), ...proof.traces],
    })),
    edited('the question names an alias', 'BAD_PROOF', (proof) => ({
      ...proof,
      question: { ...proof.question, traceId: `${X}/` },
    })),
    edited(
      'a trace is one of an alias',
      'BAD_PROOF',
      inTrace(X, (trace) => ({ ...trace, traceId: `${X}/` })),
    ),
    edited('recorders are not sorted', 'BAD_PROOF', (proof) => ({
      ...proof,
      question: { ...proof.question, recorders: [M, O].sort().reverse() },
    })),
    edited('recorders are none', 'BAD_PROOF', (proof) => ({
      ...proof,
      question: { ...proof.question, recorders: [] },
    })),
    edited('limits are higher than there may be', 'BAD_PROOF', (proof) => ({
      ...proof,
      question: { ...proof.question, limits: { identifiers: 10_001, events: 1 } },
    })),
    // Nodes of the trie.
    edited('a node is there twice', 'BAD_TRIE_NODE', (proof) => ({
      ...proof,
      nodes: [...proof.nodes.slice(0, 1), ...proof.nodes],
    })),
    edited('a node is not used', 'PROOF_TOO_LONG', (proof) => ({
      ...proof,
      nodes: [...proof.nodes, ...proof.nodes.slice(0, 1)],
    })),
    edited('a node is missing', 'BAD_TRIE_NODE', (proof) => ({
      ...proof,
      nodes: proof.nodes.toSpliced(1, 1),
    })),
    edited('there are no nodes', 'ROOT_MISMATCH', (proof) => ({ ...proof, nodes: [] })),
    // States under the same root.
    edited(
      'the value of a state is altered',
      'WRONG_VALUE',
      (proof) => ({ ...proof, states: proof.states.map((state) => ({ ...state, value: utf8('x') })) }),
      { states: [{ domain: 'goods', key: `trace/${A}` }] },
    ),
    edited(
      'a state is withheld',
      'WRONG_VALUE',
      (proof) => ({ ...proof, states: proof.states.map((state) => ({ ...state, value: null })) }),
      { states: [{ domain: 'goods', key: `trace/${A}` }] },
    ),
    edited(
      'a state is made up',
      'WRONG_VALUE',
      (proof) => ({ ...proof, states: proof.states.map((state) => ({ ...state, value: utf8('x') })) }),
      { states: [{ domain: 'goods', key: 'meta/none' }] },
    ),
    // Heads that no honest master makes.
    underHead('a head has more peaks than its count', 'TRAILING_BYTES', (head) =>
      Uint8Array.of(...head, ...sha256()),
    ),
    underHead('a head is cut', 'TRUNCATED', (head) => head.slice(0, -1)),
    underHead('a head counts events of blocks to come', 'WRONG_HEAD', (head) =>
      encodeHead(decodeHead(head).map((tree) => ({ ...tree, lastBlock: 8n }))),
    ),
    underHead('a head has no tree', 'BAD_TRACE_HEAD', () => Uint8Array.of(0, 0)),
    // Attestations.
    edited('one organisation attests', 'NO_QUORUM', (proof) => proof, { attestedBy: [O] }),
    edited('one organisation attests twice', 'BAD_PROOF', (proof) => proof, { attestedBy: [O, O] }),
    edited('two organisations attest different roots', 'NO_QUORUM', (proof) => ({
      ...proof,
      root: {
        ...proof.root,
        attestations: proof.root.attestations.map((one, at) =>
          at === 0
            ? one
            : world.attest(
                M,
                encodeAttestationBody({ ...decodeAttestationBody(one.body), trieRoot: sha256() }),
                9n,
              ),
        ),
      },
    })),
    edited('attestations are of another block', 'NO_QUORUM', (proof) => ({
      ...proof,
      root: { ...proof.root, block: proof.root.block + 1n },
    })),
    edited('a signature is altered', 'NO_QUORUM', (proof) => ({
      ...proof,
      root: {
        ...proof.root,
        attestations: proof.root.attestations.map((one) => ({ ...one, unixSeconds: one.unixSeconds + 1n })),
      },
    })),
    edited('attestations are of another network', 'NO_QUORUM', (proof) => ({
      ...proof,
      root: {
        ...proof.root,
        attestations: proof.root.attestations.map((one) =>
          world.attest(
            one.mspId,
            encodeAttestationBody({ ...decodeAttestationBody(one.body), networkId: sha256() }),
            one.unixSeconds,
          ),
        ),
      },
    })),
    edited('one organisation says how far the ledger has come', 'NO_QUORUM', (proof) => ({
      ...proof,
      tips: [world.tip(O, 9n, 1_780_000_100n)],
    })),
    edited('one organisation says twice how far the ledger has come', 'BAD_PROOF', (proof) => ({
      ...proof,
      tips: [O, O].map((mspId) => world.tip(mspId, 9n, 1_780_000_100n)),
    })),
    edited('a tip is altered', 'NO_QUORUM', (proof) => ({
      ...proof,
      tips: QUORUM.map((mspId) => ({ ...world.tip(mspId, 9n, 1_780_000_100n), block: 8n })),
    })),
    edited('a transition is shown that nothing needs', 'BAD_PROOF', (proof) => ({
      ...proof,
      transitions: [{ ...proof.root, envelope: sha256() }],
    })),
    // The file.
    rewritten('a member is there twice', 'DUPLICATE_MEMBER', (text) => text.replace('{', '{"format":"x",')),
    rewritten('a member is unknown', 'BAD_PROOF', (text) => text.replace('{', '{"verdict":"complete",')),
    rewritten('a number is larger than any index', 'BAD_PROOF', (text) =>
      text.replace('"index":0', '"index":4294967296'),
    ),
    rewritten('a number is no whole one', 'BAD_PROOF', (text) => text.replace('"index":0', '"index":0.5')),
    rewritten('a list is empty where it is left out', 'BAD_PROOF', (text) =>
      text.replace('"nodes"', '"tips":[],"nodes"'),
    ),
    rewritten('a leaf is in capital letters', 'BAD_PROOF', (text) =>
      text.replace('"place":"65', '"place":"6E'),
    ),
    rewritten('bytes are in another alphabet', 'BAD_PROOF', (text) => text.replace('"head":"', '"head":"+')),
    rewritten('an absence is said to be false', 'BAD_PROOF', (text) =>
      text.replace('"traces":[', '"traces":[{"traceId":"urn:a:b","absent":false},'),
    ),
    rewritten('rules are those of a later release', 'RULES', (text) =>
      text.replace('"rules":1', '"rules":2'),
    ),
    rewritten('a root is sealed', 'NOT_SUPPORTED', (text) => text.replace('"attested":', '"sealed":')),
    rewritten('the format is another', 'BAD_PROOF', (text) =>
      text.replace('trace-proof.v1', 'trace-proof.v9'),
    ),
    {
      name: 'a state is older than the checkpoint of the trust file',
      code: 'STALE',
      make: async () => {
        const checkpoint = { cycle: '1', hash: toHex(sha256()) };
        const trust = JSON.stringify({ ...(JSON.parse(world.trustText) as object), checkpoint });
        return { proof: writeTraceProof(await honest()), trust };
      },
    },
    ...forgedChanges(world),
    ...forgedEnvelopes(world),
  ];
}

/** What is no forgery, but must be told: each proof holds, and its answer says what is odd. */
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

function inTrace(traceId: string, edit: (trace: ProofTrace) => ProofTrace): Edit {
  return (proof) => ({
    ...proof,
    traces: proof.traces.map((trace) => (trace.traceId === traceId ? edit(trace) : trace)),
  });
}

function inTrees(traceId: string, edit: (trees: readonly ProofTree[]) => readonly ProofTree[]): Edit {
  return inTrace(traceId, (trace) => (trace.head === null ? trace : { ...trace, trees: edit(trace.trees) }));
}

function inTree(
  traceId: string,
  mspId: string,
  edit: (tree: ProofTree) => ProofTree,
  headOf: (head: Uint8Array) => Uint8Array = (head) => head,
): Edit {
  return inTrace(traceId, (trace) =>
    trace.head === null
      ? trace
      : {
          ...trace,
          head: headOf(trace.head),
          trees: trace.trees.map((tree) => (tree.mspId === mspId ? edit(tree) : tree)),
        },
  );
}

type OpenEvent = Extract<ProofEvent, { place: Uint8Array }>;

function inEvents(
  traceId: string,
  mspId: string,
  edit: (events: [OpenEvent, OpenEvent]) => readonly ProofEvent[],
): Edit {
  return inTree(traceId, mspId, (tree) => ({ ...tree, events: edit(tree.events as [OpenEvent, OpenEvent]) }));
}

function inLeaf(traceId: string, mspId: string, at: number, members: Partial<TraceEvent>): Edit {
  return inTree(traceId, mspId, (tree) => ({
    ...tree,
    events: tree.events.map((event) =>
      event.index !== at || 'hidden' in event
        ? event
        : withPlace(event, encodeEventLeaf({ ...decodeEventLeaf(event.place), ...members })),
    ),
  }));
}

function inShown(
  traceId: string,
  mspId: string,
  edit: (shown: NonNullable<OpenEvent['shown']>) => OpenEvent['shown'],
): Edit {
  return inEvents(traceId, mspId, ([a, b]) => [{ ...a, shown: a.shown === null ? null : edit(a.shown) }, b]);
}

function withPlace(event: OpenEvent, place: Uint8Array): OpenEvent {
  return { ...event, place };
}

function hidden({ index, place }: OpenEvent): Extract<ProofEvent, { hidden: Uint8Array }> {
  return { index, hidden: leafHash(place) };
}

function longer({ place }: OpenEvent): Uint8Array {
  return Uint8Array.of(...place, 0);
}

function shorter({ place }: OpenEvent): Uint8Array {
  return place.slice(0, -1);
}

/** The head without its first tree's last event, as far as one can tell without the others. */
function shorterHead(head: Uint8Array): Uint8Array {
  return encodeHead(
    decodeHead(head).map((tree, at) =>
      at === 0 ? { ...tree, count: 1, peaks: tree.peaks.slice(0, 1) } : tree,
    ),
  );
}

function rowIn({ traces }: TraceProof, traceId: string): string {
  const trace = traces.find((one) => one.traceId === traceId);
  const [event] = trace === undefined || trace.head === null ? [] : (trace.trees[0]?.events ?? []);
  return event !== undefined && 'place' in event ? (event.shown?.row ?? '') : '';
}
