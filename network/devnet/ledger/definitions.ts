import {
  definitionFromState,
  definitionMetadataKey,
  LIFECYCLE_NAMESPACE,
  type ChaincodeDefinition,
} from '@cotrace/fabric-model';
import type { StoreView } from './store.js';

const PREFIX = definitionMetadataKey('');
/** The first text after every key with that prefix: '0' follows '/'. */
const PREFIX_END = `${PREFIX.slice(0, -1)}0`;

/** The committed chaincode definitions, read from the state of `_lifecycle` and kept until it changes. */
export class Definitions {
  readonly #state: StoreView;
  readonly #known = new Map<string, ChaincodeDefinition>();

  constructor(state: StoreView) {
    this.#state = state;
  }

  get(name: string): ChaincodeDefinition | null {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const definition = definitionFromState(
      name,
      (key) => this.#state.get(LIFECYCLE_NAMESPACE, key)?.value ?? null,
    );
    // Names that clients make up are not kept: there is no end of them.
    if (definition !== null) this.#known.set(name, definition);
    return definition;
  }

  async names(): Promise<string[]> {
    const names: string[] = [];
    for await (const { key } of this.#state.range(LIFECYCLE_NAMESPACE, PREFIX, PREFIX_END)) {
      names.push(key.slice(PREFIX.length));
    }
    return names;
  }

  /** To be called after a block that wrote in `_lifecycle`. */
  forget(): void {
    this.#known.clear();
  }
}
