import { sha256, toHex, utf8 } from '@cotrace/core';
import { writeTraceProof } from '../../verifier/trace-proof/proof-file.js';
import type { Forgery } from './trace-proof-cases.js';
import { forgedChanges } from './trace-proof-changes.js';
import { inTrace } from './trace-proof-edits.js';
import { forgedEvents } from './trace-proof-forged-events.js';
import { forgedRoots } from './trace-proof-forged-roots.js';
import { Forger } from './trace-proof-forger.js';
import { forgedEnvelopes } from './trace-proof-others.js';
import { M, O, type ProofWorld } from './trace-proof-scene.js';
import { A, B, item, X, Y } from './trace-proof-scenes.js';

/** Everything that a file under an attested root can try, each by its name and the code that refuses it. */
export function forgeries(world: ProofWorld): Forgery[] {
  const forger = new Forger(world);
  return [
    ...forgedEvents(forger),
    ...forgedQuestions(forger),
    ...forgedRoots(forger),
    ...forgedFiles(forger),
    ...forgedChanges(world),
    ...forgedEnvelopes(world),
  ];
}

/** What was asked, nodes of the trie, and states under the same root. */
function forgedQuestions(forger: Forger): Forgery[] {
  return [
    // What was asked.
    forger.edited('a trace is shown that nothing needs', 'NOT_ASKED', (proof) => proof, { besides: [Y] }),
    forger.edited('an absence is shown that nothing needs', 'NOT_ASKED', (proof) => proof, {
      besides: [item('q')],
    }),
    forger.edited('a record is shown that nothing needs', 'NOT_ASKED', (proof) => proof, {
      show: (_event, least) => (least === 'row' ? 'record' : least),
    }),
    forger.edited('the trace asked for is not there', 'PROVES_NOTHING', (proof) => ({
      ...proof,
      question: { ...proof.question, traceId: B },
    })),
    forger.edited('traces are in another order', 'BAD_PROOF', (proof) => ({
      ...proof,
      traces: [...proof.traces].reverse(),
    })),
    forger.edited('a trace is there twice', 'BAD_PROOF', (proof) => ({
      ...proof,
      traces: [...proof.traces.slice(0, 1), ...proof.traces],
    })),
    forger.edited('the question names an alias', 'BAD_PROOF', (proof) => ({
      ...proof,
      question: { ...proof.question, traceId: `${X}/` },
    })),
    forger.edited(
      'a trace is one of an alias',
      'BAD_PROOF',
      inTrace(X, (trace) => ({ ...trace, traceId: `${X}/` })),
    ),
    forger.edited('recorders are not sorted', 'BAD_PROOF', (proof) => ({
      ...proof,
      question: { ...proof.question, recorders: [M, O].sort().reverse() },
    })),
    forger.edited('recorders are none', 'BAD_PROOF', (proof) => ({
      ...proof,
      question: { ...proof.question, recorders: [] },
    })),
    forger.edited('limits are higher than there may be', 'BAD_PROOF', (proof) => ({
      ...proof,
      question: { ...proof.question, limits: { identifiers: 10_001, events: 1 } },
    })),
    // Nodes of the trie.
    forger.edited('a node is there twice', 'BAD_TRIE_NODE', (proof) => ({
      ...proof,
      nodes: [...proof.nodes.slice(0, 1), ...proof.nodes],
    })),
    forger.edited('a node is not used', 'PROOF_TOO_LONG', (proof) => ({
      ...proof,
      nodes: [...proof.nodes, ...proof.nodes.slice(0, 1)],
    })),
    forger.edited('a node is missing', 'BAD_TRIE_NODE', (proof) => ({
      ...proof,
      nodes: proof.nodes.toSpliced(1, 1),
    })),
    forger.edited('there are no nodes', 'ROOT_MISMATCH', (proof) => ({ ...proof, nodes: [] })),
    // States under the same root.
    forger.edited(
      'the value of a state is altered',
      'WRONG_VALUE',
      (proof) => ({ ...proof, states: proof.states.map((state) => ({ ...state, value: utf8('x') })) }),
      { states: [{ domain: 'goods', key: `trace/${A}` }] },
    ),
    forger.edited(
      'a state is withheld',
      'WRONG_VALUE',
      (proof) => ({ ...proof, states: proof.states.map((state) => ({ ...state, value: null })) }),
      { states: [{ domain: 'goods', key: `trace/${A}` }] },
    ),
    forger.edited(
      'a state is made up',
      'WRONG_VALUE',
      (proof) => ({ ...proof, states: proof.states.map((state) => ({ ...state, value: utf8('x') })) }),
      { states: [{ domain: 'goods', key: 'meta/none' }] },
    ),
  ];
}

/** The text of the file. */
function forgedFiles(forger: Forger): Forgery[] {
  return [
    forger.rewritten('a member is there twice', 'DUPLICATE_MEMBER', (text) =>
      text.replace('{', '{"format":"x",'),
    ),
    forger.rewritten('a member is unknown', 'BAD_PROOF', (text) =>
      text.replace('{', '{"verdict":"complete",'),
    ),
    forger.rewritten('a number is larger than any index', 'BAD_PROOF', (text) =>
      text.replace('"index":0', '"index":4294967296'),
    ),
    forger.rewritten('a number is no whole one', 'BAD_PROOF', (text) =>
      text.replace('"index":0', '"index":0.5'),
    ),
    forger.rewritten('a list is empty where it is left out', 'BAD_PROOF', (text) =>
      text.replace('"nodes"', '"tips":[],"nodes"'),
    ),
    forger.rewritten('a leaf is in capital letters', 'BAD_PROOF', (text) =>
      text.replace('"place":"65', '"place":"6E'),
    ),
    forger.rewritten('bytes are in another alphabet', 'BAD_PROOF', (text) =>
      text.replace('"head":"', '"head":"+'),
    ),
    forger.rewritten('an absence is said to be false', 'BAD_PROOF', (text) =>
      text.replace('"traces":[', '"traces":[{"traceId":"urn:a:b","absent":false},'),
    ),
    forger.rewritten('rules are those of a later release', 'RULES', (text) =>
      text.replace('"rules":1', '"rules":2'),
    ),
    forger.rewritten('a root is sealed', 'NOT_SUPPORTED', (text) => text.replace('"attested":', '"sealed":')),
    forger.rewritten('the format is another', 'BAD_PROOF', (text) =>
      text.replace('trace-proof.v1', 'trace-proof.v9'),
    ),
    {
      name: 'a state is older than the checkpoint of the trust file',
      code: 'STALE',
      make: async () => {
        const checkpoint = { cycle: '1', hash: toHex(sha256()) };
        const trust = JSON.stringify({ ...(JSON.parse(forger.world.trustText) as object), checkpoint });
        return { proof: writeTraceProof(await forger.honest()), trust };
      },
    },
  ];
}
