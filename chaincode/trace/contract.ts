import { canonicalJson, DOMAIN_KEY, equalBytes, utf8 } from '@cotrace/core';
import fabric from 'fabric-contract-api';
import { invokedChaincode, isAdmin } from './caller.js';
import { capture } from './capture.js';
import { compileDataSchema } from './data-schema.js';
import { DomainCache, type Domain } from './domain-cache.js';
import { parseDefinition } from './definition.js';
import { history, listTraces, readRecord, readTrace } from './queries.js';
import { Refusal, encodeRefusal } from './refusal.js';

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

  /**
   * Writes what this domain is, once. Only an administrator of an organisation may, and only by a direct call under
   * the name that the definition has: a wrong definition could not be taken back.
   * Refuses with `BAD_DEFINITION`, `TOO_LARGE`, `NOT_ALLOWED`, `WRONG_DOMAIN`, `DUPLICATE` (the same definition is
   * there, nothing to do), `ALREADY_DEFINED` (another one is).
   */
  @Transaction()
  @Returns('string')
  async define(context: fabric.Context, definition: string): Promise<string> {
    return answer(async () => {
      const parsed = parseDefinition(definition);
      const { name } = parsed;
      const invoked = invokedChaincode(context);
      if (name !== invoked) {
        throw new Refusal('WRONG_DOMAIN', `the definition of ${name} does not belong in ${invoked}`, {
          domain: name,
          chaincode: invoked,
        });
      }
      if (!isAdmin(context)) {
        throw new Refusal('NOT_ALLOWED', 'only an administrator of an organisation may define a domain');
      }
      compileDataSchema(parsed.dataSchema);
      const bytes = utf8(canonicalJson(parsed));
      const present = await context.stub.getState(DOMAIN_KEY);
      if (equalBytes(present, bytes)) {
        throw new Refusal('DUPLICATE', `domain ${name} already has this definition`, { domain: name });
      }
      if (present.length > 0) {
        throw new Refusal('ALREADY_DEFINED', `domain ${name} already has another definition`, {
          domain: name,
        });
      }
      await context.stub.putState(DOMAIN_KEY, bytes);
      return { domain: name };
    });
  }

  /** Records one event; see `capture.ts`. `record` is a `ClientRecord`, `hints` a list of `Hint`. */
  @Transaction()
  @Returns('string')
  async capture(context: fabric.Context, record: string, hints: string): Promise<string> {
    return answer(async () => capture(context.stub, await this.#domain(context), record, hints));
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
