import {
  CotraceError,
  equalBytes,
  fromHex,
  HeaderChain,
  isCotraceError,
  networkId,
  packHeader,
  unpackHeader,
  unpackWideHeader,
  type ChainOrigin,
  type CheckingHeader,
} from '@cotrace/core';
import type { SignatureVerifier } from '@cotrace/fabric-model';
import { mainConfig, type MainConfig } from '@cotrace/verifier';
import type { Consortium } from '../../consortium/consortium.js';
import { agreedCheckpoint, networkIdentity } from '../../consortium/network-terms.js';
import { configOfEnvelope } from '../../fabric/configuration.js';
import type { RowWrite } from '../../node/store.js';
import type { DomainStore } from '../domain-store.js';
import { isGenesisConfig } from '../genesis.js';
import { configAt } from './cycle-point.js';
import {
  cycleOf,
  cycleOfHeader,
  headerKey,
  HEADERS,
  NEWEST_HEADER,
  newestRow,
  readNewest,
  ROWS,
  rowOf,
} from './cycle-rows.js';

/** The network that headers are of, and how signatures are checked. */
export interface HeaderTerms {
  readonly consortium: Consortium;
  readonly verifier: SignatureVerifier;
}

/**
 * The chain of the sealed headers in a store, each worked out again from the one before, so that a damaged one shows. Null where
 * there is no configuration of block 0 to begin from: before block 0, and in a store from before there were cycles whose network
 * changed its configuration since. Throws `STORE_DAMAGED`.
 */
export async function keptChain(store: DomainStore, terms: HeaderTerms): Promise<HeaderChain | null> {
  const row = store.row(NEWEST_HEADER);
  if (row === null) return firstChain(store, terms);
  const { checkNum, headerHash, firstMembership } = readNewest(row);
  const chain = await replayed(store, originOf(terms, firstMembership));
  if (chain.count === checkNum && equalBytes(chain.hash, headerHash)) return chain;
  throw damaged('the sealed headers in the store are not those that were verified');
}

/** The rows of a header that comes after `chain`. */
export function headerRows(chain: HeaderChain, header: CheckingHeader, headerHash: Uint8Array): RowWrite[] {
  return [
    { key: headerKey(header.checkNum), bytes: packHeader(header, chain) },
    newestRow(header.checkNum, headerHash, chain.origin.membership),
  ];
}

/**
 * The configuration whose members seal the header after `chain`. Throws `STORE_DAMAGED` where the store has it no more, or another
 * one than the newest header names.
 */
export async function sealingConfig(
  store: DomainStore,
  chain: HeaderChain,
  { verifier }: HeaderTerms,
): Promise<MainConfig> {
  const config = await configOfCycle(store, chain.count, verifier);
  if (equalBytes(config.hash, chain.membership)) return config;
  throw damaged(`the configuration that the store has of cycle ${chain.count} is not that of its header`);
}

/**
 * Where the consortium has agreed on cycle `checkNum`, whose last block the node has verified: the hash of its header, and the
 * configuration in force after it, whose members seal it in place of those that are gone. Throws `STORE_DAMAGED`.
 */
export async function agreedConfig(
  store: DomainStore,
  checkNum: bigint,
  { consortium, verifier }: HeaderTerms,
): Promise<{ readonly hash: Uint8Array; readonly config: MainConfig } | null> {
  const checkpoint = agreedCheckpoint(consortium);
  if (checkpoint?.cycle !== checkNum) return null;
  return { hash: checkpoint.hash, config: await configOfCycle(store, checkNum, verifier) };
}

/** Keeps the configuration of a store from before there were cycles where it still is that of block 0. */
export async function adoptConfig(store: DomainStore, { consortium }: HeaderTerms): Promise<void> {
  const config = store.checkpoint()?.configBlock ?? null;
  if (config === null || !isGenesisConfig(config, consortium.channels.main.genesisHeaderHash)) return;
  if ((await configAt(store, 0n)) !== null) return;
  await store.commitRows([{ key: rowOf(ROWS.config, 0n), bytes: config }]);
}

async function configOfCycle(
  store: DomainStore,
  checkNum: bigint,
  verifier: SignatureVerifier,
): Promise<MainConfig> {
  const envelope = await configAt(store, checkNum);
  if (envelope === null) throw damaged(`the store has no configuration of cycle ${checkNum}`);
  return mainConfig(configOfEnvelope(envelope), verifier);
}

async function firstChain(store: DomainStore, terms: HeaderTerms): Promise<HeaderChain | null> {
  const envelope = await configAt(store, 0n);
  if (envelope === null) return null;
  if (!isGenesisConfig(envelope, terms.consortium.channels.main.genesisHeaderHash)) {
    throw damaged('the configuration of block 0 in the store is not that of the network');
  }
  return HeaderChain.start(originOf(terms, mainConfig(configOfEnvelope(envelope), terms.verifier).hash));
}

async function replayed(store: DomainStore, origin: ChainOrigin): Promise<HeaderChain> {
  const wide = await store.rows(ROWS.wideHeader);
  const packed = await store.rows(HEADERS);
  const rows = [
    ...wide.map(([key, bytes]) => ({ key, cycle: cycleOf(key), bytes, unpack: unpackWideHeader })),
    ...packed.map(([key, bytes]) => ({ key, cycle: cycleOfHeader(key), bytes, unpack: unpackHeader })),
  ];
  let chain = HeaderChain.start(origin);
  for (const { key, cycle, bytes, unpack } of rows) {
    if (cycle !== chain.count + 1n) throw damaged(`a sealed header before ${key} is lost`);
    try {
      chain = chain.extend(unpack(bytes, chain));
    } catch (error) {
      if (!isCotraceError(error)) throw error;
      throw damaged(`the row ${key} of the store is not a header that can be in its place`, error);
    }
  }
  return chain;
}

function originOf({ consortium }: HeaderTerms, membership: Uint8Array): ChainOrigin {
  return {
    networkId: networkId(networkIdentity(consortium)),
    c: consortium.checkingHeight,
    genesisHeaderHash: fromHex(consortium.channels.main.genesisHeaderHash, 32),
    membership,
  };
}

function damaged(message: string, cause?: unknown): CotraceError {
  return new CotraceError(
    'STORE_DAMAGED',
    `${message}: move the store away while the node is stopped, and it verifies its domain again from block 0`,
    {},
    cause,
  );
}
