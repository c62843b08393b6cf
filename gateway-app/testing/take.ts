import { toBinary } from '@bufbuild/protobuf';
import { CotraceError, isCotraceError } from '@cotrace/core';
import { ChannelConfig, decode } from '@cotrace/fabric-model';
import { nodeVerifier } from '@cotrace/network';
import { judgeAttestations, mainConfig, type MainConfig } from '@cotrace/verifier';
import { applyBlock, type AppliedBlock } from '../business/apply-block.js';
import type { StateBefore } from '../business/block-validator.js';
import { checkBusinessBlock } from '../business/check-block.js';
import {
  AttestationSchema,
  BusinessBlockSchema,
  type Attestation,
  type BusinessBlock,
} from '../gen/cotrace/cotrace_pb.js';
import type { TestChain } from './test-chain.js';
import type { TestNetwork } from './test-network.js';

/** The state of a business node that holds nothing yet. */
export const NOTHING: StateBefore = {
  entry: () => null,
  // eslint-disable-next-line @typescript-eslint/require-await
  range: async function* () {
    yield* [];
  },
};

/** What reaches a business node of one main block, as it is on the wire. */
export interface Delivery {
  readonly block: Uint8Array;
  readonly attestations: readonly Uint8Array[];
}

export function delivery(block: BusinessBlock, attestations: readonly Attestation[]): Delivery {
  return {
    block: toBinary(BusinessBlockSchema, block),
    attestations: attestations.map((attestation) => toBinary(AttestationSchema, attestation)),
  };
}

/** Where the business node stands to which things are delivered. */
export interface Standing {
  readonly network: TestNetwork;
  readonly chain: TestChain;
  readonly number: bigint;
  readonly domain: string;
  readonly state: StateBefore;
  readonly main?: MainConfig;
}

/**
 * What a business node makes of a delivery, without its streams and its store. Throws where it refuses; `NO_QUORUM`
 * where no quorum agrees, with the codes of what was refused.
 */
export async function take({ block, attestations }: Delivery, standing: Standing): Promise<AppliedBlock> {
  const { network, chain, number, domain, state } = standing;
  const main = standing.main ?? genesisConfig(network);
  const unreadable: string[] = [];
  const readable = attestations.flatMap((bytes) => {
    try {
      return [decode(AttestationSchema, bytes)];
    } catch (error) {
      if (!isCotraceError(error)) throw error;
      unreadable.push(error.code);
      return [];
    }
  });
  const { agreed, refused } = judgeAttestations(readable, number, { ...network.terms, membership: main });
  if (agreed === null) {
    const codes = [...unreadable, ...refused.map(({ error }) => error.code)];
    throw new CotraceError('NO_QUORUM', `no quorum: ${codes.join()}`, { codes });
  }
  const checked = checkBusinessBlock(decode(BusinessBlockSchema, block), agreed, {
    domain,
    previousHash: number === 0n ? new Uint8Array() : chain.block(number - 1n).headerHash,
    main,
  });
  return applyBlock(checked, state, { domain, main });
}

/** The configuration of the genesis block. */
export function genesisConfig(network: TestNetwork): MainConfig {
  return mainConfig(ChannelConfig.fromBlock(network.genesis), nodeVerifier);
}
