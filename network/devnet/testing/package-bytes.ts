import { tarGz } from '../../fabric/tar-gz.js';

/** A chaincode package with what its `connection.json` and `metadata.json` say, as objects or as they stand. */
export async function packageBytes(
  connection: unknown,
  metadata: unknown = { type: 'ccaas', label: 'asset_1.0' },
): Promise<Uint8Array> {
  const json = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const code = await tarGz({ 'connection.json': json(connection) });
  return tarGz({ 'metadata.json': json(metadata), 'code.tar.gz': code });
}
