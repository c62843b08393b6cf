import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toBinary, type DescMessage } from '@bufbuild/protobuf';
import { fromUtf8, isCotraceError, toHex, utf8 } from '@cotrace/core';
import { common, decode } from '@cotrace/fabric-model';
import { join } from 'node:path';
import { repository } from '../../architecture/sources.js';
import { Random } from '../../faults/random.js';
import { GoProgram, whyNotGo } from '../go-program.js';
import { canonical } from './canonical.js';
import { Inputs } from './inputs.js';
import { describedFiles, messages } from './messages.js';

const folder = join(repository, 'test/differential/protobuf');
const reason = whyNotGo(folder);
if (reason !== null) process.stderr.write(`Decoding is not compared with Go's: ${reason}\n`);

const COUNT = process.env['CI_DEEP'] === '1' ? 1_000_000 : 10_000;
const CHUNK = 10_000;
const SEED = Number(process.env['COTRACE_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/**
 * Types that are described here with fewer fields than Fabric has, so that bytes may be taken that Fabric refuses: the
 * embedded network's discovery service writes them, and nothing reads them.
 */
const WRITTEN_ALONE = ['gossip.Envelope', 'gossip.GossipMessage'];
/** Types of Fabric that its modules for others do not have. They are hashed, and nothing reads them. */
const HASHED_ALONE = ['ledger.CommittedUpdates', 'ledger.CommittedWrite'];

/** A message type of this repository, as the Go program sees it. */
interface GoType {
  readonly name: string;
  /** Empty where Fabric has no such type. */
  readonly goName: string;
  /** Fields that Fabric has and this repository does not describe. */
  readonly omitted: readonly string[];
  /** Fields that are described here in another way than Fabric's. */
  readonly unlike: readonly string[];
}

(reason === null ? describe : describe.skip)('messages beside Go’s library and Fabric’s types', () => {
  let program: GoProgram | null = null;
  let types: readonly GoType[];

  beforeAll(async () => {
    program = new GoProgram(folder);
    const [answer] = await program.answers([describedFiles()]);
    types = JSON.parse(new TextDecoder().decode(answer)) as readonly GoType[];
  }, 300_000);
  afterAll(() => program?.stop());

  it('every type is Fabric’s, field by field, or this network’s own', () => {
    expect(types.map(({ name }) => name)).toEqual([...messages.keys()].sort());
    expect(types.filter(({ unlike }) => unlike.length > 0)).toEqual([]);
    const others = types.filter(({ name, goName }) => goName === '' && !name.startsWith('cotrace.'));
    expect(others.map(({ name }) => name)).toEqual(HASHED_ALONE);
    const lacking = types.filter(({ omitted }) => omitted.length > 0);
    expect(lacking.map(({ name }) => name)).toEqual(WRITTEN_ALONE);
  });

  it(
    `${COUNT} inputs are taken, refused and understood alike (COTRACE_SEED=${SEED})`,
    async () => {
      const inputs = new Inputs(new Random(SEED));
      const compared = [...types.entries()].flatMap(([number, { name }]) => {
        const schema = messages.get(name);
        return schema === undefined || isWrittenAlone(schema) ? [] : [{ number, schema }];
      });
      let taken = 0;
      for (let done = 0; done < COUNT; done += CHUNK) {
        const asked = Array.from({ length: CHUNK }, (_, i) => {
          const { number, schema } = compared[(done + i) % compared.length] ?? fail();
          return { number, schema, bytes: inputs.next(schema) };
        });
        const answers = await (program ?? fail()).answers(
          asked.map(({ number, bytes }) => Buffer.concat([Uint8Array.of(number & 0xff, number >> 8), bytes])),
        );
        for (const [i, { schema, bytes }] of asked.entries()) {
          const theirs = answers[i] ?? fail();
          const ours = readHere(schema, bytes);
          if (theirs.length > 0) taken++;
          if (Buffer.from(theirs).equals(utf8(ours))) continue;
          // Only for what differs: `expect` for each would take longer than all the rest.
          const input = { type: schema.typeName, bytes: toHex(bytes) };
          expect({ ...input, decoded: ours }).toEqual({ ...input, decoded: fromUtf8(theirs) });
        }
      }
      // Neither all of them nor none: both sides have something to say.
      expect(taken).toBeGreaterThan(COUNT / 4);
      expect(taken).toBeLessThan((COUNT * 3) / 4);
    },
    COUNT,
  );
});

/** The message in canonical form after a 1, or nothing where it is refused: main.go does the same. */
function readHere(schema: DescMessage, bytes: Uint8Array): string {
  try {
    const message = decode(schema, bytes);
    // Peers refuse blocks with envelopes that are not, encoded again, the bytes they were.
    const again = schema === common.EnvelopeSchema ? `=${toHex(toBinary(schema, message))}` : '';
    return `1${canonical(schema, message)}${again}`;
  } catch (error) {
    if (isCotraceError(error, 'BAD_PROTOBUF')) return '';
    throw error;
  }
}

/** Whether a type is, or may hold, one of those that nothing reads. */
function isWrittenAlone(schema: DescMessage, within: readonly DescMessage[] = []): boolean {
  if (WRITTEN_ALONE.includes(schema.typeName)) return true;
  return schema.fields.some(
    ({ message }) =>
      message !== undefined && !within.includes(message) && isWrittenAlone(message, [...within, schema]),
  );
}

function fail(): never {
  throw new Error('there is nothing to compare');
}
