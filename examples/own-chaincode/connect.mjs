// Connects to a peer of a network of this machine with Fabric's gateway SDK.
import * as grpc from '@grpc/grpc-js';
import { connect, hash } from '@hyperledger/fabric-gateway';

/** @typedef {import('@cotrace/gateway-app').ClientContext['organisation']} Organisation */

/**
 * @param {Organisation} organisation whose peer it is, as the consortium file has it
 * @param {import('@cotrace/network').SigningIdentity} identity who calls
 */
export function connectToPeer({ peer: { address, serverName }, tlsRoots }, identity) {
  const client = new grpc.Client(
    address,
    grpc.credentials.createSsl(Buffer.from(tlsRoots)),
    serverName === null ? {} : { 'grpc.ssl_target_name_override': serverName },
  );
  const gateway = connect({
    client,
    identity: { mspId: identity.mspId, credentials: Buffer.from(identity.certificate) },
    hash: hash.none,
    signer: async (message) => identity.sign(message),
  });
  return {
    gateway,
    close: () => {
      gateway.close();
      client.close();
    },
  };
}
