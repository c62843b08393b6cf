import { sha256, toHex } from '@cotrace/core';
import { ADDRESS_FIELD } from './builder.js';
import { tarGz } from './tar-gz.js';

/** A chaincode package as `peer lifecycle chaincode install` takes it. */
export interface ChaincodePackage {
  /** `label:sha256`, under which the peers know it and the chaincode servers register. */
  readonly id: string;
  readonly label: string;
  readonly bytes: Uint8Array;
}

/**
 * The package of a chaincode that runs as a service: it says only where the peer finds it, at `address` (`host:port`), or
 * where none is given, each peer fills in its own. The same label and address give the same bytes, so that all organisations
 * approve one id. `label`: letters, digits, and `_.+-` (core/chaincode/persistence/chaincode_package.go).
 */
export async function servicePackage(label: string, address = ADDRESS_FIELD): Promise<ChaincodePackage> {
  const connection = { address, dial_timeout: '10s', tls_required: false };
  const code = await tarGz({ 'connection.json': JSON.stringify(connection) });
  const metadata = JSON.stringify({ type: 'ccaas', label });
  const bytes = await tarGz({ 'metadata.json': metadata, 'code.tar.gz': code });
  return { id: `${label}:${toHex(sha256(bytes))}`, label, bytes };
}
