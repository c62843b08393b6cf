import type { DomainDefinition } from '@cotrace/chaincode';
import { canonicalJson } from '@cotrace/core';
import type { Contract } from '@hyperledger/fabric-gateway';
import { refusalOf } from './refusal.js';

/** What became of a definition: it stands now, it stood there, or another one stands and stays. */
export type Defined = 'defined' | 'already defined' | 'defined otherwise';

/** Writes a domain's definition to the ledger, as an administrator. Throws the gateway's error for anything else. */
export async function defineDomain(contract: Contract, definition: DomainDefinition): Promise<Defined> {
  try {
    await contract.submitTransaction('define', canonicalJson(definition));
    return 'defined';
  } catch (error) {
    const code = refusalOf(error)?.code;
    if (code === 'DUPLICATE') return 'already defined';
    if (code === 'ALREADY_DEFINED') return 'defined otherwise';
    throw error;
  }
}
