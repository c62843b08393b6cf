import { join } from 'node:path';

/** Where a real Fabric network on this machine keeps its files, below one folder. */
export class FabricLayout {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** Certificates and keys, in the layout of cryptogen. */
  get crypto(): string {
    return join(this.dir, 'crypto');
  }

  /** `core.yaml` and `orderer.yaml`. */
  get config(): string {
    return join(this.dir, 'config');
  }

  /** The external builder. */
  get builder(): string {
    return join(this.dir, 'builder');
  }

  genesis(channel: string): string {
    return join(this.dir, 'genesis', `${channel}.block`);
  }

  /** State of a peer or an ordering node. */
  data(program: string): string {
    return join(this.dir, 'data', program);
  }
}
