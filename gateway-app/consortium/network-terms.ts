import { fromHex, networkId, type NetworkIdentity } from '@cotrace/core';
import type { Consortium } from './consortium.js';
import type { NetworkTerms, TrustedCheckpoint } from '@cotrace/verifier';

/** What identifies a consortium's network. */
export function networkIdentity({ channels, checkingHeight }: Consortium): NetworkIdentity {
  return {
    mainName: channels.main.name,
    mainGenesisHeaderHash: fromHex(channels.main.genesisHeaderHash, 32),
    checkingName: channels.checking.name,
    checkingGenesisHeaderHash: fromHex(channels.checking.genesisHeaderHash, 32),
    c: checkingHeight,
  };
}

/** The checking cycle that a consortium has agreed on; null where there is none. */
export function agreedCheckpoint({ checking }: Pick<Consortium, 'checking'>): TrustedCheckpoint | null {
  const { checkpoint } = checking;
  if (checkpoint === undefined) return null;
  return { cycle: BigInt(checkpoint.cycle), hash: fromHex(checkpoint.hash, 32) };
}

/** What of a consortium's configuration goes into every signed statement. */
export function networkTerms(consortium: Consortium): NetworkTerms {
  return { networkId: networkId(networkIdentity(consortium)) };
}
