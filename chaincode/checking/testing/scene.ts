import { create, toBinary } from '@bufbuild/protobuf';
import {
  bodyOf,
  compareBytes,
  encodeCheckingHeader,
  HeaderChain,
  sha256,
  utf8,
  type PartLeaf,
} from '@cotrace/core';
import { peer } from '@cotrace/fabric-model';
import type { ChaincodeStub } from 'fabric-shim';
import { decodeRefusal, type RefusalBody } from '../../refusal.js';
import { CheckingChaincode } from '../contract.js';
import { OwnLedger, type OwnCycle, type OwnFacts } from '../own-ledger.js';

export const MEMBERS = ['Org1MSP', 'Org2MSP', 'Org3MSP'];
export const NOW = 1_760_000_000_000;
export const T1 = 10_000;
export const T2 = 30_000;

const hashOf = (text: string): Uint8Array => sha256(utf8(text));

/** Cycles 1 to `count` of a ledger that `seed` names. */
export function someCycles(count: number, seed = ''): OwnCycle[] {
  const cycles: OwnCycle[] = [];
  let chain = HeaderChain.start({
    networkId: hashOf('network'),
    c: 8,
    genesisHeaderHash: hashOf('genesis'),
    membership: hashOf('membership'),
  });
  for (let n = 1; n <= count; n++) {
    const domains = ['_lifecycle', 'goods', 'retail'];
    const parts: PartLeaf[] = domains.map((domain) => ({ domain, hpart: hashOf(`${seed}${domain} ${n}`) }));
    const header = encodeCheckingHeader(
      chain.next({
        parts: parts.length,
        bodyRoot: bodyOf(parts).root,
        cyclePointHeaderHash: hashOf(`point ${n}`),
        intervalSummary: hashOf(`interval ${n}`),
        trieRoot: hashOf(`trie ${n}`),
        anchored: 0n,
        anchorBlock: 0n,
        configBlock: 0n,
        membership: hashOf('membership'),
        rules: 1,
      }),
    );
    chain = chain.extend(header);
    cycles.push({ checkNum: BigInt(n), header, parts });
  }
  return cycles;
}

/** A master that has computed 70 cycles; 4 are recorded and sealed, and cycle 5 is due since `NOW`. */
export const exampleFacts: OwnFacts = {
  networkId: hashOf('network'),
  cycles: someCycles(70),
  recorded: 4n,
  recordedBeyond: [],
  sealed: 4n,
  sealedBeyond: [],
  members: MEMBERS,
  clock: { checkNum: 5n, startedMs: NOW },
  heardMs: [NOW, NOW + T2, NOW + 2 * T2],
  t1Ms: T1,
  t2Ms: T2,
};

export function cycle(checkNum: number): OwnCycle {
  const found = exampleFacts.cycles[checkNum - 1];
  if (found === undefined) throw new Error(`there is no cycle ${checkNum}`);
  return found;
}

/** What a call was answered, read and wrote. */
export interface Outcome {
  readonly status: number;
  readonly payload: Uint8Array;
  readonly refusal: RefusalBody | null;
  readonly reads: readonly string[];
  readonly writes: ReadonlyMap<string, Uint8Array>;
}

export interface Circumstances {
  readonly facts?: Partial<OwnFacts> | null;
  /** The endorser's clock. */
  readonly now?: number;
  readonly proposedMs?: number;
  readonly mspId?: string;
  /** The chaincode that the proposal names. */
  readonly chaincode?: string;
}

/** One namespace's state, and calls of the contract against it as Fabric makes them. */
export class CheckingScene {
  readonly state = new Map<string, Uint8Array>();

  /** Simulates a call; text stands for its bytes. */
  async call(
    name: string,
    args: readonly (string | Uint8Array)[],
    given: Circumstances = {},
  ): Promise<Outcome> {
    const { facts = {}, now = NOW, proposedMs = now, mspId = 'Org1MSP', chaincode = 'checking' } = given;
    const own = facts === null ? null : new OwnLedger({ ...exampleFacts, ...facts }, () => now);
    const reads: string[] = [];
    const writes = new Map<string, Uint8Array>();
    const bytes = [name, ...args].map((arg) => (typeof arg === 'string' ? utf8(arg) : arg));
    const extension = toBinary(
      peer.ChaincodeHeaderExtensionSchema,
      create(peer.ChaincodeHeaderExtensionSchema, { chaincodeId: { name: chaincode } }),
    );
    const stub = {
      getFunctionAndParameters: () => ({ fcn: name, params: [] }),
      getBufferArgs: () => bytes,
      getCreator: () => ({ mspid: mspId, idBytes: new Uint8Array() }),
      getDateTimestamp: () => new Date(proposedMs),
      getSignedProposal: () => ({
        proposal: { header: { channelHeader: { getExtension_asU8: () => extension } } },
      }),
      getState: (key: string) => {
        reads.push(key);
        return Promise.resolve(this.state.get(key) ?? new Uint8Array());
      },
      getStateByRange: (start: string, end: string) => {
        reads.push(`${start}…`);
        return Promise.resolve(iterator(this.#range(start, end)));
      },
      putState: (key: string, value: Uint8Array) => {
        writes.set(key, value);
        return Promise.resolve();
      },
    };
    const contract = new CheckingChaincode(() => own);
    const { status, message, payload } = await contract.Invoke(stub as unknown as ChaincodeStub);
    const refusal = status === 200 ? null : decodeRefusal(message ?? '');
    return { status, payload: payload ?? new Uint8Array(), refusal, reads, writes };
  }

  /** Simulates a call that must be endorsed, and commits it. */
  async submit(
    name: string,
    args: readonly (string | Uint8Array)[],
    given: Circumstances = {},
  ): Promise<Outcome> {
    const outcome = await this.call(name, args, given);
    if (outcome.status !== 200) throw new Error(outcome.refusal?.message ?? String(outcome.status));
    for (const [key, value] of outcome.writes) this.state.set(key, value);
    return outcome;
  }

  #range(start: string, end: string): { readonly key: string; readonly value: Uint8Array }[] {
    const order = (a: string, b: string): number => compareBytes(utf8(a), utf8(b));
    return [...this.state]
      .filter(([key]) => order(start, key) <= 0 && order(key, end) < 0)
      .sort(([a], [b]) => order(a, b))
      .map(([key, value]) => ({ key, value }));
  }
}

function iterator(values: readonly unknown[]): unknown {
  let at = 0;
  return {
    next: () => Promise.resolve({ value: values[at], done: at++ >= values.length }),
    close: () => Promise.resolve(),
  };
}
