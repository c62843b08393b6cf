// Connects to the peer of a client's organisation, with nothing but Fabric's gateway SDK.
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { connect, signers } from '@hyperledger/fabric-gateway';

/**
 * The channel `main` as the client of a client file sees it (docs/formats.md, "What a client reads").
 * @param {string} path client file, JSON
 */
export function connectAs(path) {
  const client = readJson(path);
  const mspDir = resolve(dirname(path), client.mspDir);
  const tlsDir = resolve(dirname(path), client.tlsDir);
  const { channels, organisations } = readJson(resolve(dirname(path), client.consortium));
  const { peer, tlsRoots } = organisations.find(
    (/** @type {{ mspId: string }} */ { mspId }) => mspId === client.mspId,
  );

  const tlsCertificate = readFileSync(join(tlsDir, 'client.crt'));
  const grpcClient = new grpc.Client(
    peer.address,
    grpc.credentials.createSsl(
      Buffer.from(tlsRoots),
      readFileSync(join(tlsDir, 'client.key')),
      tlsCertificate,
    ),
    peer.serverName === null ? {} : { 'grpc.ssl_target_name_override': peer.serverName },
  );
  const gateway = connect({
    client: grpcClient,
    identity: { mspId: client.mspId, credentials: onlyFileIn(join(mspDir, 'signcerts')) },
    signer: signers.newPrivateKeySigner(createPrivateKey(onlyFileIn(join(mspDir, 'keystore')))),
    // A peer that asks for TLS certificates ties what is signed to the connection.
    tlsClientCertificateHash: createHash('sha256').update(new X509Certificate(tlsCertificate).raw).digest(),
    evaluateOptions: within(5000),
    endorseOptions: within(15_000),
    submitOptions: within(5000),
    commitStatusOptions: within(60_000),
  });
  return {
    network: gateway.getNetwork(channels.main.name),
    close: () => {
      gateway.close();
      grpcClient.close();
    },
  };
}

/** @param {string} path */
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** @param {string} folder */
function onlyFileIn(folder) {
  const [name, ...others] = readdirSync(folder);
  if (name === undefined || others.length > 0) throw new Error(`${folder} must hold exactly one file`);
  return readFileSync(join(folder, name));
}

/** @param {number} milliseconds */
const within = (milliseconds) => () => ({ deadline: Date.now() + milliseconds });
