import { CotraceError } from '@cotrace/core';
import {
  evaluateIdentities,
  type Identity,
  namespacePolicy,
  type peer,
  type Policy,
  signaturePolicyBytes,
} from '@cotrace/fabric-model';
import type { Ledger } from '../ledger/types.js';

/** Up to so many peers all sets of them are tried. */
const EXHAUSTIVE_LIMIT = 10;

/** A peer that may endorse. */
export interface Candidate {
  readonly mspId: string;
  /** `SerializedIdentity` bytes. */
  readonly identity: Uint8Array;
}

function none(reason: string): CotraceError {
  const message = `no combination of peers can be derived which satisfy the endorsement policy: ${reason}`;
  return new CotraceError('NO_LAYOUT', message);
}

/**
 * Smallest sets of organisations whose peers together satisfy the endorsement policies of all called chaincodes:
 * what Fabric's gateway asks its discovery service (discovery/endorsement). `candidates` are all peers, `installed`
 * says which of them can run a chaincode. Throws `NO_LAYOUT`, in Fabric's words.
 */
export function endorsementLayouts(
  ledger: Ledger | null,
  channelId: string,
  calls: readonly peer.ChaincodeCall[],
  candidates: readonly Candidate[],
  installed: (mspId: string, name: string) => boolean,
): string[][] {
  const policies = calls.flatMap((call) => policiesOf(ledger, channelId, call));
  const identities = new Map(
    candidates.flatMap(({ mspId, identity }) => {
      const known = ledger?.manager.deserialize(identity);
      return known === undefined ? [] : [[mspId, known] as const];
    }),
  );
  const all = minimalSets([...identities.keys()], (mspIds) => satisfies(policies, mspIds, identities));
  if (all.length === 0) throw none('no peer combination can satisfy the endorsement policy');
  const possible = all.filter((mspIds) =>
    mspIds.every((mspId) => calls.every(({ name }) => installed(mspId, name))),
  );
  if (possible.length === 0) throw none('required chaincodes are not installed on sufficient peers');
  return possible;
}

/** Policies of a called chaincode and of the keys that it writes. */
function policiesOf(
  ledger: Ledger | null,
  channelId: string,
  { name, keyPolicies, disregardNamespacePolicy }: peer.ChaincodeCall,
): Policy[] {
  const own = ledger && namespacePolicy(name, contextOf(ledger));
  if (ledger === null || own === null) {
    throw none(`No metadata was found for chaincode ${name} in channel ${channelId}`);
  }
  const { config } = ledger;
  const ofKeys = keyPolicies.map((policy) => config.applicationPolicy(signaturePolicyBytes(policy)));
  return disregardNamespacePolicy ? ofKeys : [own.policy, ...ofKeys];
}

function contextOf(ledger: Ledger): Parameters<typeof namespacePolicy>[1] {
  const { channelId, config, manager } = ledger;
  return { channelId, config, manager, definition: (name) => ledger.definition(name) };
}

function satisfies(
  policies: readonly Policy[],
  mspIds: readonly string[],
  identities: ReadonlyMap<string, Identity>,
): boolean {
  const signers = mspIds.flatMap((mspId) => identities.get(mspId) ?? []);
  return policies.every((policy) => evaluateIdentities(policy, signers));
}

/**
 * Sets of `items` that pass `test` and hold no smaller one that does, smallest first. Of many items it finds only
 * some: those that remain when as many as possible are left out, starting at each item in turn.
 */
export function minimalSets<T>(items: readonly T[], test: (set: readonly T[]) => boolean): T[][] {
  if (items.length > EXHAUSTIVE_LIMIT) return someMinimalSets(items, test);
  const subsets = Array.from({ length: 2 ** items.length - 1 }, (_, i) =>
    items.filter((__, position) => ((i + 1) >> position) % 2 === 1),
  ).sort((a, b) => a.length - b.length);
  const found: T[][] = [];
  for (const set of subsets) {
    const isMinimal = !found.some((smaller) => smaller.every((item) => set.includes(item)));
    if (isMinimal && test(set)) found.push(set);
  }
  return found;
}

function someMinimalSets<T>(items: readonly T[], test: (set: readonly T[]) => boolean): T[][] {
  const found: T[][] = [];
  for (let first = 0; first < items.length; first++) {
    let set = [...items.slice(first), ...items.slice(0, first)];
    if (!test(set)) continue;
    for (const item of [...set].reverse()) {
      const smaller = set.filter((other) => other !== item);
      if (test(smaller)) set = smaller;
    }
    const sorted = items.filter((item) => set.includes(item));
    if (!found.some((other) => other.length === sorted.length && other.every((item) => set.includes(item)))) {
      found.push(sorted);
    }
  }
  return found.sort((a, b) => a.length - b.length);
}
