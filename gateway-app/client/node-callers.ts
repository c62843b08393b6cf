import type { TlsMaterial } from '@cotrace/network';
import type { Consortium } from '../consortium/consortium.js';
import { findOrganisation, type ListeningNode } from '../node/node-config.js';
import { RpcClient } from '../node/rpc-client.js';

/** Connections to nodes of a consortium with one TLS certificate, each made when first used. */
export class NodeCallers {
  readonly #consortium: Consortium;
  readonly #tls: TlsMaterial;
  readonly #clients = new Map<string, RpcClient>();

  /** `tls`: the certificate of a node or client that the consortium file lists, and its key. */
  constructor(consortium: Consortium, tls: TlsMaterial) {
    this.#consortium = consortium;
    this.#tls = tls;
  }

  /** Throws `CONFIG` where the consortium has no such organisation. */
  of({ name, address, mspId, certificate }: ListeningNode): RpcClient {
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const { tlsRoots } = findOrganisation(this.#consortium, mspId);
    const client = new RpcClient(address, this.#tls, tlsRoots, certificate);
    this.#clients.set(name, client);
    return client;
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }
}
