import { capture, DomainCache, define, exampleDefinition } from '@cotrace/chaincode';
import {
  canonicalJson,
  DOMAIN_KEY,
  fromUtf8,
  rowsAndMarks,
  sha256,
  toHex,
  traceKey,
  utf8,
  type ClientRecord,
  type Hint,
  type Role,
  type TraceRow,
} from '@cotrace/core';
import { create, toBinary } from '@bufbuild/protobuf';
import { peer } from '@cotrace/fabric-model';
import { timeOf } from './block-maker.js';
import type { CallAnswer, LedgerBlock, LedgerCall, Workload } from './ledger-call.js';
import type { LedgerNetwork } from './ledger-network.js';
import type { LedgerView } from './ledger-state.js';
import type { Simulation } from './simulation.js';

/** Records of products, of which some have a history that experiments ask for (seed 002, section 6). */
export interface TraceSetting {
  readonly domains: readonly string[];
  /** Transactions of a block, on average. */
  readonly perBlock: number;
  /** Depth of the chain. */
  readonly blocks: number;
  /** Share of the transactions that belong to traced products, 0…1: density of what is asked for. At least one story runs. */
  readonly density: number;
  /** Events of a traced product from its first to its last, at least 1: depth of its history. */
  readonly length: number;
  /**
   * Products that each event of a traced product makes of one (`one-to-many`), or takes for one (`many-to-one`). With 1 the
   * product keeps its identifier, and is seen `length` times.
   */
  readonly bifurcation: number;
  readonly shape: 'one-to-many' | 'many-to-one';
}

/** An identifier and its role in a record. */
type Named = readonly [id: string, role: Role];

const CACHE = new DomainCache();

/**
 * A ledger of records as the trace contract writes them, with its own rules. Traced products go from domain to domain, each
 * one event a block; a new one begins where one ends. All other records are of products that are recorded once.
 */
export function traceWorkload(network: LedgerNetwork, setting: TraceSetting): Workload {
  return { chaincodes: setting.domains, blocks: (view) => blocksOf(network, setting, view) };
}

/** Identifier of a traced product: the `story`th that began, after its event `step` (from 0), the `branch`th of it (from 0). */
export function tracedId(setting: TraceSetting, story: number, step: number, branch = 0): string {
  const serial = setting.bifurcation === 1 ? `${story}` : `${story}-${step}-${branch}`;
  return `https://id.gs1.org/01/09506000134352/21/t${serial}`;
}

/** Traced products under way at a time. */
export function storiesAtATime({ perBlock, density, bifurcation, shape }: TraceSetting): number {
  const calls = shape === 'many-to-one' ? bifurcation : 1;
  return Math.max(1, Math.round((perBlock * density) / calls));
}

function* blocksOf(network: LedgerNetwork, setting: TraceSetting, view: LedgerView): Generator<LedgerBlock> {
  yield setting.domains.map((domain) => definitionCall(network, domain));
  const stories = storiesAtATime(setting);
  for (let i = 0; i < setting.blocks; i++) {
    const records = Array.from({ length: stories }, (_, place) => storyRecords(setting, stories, place, i));
    const calls = records.flat().map((traces, txNum) => ({ traces, label: `${i}/${txNum}` }));
    while (calls.length < setting.perBlock) {
      const label = `${i}/${calls.length}`;
      const id = `https://id.gs1.org/01/09506000134352/21/o${i}-${calls.length}`;
      calls.push({ traces: [[id, 'subject']], label });
    }
    yield calls.map(({ traces, label }, txNum) => {
      const domain = setting.domains[(i + txNum) % setting.domains.length] ?? '';
      return captureCall(network, domain, recordOf(traces, label, i), txNum % network.size, view);
    });
  }
}

/** The records of the story at `place` in block `i` of the workload: its event, and new products that its next one takes. */
function storyRecords(setting: TraceSetting, stories: number, place: number, i: number): Named[][] {
  const { length, bifurcation, shape } = setting;
  const step = i % length;
  const story = place + stories * Math.floor(i / length);
  const id = (at: number, branch = 0) => tracedId(setting, story, at, branch);
  const branches = (at: number, role: Role): Named[] =>
    Array.from({ length: bifurcation }, (_, branch) => [id(at, branch), role]);
  if (bifurcation === 1) return [[[id(step), 'subject']]];
  if (shape === 'one-to-many') {
    return [step === 0 ? [[id(0), 'subject']] : [[id(step - 1), 'input'], ...branches(step, 'output')]];
  }
  const event: Named[] =
    step === 0 ? [[id(0), 'subject']] : [...branches(step - 1, 'input'), [id(step), 'output']];
  if (step === length - 1) return [event];
  return [
    event,
    ...branches(step, 'subject')
      .slice(1)
      .map((one) => [one]),
  ];
}

function recordOf(traces: readonly Named[], label: string, i: number): ClientRecord {
  const of = (role: Role) => traces.filter((one) => one[1] === role).map(([id]) => id);
  const isMade = of('output').length > 0;
  return {
    step: 'inspecting',
    eventTime: new Date(timeOf(BigInt(i))).toISOString(),
    bond: null,
    change: isMade ? null : 'see',
    traces: traces.map(([id, role]) => ({ id, role, lot: null, amounts: null })),
    data: {
      type: isMade ? 'TransformationEvent' : 'ObjectEvent',
      ...(isMade
        ? { inputEPCList: of('input'), outputEPCList: of('output') }
        : { action: 'OBSERVE', epcList: of('subject') }),
      eventTimeZoneOffset: '+00:00',
      disposition: 'in_progress',
      readPoint: { id: 'urn:epc:id:sgln:9506000.00001.1' },
      bizLocation: { id: 'urn:epc:id:sgln:9506000.00001.0' },
    },
    eventHash: `ni:///sha-256;${toHex(sha256(utf8(label)))}?ver=CBV2.0`,
    eventID: null,
    corrects: null,
  };
}

function captureCall(
  network: LedgerNetwork,
  domain: string,
  record: ClientRecord,
  organisation: number,
  view: LedgerView,
): LedgerCall {
  const texts = [
    canonicalJson(record),
    canonicalJson(rowsAndMarks(record).rows.map((id) => hintOf(view, domain, id))),
  ] as const;
  const { mspId } = network.organisation(organisation);
  return {
    chaincode: domain,
    organisation,
    args: ['capture', ...texts],
    run: async (simulation) => {
      const events: NonNullable<CallAnswer['event']>[] = [];
      const stub = simulation.stub(domain, {
        setEvent: (name: string, payload: Uint8Array) => {
          events.push({ name, payload });
        },
      });
      const standing = CACHE.get(simulation.get(domain, DOMAIN_KEY) ?? new Uint8Array());
      const captured = await capture(stub, mspId, standing, ...texts);
      const [event] = events;
      return { answer: canonicalJson(captured), ...(event !== undefined && { event }) };
    },
  };
}

/** What a client is told of an identifier before it captures. */
function hintOf(view: LedgerView, domain: string, id: string): Hint {
  const held = view.get(domain, traceKey(id));
  if (held === null) return { id, preTraceTxId: null, preTraceHash: null };
  const { txId } = JSON.parse(fromUtf8(held.value)) as TraceRow;
  const hash = view.headerHash(held.version.blockNum);
  return { id, preTraceTxId: txId, preTraceHash: hash === null ? null : toHex(hash) };
}

/** The call with which an administrator says what a domain is. */
function definitionCall(network: LedgerNetwork, domain: string): LedgerCall {
  const text = canonicalJson({ ...exampleDefinition, name: domain });
  const { certificate } = network.organisation(0).admin;
  const extension = create(peer.ChaincodeHeaderExtensionSchema, { chaincodeId: { name: domain } });
  const channelHeader = {
    getExtension_asU8: () => toBinary(peer.ChaincodeHeaderExtensionSchema, extension),
  };
  const proposal = { getSignedProposal: () => ({ proposal: { header: { channelHeader } } }) };
  const contextOf = (simulation: Simulation) =>
    ({
      stub: simulation.stub(domain, proposal),
      clientIdentity: { getIDBytes: () => utf8(certificate) },
    }) as unknown as Parameters<typeof define>[0];
  return {
    chaincode: domain,
    organisation: 0,
    isAdmin: true,
    args: ['define', text],
    run: async (simulation) => ({ answer: canonicalJson(await define(contextOf(simulation), text)) }),
  };
}
