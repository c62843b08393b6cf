/** Certificates of a service that speaks TLS: its own, and the authorities whose certificates peers must show. */
export interface ContractTls {
  /** PEM. */
  readonly key: Uint8Array;
  readonly certificate: Uint8Array;
  readonly clientAuthorities: Uint8Array;
}

/** Where the contract is served, and what it registers as with a peer. */
export interface ContractService {
  /** `host:port` to listen on. */
  readonly address: string;
  /** The id of the chaincode package that names this service. */
  readonly packageId: string;
  /** Null: plain TCP, for a peer on the same machine. */
  readonly tls: ContractTls | null;
}

/** What a thread is started with. */
export interface ThreadTask<Facts> {
  readonly service: ContractService;
  /** What the master knew last; null where it has said nothing yet. */
  readonly facts: Facts | null;
}

/** What a thread says: that it listens, or why it cannot. */
export type ThreadWord = { readonly kind: 'listens' } | { readonly kind: 'failed'; readonly text: string };
