import {
  checkTraceId,
  compareBytes,
  CotraceError,
  formatU64,
  HASH_LENGTH,
  isDomainName,
  isObject,
  MAX_EVENT_LEAF_BYTES,
  MAX_MSP_ID_BYTES,
  MAX_TRIE_VALUE,
  parseStrictJson,
  Shape,
  toBase64url,
  toHex,
  utf8,
  type Attestation,
  type JsonValue,
} from '@cotrace/core';
import { LINEAGE_LIMITS } from '../lineage/lineage.js';
import { DIRECTIONS } from '../lineage/types.js';
import { MAX_CERTIFICATE_BYTES, MAX_SIGNATURE_BYTES } from '../main-block/attestation.js';
import { MAX_TRANSITIONS } from '../proof/transitions.js';
import type {
  ProofEvent,
  ProofState,
  ProofTrace,
  ProofTree,
  ShownContent,
  Tip,
  TraceProof,
  TraceQuestion,
  Transition,
} from './types.js';

export const TRACE_PROOF = 'cotrace.trace-proof.v1';
/** The largest proof file that is read. */
export const MAX_TRACE_PROOF_BYTES = 256 * 1024 * 1024;
export const MAX_TRACES = 10_000;
export const MAX_EVENTS = 100_000;
export const MAX_NODES = 100_000;
/** How a question is answered from what is attested. It is not the number of the rules by which masters attest. */
const QUESTION_RULES = 1;

const MAX_STATES = 1000;
const MAX_ATTESTATIONS = 1000;
/** 65,535 domains with a name of 128 bytes, its length and an amount each, and some 250 bytes more. */
const MAX_BODY_BYTES = 65_535 * (4 + 128 + 4) + 512;
const MAX_ENVELOPE_BYTES = 100 * 1024 * 1024;
/** A branch of 16 hashes, or a leaf, with the longest value, the codes of lengths, and a path. */
const MAX_NODE_BYTES = MAX_TRIE_VALUE + 1024;
/** A tree of 2^32−1 events has 32 levels. */
const MAX_PATH_BYTES = 32 * HASH_LENGTH * MAX_EVENTS;
const MAX_STATE_VALUE_BYTES = 16 * 1024 * 1024;
/** Most organisations that a question can name as recorders. */
export const MAX_RECORDERS = 1000;

/** The proof as the text of a file (docs/formats.md, Trace proof): there is one text for it. */
export function writeTraceProof(proof: TraceProof): string {
  const { question, root, transitions, tips, states } = proof;
  const file = {
    format: TRACE_PROOF,
    question: {
      traceId: question.traceId,
      direction: question.direction,
      recorders: question.recorders,
      limits: { identifiers: question.limits.identifiers, events: question.limits.events },
      rules: QUESTION_RULES,
    },
    root: {
      attested: {
        block: formatU64(root.block),
        attestations: root.attestations.map((attestation) => attestationJson(attestation)),
      },
    },
    ...(transitions.length > 0 && { transitions: transitions.map((one) => transitionJson(one)) }),
    ...(tips.length > 0 && { tips: tips.map((tip) => tipJson(tip)) }),
    nodes: proof.nodes.map(toBase64url),
    records: proof.records,
    envelopes: proof.envelopes.map(toBase64url),
    traces: proof.traces.map((trace) => traceJson(trace)),
    ...(states.length > 0 && { states: states.map((state) => stateJson(state)) }),
  };
  return `${JSON.stringify(file)}\n`;
}

function attestationJson({ body, unixSeconds, mspId, certificate, signature }: Attestation) {
  return {
    body: toBase64url(body),
    unixSeconds: formatU64(unixSeconds),
    mspId,
    certificate: toBase64url(certificate),
    signature: toBase64url(signature),
  };
}

function transitionJson({ block, attestations, envelope }: Transition) {
  return {
    block: formatU64(block),
    attestations: attestations.map((attestation) => attestationJson(attestation)),
    envelope: toBase64url(envelope),
  };
}

function tipJson(tip: Tip) {
  return {
    block: formatU64(tip.block),
    headerHash: toBase64url(tip.headerHash),
    trieRoot: toBase64url(tip.trieRoot),
    unixSeconds: formatU64(tip.unixSeconds),
    mspId: tip.mspId,
    certificate: toBase64url(tip.certificate),
    signature: toBase64url(tip.signature),
  };
}

function traceJson(trace: ProofTrace) {
  if (trace.head === null) return { traceId: trace.traceId, absent: true };
  const trees = trace.trees.map(({ mspId, events, path }) => ({
    mspId,
    events: events.map((event) => eventJson(event)),
    path: toBase64url(path),
  }));
  return { traceId: trace.traceId, head: toBase64url(trace.head), trees };
}

function eventJson(event: ProofEvent) {
  if ('hidden' in event) return { index: event.index, hidden: toBase64url(event.hidden) };
  // Its transaction id is in the row in hexadecimal too: what packs a file writes it once.
  const place = { index: event.index, place: toHex(event.place) };
  if (event.shown === null) return place;
  const { row, record, envelope } = event.shown;
  return {
    ...place,
    ...(row !== null && { row }),
    ...(record !== null && { record }),
    ...(envelope !== null && { envelope }),
  };
}

function stateJson({ domain, key, value }: ProofState) {
  return { domain, key, value: value === null ? null : toBase64url(value) };
}

/** What proofs were before release 0.1.0. */
const RECORDS_PROOF = 'cotrace.records-proof.v1';

function recordsProof(): CotraceError {
  return new CotraceError(
    'NOT_SUPPORTED',
    'this is a records proof, which only releases before 0.1.0 read; have the proof written again',
    { format: RECORDS_PROOF },
  );
}

/**
 * Reads the text of a proof file; nothing in it is believed yet. Throws `BAD_PROOF`, naming the member, `RULES` for a
 * proof by rules of another release, `NOT_SUPPORTED` for a sealed root, and what `parseStrictJson` throws.
 */
export function readTraceProof(text: string): TraceProof {
  return traceProofOf(parseStrictJson(text, MAX_TRACE_PROOF_BYTES));
}

/** As `readTraceProof`, of the JSON of the file. */
export function traceProofOf(json: JsonValue): TraceProof {
  if (isObject(json) && json['format'] === RECORDS_PROOF) throw recordsProof();
  const root = new Shape(json, { code: 'BAD_PROOF', locate: () => 'proof' });
  root.at('format').oneOf([TRACE_PROOF]);
  root.only([
    'format',
    'question',
    'root',
    'transitions',
    'tips',
    'nodes',
    'records',
    'envelopes',
    'traces',
    'states',
  ]);
  const question = questionOf(root.at('question'));
  const [records, envelopes] = [root.at('records').items(MAX_EVENTS), root.at('envelopes').items(MAX_EVENTS)];
  const budget = { events: MAX_EVENTS };
  return {
    question,
    root: rootOf(root.at('root')),
    transitions: listed(root, 'transitions', MAX_TRANSITIONS).map((shape) => transitionOf(shape)),
    tips: listed(root, 'tips', MAX_ATTESTATIONS).map((shape) => tipOf(shape)),
    nodes: root
      .at('nodes')
      .items(MAX_NODES)
      .map((node) => node.bytes(MAX_NODE_BYTES)),
    records: records.map((record) => record.text()),
    envelopes: envelopes.map((envelope) => envelope.bytes(MAX_ENVELOPE_BYTES)),
    traces: root
      .at('traces')
      .items(MAX_TRACES, 1)
      .map((shape) => traceOf(shape, budget)),
    states: listed(root, 'states', MAX_STATES).map((shape) => stateOf(shape)),
  };
}

/** A list that is left out where it would be empty. */
function listed(root: Shape, name: string, most: number): Shape[] {
  return root.names().includes(name) ? root.at(name).items(most, 1) : [];
}

function questionOf(shape: Shape): TraceQuestion {
  shape.only(['traceId', 'direction', 'recorders', 'limits', 'rules']);
  const rules = shape.at('rules').integer(0, 0xffff);
  if (rules !== QUESTION_RULES) {
    const message = `the proof uses rules ${rules}, and this release only knows rules ${QUESTION_RULES}; use a newer release`;
    throw new CotraceError('RULES', message, { rules, known: QUESTION_RULES });
  }
  const [limits, recorders] = [shape.at('limits'), shape.at('recorders')];
  limits.only(['identifiers', 'events']);
  return {
    traceId: traceIdOf(shape.at('traceId')),
    direction: shape.at('direction').oneOf(DIRECTIONS),
    recorders: recorders.isNull() ? null : recordersOf(recorders),
    limits: {
      identifiers: limits.at('identifiers').integer(1, LINEAGE_LIMITS.identifiers),
      events: limits.at('events').integer(1, LINEAGE_LIMITS.events),
    },
  };
}

function traceIdOf(shape: Shape): string {
  return shape.parse('an identifier in its canonical form', (text) => {
    checkTraceId(text);
    return text;
  });
}

function recordersOf(shape: Shape): string[] {
  const rule = `an MSP id, 1 to ${MAX_MSP_ID_BYTES} bytes`;
  const ids = shape.items(MAX_RECORDERS, 1).map((id) => {
    const mspId = id.text({ rule, least: 1 });
    return utf8(mspId).length <= MAX_MSP_ID_BYTES ? mspId : id.wrong(rule);
  });
  checkRising(ids, shape);
  return ids;
}

function rootOf(shape: Shape): TraceProof['root'] {
  if (shape.names().includes('sealed')) {
    const message = 'the proof is under a sealed root, which this release does not know; use a newer one';
    throw new CotraceError('NOT_SUPPORTED', message);
  }
  const attested = shape.only(['attested']).at('attested').only(['block', 'attestations']);
  return { block: attested.at('block').u64(), attestations: attestationsOf(attested.at('attestations')) };
}

function attestationsOf(shape: Shape): Attestation[] {
  return shape.items(MAX_ATTESTATIONS, 1).map((item) => {
    item.only(['body', 'unixSeconds', 'mspId', 'certificate', 'signature']);
    return { body: item.at('body').bytes(MAX_BODY_BYTES), ...signedOf(item) };
  });
}

function signedOf(shape: Shape): Omit<Attestation, 'body'> {
  return {
    unixSeconds: shape.at('unixSeconds').u64(),
    mspId: shape.at('mspId').text(),
    certificate: shape.at('certificate').bytes(MAX_CERTIFICATE_BYTES),
    signature: shape.at('signature').bytes(MAX_SIGNATURE_BYTES),
  };
}

function transitionOf(shape: Shape): Transition {
  shape.only(['block', 'attestations', 'envelope']);
  return {
    block: shape.at('block').u64(),
    attestations: attestationsOf(shape.at('attestations')),
    envelope: shape.at('envelope').bytes(MAX_ENVELOPE_BYTES),
  };
}

function tipOf(shape: Shape): Tip {
  shape.only(['block', 'headerHash', 'trieRoot', 'unixSeconds', 'mspId', 'certificate', 'signature']);
  return {
    block: shape.at('block').u64(),
    headerHash: hashOf(shape.at('headerHash')),
    trieRoot: hashOf(shape.at('trieRoot')),
    ...signedOf(shape),
  };
}

function hashOf(shape: Shape): Uint8Array {
  const hash = shape.bytes(HASH_LENGTH);
  return hash.length === HASH_LENGTH ? hash : shape.wrong(`${HASH_LENGTH} bytes in base64url`);
}

function traceOf(shape: Shape, budget: { events: number }): ProofTrace {
  const traceId = traceIdOf(shape.at('traceId'));
  if (shape.names().includes('absent')) {
    const absent = shape.only(['traceId', 'absent']).at('absent');
    return absent.boolean() ? { traceId, head: null } : absent.wrong('true, or left out');
  }
  shape.only(['traceId', 'head', 'trees']);
  const trees = shape
    .at('trees')
    .items(MAX_EVENTS)
    .map((tree) => treeOf(tree, budget));
  return { traceId, head: shape.at('head').bytes(MAX_TRIE_VALUE), trees };
}

function treeOf(shape: Shape, budget: { events: number }): ProofTree {
  shape.only(['mspId', 'events', 'path']);
  const events = shape.at('events').items(budget.events);
  budget.events -= events.length;
  return {
    mspId: shape.at('mspId').text(),
    events: events.map((event) => eventOf(event)),
    path: shape.at('path').bytes(MAX_PATH_BYTES),
  };
}

function eventOf(shape: Shape): ProofEvent {
  const names = new Set(shape.names());
  const index = shape.at('index').integer(0, 0xffffffff);
  if (names.has('hidden')) {
    shape.only(['index', 'hidden']);
    return { index, hidden: hashOf(shape.at('hidden')) };
  }
  const isShown = names.has('row') || names.has('envelope');
  shape.only(['index', 'place', ...(isShown ? ['row', 'record', 'envelope'] : [])]);
  const shown = isShown ? contentOf(shape, names) : null;
  return { index, place: shape.at('place').hex(MAX_EVENT_LEAF_BYTES), shown };
}

function contentOf(shape: Shape, names: ReadonlySet<string>): ShownContent {
  const place = (name: string): number | null =>
    names.has(name) ? shape.at(name).integer(0, MAX_EVENTS - 1) : null;
  const row = names.has('row') ? shape.at('row').text() : null;
  return { row, record: place('record'), envelope: place('envelope') };
}

function stateOf(shape: Shape): ProofState {
  shape.only(['domain', 'key', 'value']);
  const [domain, value] = [shape.at('domain'), shape.at('value')];
  return {
    domain: isDomainName(domain.text()) ? domain.text() : domain.wrong('the name of a domain'),
    key: shape.at('key').text(),
    value: value.isNull() ? null : value.bytes(MAX_STATE_VALUE_BYTES),
  };
}

/** By their bytes, each once. */
function checkRising(ids: readonly string[], shape: Shape): void {
  const bytes = ids.map((id) => utf8(id));
  if (bytes.some((id, at) => at > 0 && compareBytes(bytes[at - 1] ?? id, id) >= 0)) {
    shape.fail('must be sorted, each once');
  }
}
