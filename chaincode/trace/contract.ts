import { canonicalJson, DOMAIN_KEY } from '@cotrace/core';
import fabric from 'fabric-contract-api';
import { invokedChaincode } from '../invoked-chaincode.js';
import { mspIdOf } from './caller.js';
import { capture } from './capture.js';
import { define } from './define.js';
import { DomainCache, type Domain } from './domain-cache.js';
import {
  findEvent,
  history,
  listMarks,
  listTraces,
  readDefinition,
  readRecord,
  readTrace,
} from './queries.js';
import { Refusal, encodeRefusal } from '../refusal.js';

// fabric-contract-api is CommonJS whose names Node cannot see: `import { Contract }` compiles and dies at start.
const { Contract, Info, Returns, Transaction } = fabric;

/**
 * The contract of every domain: one class, one package, approved under each domain's name. Which domain it is in a
 * call is what stands on the ledger, never a setting of the process. Arguments and results are JSON texts; a refusal
 * is an error whose message is the JSON object `{code, message, detail}` (see `decodeRefusal`).
 */
@Info({ title: 'Trace', description: 'Records of supply-chain events, chained per identifier' })
export class TraceContract extends Contract {
  readonly #domains = new DomainCache();

  constructor() {
    super('trace');
  }

  /** Writes what this domain is, or is from now on: see `define.ts`. */
  @Transaction()
  @Returns('string')
  async define(context: fabric.Context, definition: string): Promise<string> {
    return answer(() => define(context, definition));
  }

  /**
   * Records one event; see `capture.ts`. `record` is a `ClientRecord`, `hints` a list of `Hint`. Refuses with `NOT_DIRECT`
   * where another chaincode makes the call and the domain does not allow it: it could record in the name of whoever calls it.
   */
  @Transaction()
  @Returns('string')
  async capture(context: fabric.Context, record: string, hints: string): Promise<string> {
    return answer(async () => {
      const domain = await this.#domain(context);
      const { name, called } = domain.definition;
      const invoked = invokedChaincode(context.stub);
      if (called === 'directly' && invoked !== name) {
        throw new Refusal(
          'NOT_DIRECT',
          `domain ${name} takes records from clients, not from chaincode ${invoked}`,
          {
            domain: name,
            chaincode: invoked,
          },
        );
      }
      return capture(context.stub, mspIdOf(context), domain, record, hints);
    });
  }

  /** The `StandingDefinition` of a version, in decimal digits; of the newest where `version` is empty. */
  @Transaction(false)
  @Returns('string')
  async readDefinition(context: fabric.Context, version: string): Promise<string> {
    return this.#query(context, () => readDefinition(context.stub, version));
  }

  /** A `StoredRecord`. */
  @Transaction(false)
  @Returns('string')
  async readRecord(context: fabric.Context, recordId: string): Promise<string> {
    return this.#query(context, () => readRecord(context.stub, recordId));
  }

  /** The `TraceRow` of an identifier. */
  @Transaction(false)
  @Returns('string')
  async readTrace(context: fabric.Context, traceId: string): Promise<string> {
    return this.#query(context, () => readTrace(context.stub, traceId));
  }

  /** A `TracePage`. */
  @Transaction(false)
  @Returns('string')
  async listTraces(
    context: fabric.Context,
    prefix: string,
    pageSize: string,
    bookmark: string,
  ): Promise<string> {
    return this.#query(context, () => listTraces(context.stub, prefix, pageSize, bookmark));
  }

  /** A `MarkPage`. */
  @Transaction(false)
  @Returns('string')
  async listMarks(
    context: fabric.Context,
    traceId: string,
    pageSize: string,
    bookmark: string,
  ): Promise<string> {
    return this.#query(context, () => listMarks(context.stub, traceId, pageSize, bookmark));
  }

  /** A list of `FoundEvent`: what each organisation has recorded first under an event id, in the order of their MSP ids. */
  @Transaction(false)
  @Returns('string')
  async findEvent(context: fabric.Context, eventID: string): Promise<string> {
    return this.#query(context, () => findEvent(context.stub, eventID));
  }

  /** A list of `HistoryEntry`, newest first. */
  @Transaction(false)
  @Returns('string')
  async history(context: fabric.Context, traceId: string): Promise<string> {
    return this.#query(context, () => history(context.stub, traceId));
  }

  override async unknownTransaction(context: fabric.Context): Promise<void> {
    const { fcn } = context.stub.getFunctionAndParameters();
    await answer(() => {
      throw new Refusal('UNKNOWN_FUNCTION', `there is no function ${fcn}`, { function: fcn });
    });
  }

  async #domain(context: fabric.Context): Promise<Domain> {
    const bytes = await context.stub.getState(DOMAIN_KEY);
    if (bytes.length === 0) {
      throw new Refusal('NOT_DEFINED', 'this domain is not defined yet: an administrator must call define');
    }
    return this.#domains.get(bytes);
  }

  #query(context: fabric.Context, read: () => Promise<unknown>): Promise<string> {
    return answer(async () => {
      await this.#domain(context);
      return read();
    });
  }
}

async function answer(run: () => Promise<unknown>): Promise<string> {
  try {
    return canonicalJson(await run());
  } catch (error) {
    if (error instanceof Refusal) throw new Error(encodeRefusal(error), { cause: error });
    throw error;
  }
}
