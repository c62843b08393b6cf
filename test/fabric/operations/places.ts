import { freePort } from '../../../network/free-port.js';

/** The organisations of the example. */
export const ORGANISATIONS = ['farm', 'shop'] as const;
export type Organisation = (typeof ORGANISATIONS)[number];

/** Ports of the document, by who listens there. */
const PORTS = {
  'peer0.farm.example': [7051],
  'peer0.shop.example': [7051],
  'cotrace.farm.example': [9999, 9998, 9997, 7060, 7061, 7062],
  'cotrace.shop.example': [9999, 9998, 9997, 7060, 7061, 7062],
  'orderer.example': [7050, 7053],
};

/** Where what the document calls by host and port is on this machine. */
export class Places {
  readonly #ports: ReadonlyMap<string, number>;

  private constructor(ports: ReadonlyMap<string, number>) {
    this.#ports = ports;
  }

  static async choose(): Promise<Places> {
    const ports = new Map<string, number>();
    for (const [host, numbers] of Object.entries(PORTS)) {
      for (const number of numbers) ports.set(`${host}:${number}`, await freePort());
    }
    return new Places(ports);
  }

  port(address: string): number {
    const port = this.#ports.get(address);
    if (port === undefined) throw new RangeError(`the document has no ${address}`);
    return port;
  }

  /** A text of the document with this machine's addresses: those of others, and where `organisation` listens itself. */
  localised(text: string, organisation: Organisation): string {
    return text
      .replaceAll(
        /[a-z0-9]+(?:\.(?:farm|shop))?\.example:\d+/g,
        (address) => `localhost:${this.port(address)}`,
      )
      .replaceAll(/0\.0\.0\.0:(\d+)/g, (_, port: string) => {
        return `127.0.0.1:${this.port(`cotrace.${organisation}.example:${port}`)}`;
      });
  }
}

/** What the document says of the farm, said of an organisation. */
export function saidOf(organisation: Organisation, text: string): string {
  if (organisation === 'farm') return text;
  return text
    .replaceAll('farm', 'shop')
    .replaceAll('Farm', 'Shop')
    .replaceAll(/\berp\b/g, 'till')
    .replaceAll(/\bproduction\b(?! processing)/g, 'retail');
}
