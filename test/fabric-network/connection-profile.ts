import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What of a consortium file a connection profile is made from. */
export interface ProfileSource {
  readonly channels: { readonly main: { readonly name: string } };
  readonly organisations: readonly {
    readonly name: string;
    readonly mspId: string;
    readonly peer: { readonly address: string; readonly serverName: string | null };
    readonly tlsRoots: string;
  }[];
}

/** An ordering node as a client reaches it. */
export interface OrdererSource {
  /** Host name in its TLS certificate. */
  readonly name: string;
  /** `host:port` */
  readonly address: string;
  readonly tlsRoots: string;
}

/** The common connection profile of an organisation, complete, so that it serves without discovery too. */
export function connectionProfile(source: ProfileSource, orderer: OrdererSource, organisation: string) {
  const node = (address: string, serverName: string | null, tlsRoots: string) => ({
    url: `grpcs://${address}`,
    tlsCACerts: { pem: tlsRoots },
    grpcOptions: serverName === null ? {} : { 'ssl-target-name-override': serverName },
  });
  const peerName = (name: string) => `peer0.${name}`;
  return {
    name: 'existing-application',
    version: '1.0.0',
    client: { organization: organisation },
    channels: {
      [source.channels.main.name]: {
        orderers: ['orderer'],
        peers: Object.fromEntries(source.organisations.map(({ name }) => [peerName(name), {}])),
      },
    },
    organizations: Object.fromEntries(
      source.organisations.map(({ name, mspId }) => [name, { mspid: mspId, peers: [peerName(name)] }]),
    ),
    orderers: { orderer: node(orderer.address, orderer.name, orderer.tlsRoots) },
    peers: Object.fromEntries(
      source.organisations.map(({ name, peer, tlsRoots }) => [
        peerName(name),
        node(peer.address, peer.serverName, tlsRoots),
      ]),
    ),
  };
}

/** The only file of a folder, as text. */
export function onlyFile(folder: string): string {
  const [name, ...others] = readdirSync(folder);
  if (name === undefined || others.length > 0) throw new Error(`${folder} does not hold one file`);
  return readFileSync(join(folder, name), 'utf8');
}
