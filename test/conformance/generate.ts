import { Random } from '../faults/random.js';
import { CHAINCODES, keyPolicy } from './chaincodes.js';
import { DEFECTS } from './defects.js';
import { FORGERIES, SETS } from './forgeries.js';
import {
  LAST_EVENT,
  type Call,
  type Endorsers,
  type Member,
  type Operation,
  type Replay,
  type Script,
  type Step,
} from './script.js';

const KEYS = ['k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'ä-ö', 'z\u{1F600}'] as const;
const ORGANISATIONS = ['org1', 'org2', 'org3'] as const;
const MSP_IDS = ['Org1MSP', 'Org2MSP', 'Org3MSP'] as const;
const USERS = ['org1.User1', 'org2.User1', 'org3.User1', 'org1.Admin'] as const;

/** Picks one of the choices, each as often as its weight says. */
function weighted<T>(random: Random, choices: readonly (readonly [number, () => T])[]): T {
  let at = random.integer(
    0,
    choices.reduce((sum, [weight]) => sum + weight, 0),
  );
  for (const [weight, make] of choices) {
    if (at < weight) return make();
    at -= weight;
  }
  throw new RangeError('nothing to choose from');
}

const isSetPolicy = ([name, inner]: Operation): boolean =>
  name === 'setPolicy' || (name === 'attempt' && Array.isArray(inner) && inner[0] === 'setPolicy');
/** The read of the key whose policy is set. */
const readBefore = ([name, key, ...rest]: Operation): Operation =>
  name === 'setPolicy'
    ? ['get', key]
    : readBefore([(key as Operation)[0], ...(key as Operation).slice(1), ...rest]);
const isCall = ([name]: Operation): boolean => name === 'call';

function setsPolicy({ operations }: Call): boolean {
  return operations.some(isSetPolicy);
}

function someOf<T>(random: Random, list: readonly T[]): T[] {
  const some = list.filter(() => random.integer(0, 2) === 0);
  return some.length > 0 ? some : [random.one(list)];
}

/** Forgeries of sets whose namespace is on no channel. */
const NO_NAMESPACES = /of an unknown chaincode$|of qscc$|of lscc$|of the lifecycle$|without name$/;

/**
 * Makes scripts; a seed always gives the same one.
 *
 * Some orders of malformed transactions, and of changes of a key's policy, within one block are more than Fabric's
 * peers get over: what depends on them is left out (network/devnet/COMPLIANCE.md).
 */
class Generator {
  readonly #random: Random;
  readonly #steps: Step[] = [];
  #members = 0;
  /** Members that may be submitted once more. */
  readonly #replayable: number[] = [];
  #value = 0;
  /** Forgeries and defects that have not been used yet come first, so that a script has them all. */
  readonly #forgeries = Object.keys(FORGERIES);
  readonly #defects = Object.keys(DEFECTS);

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  script(transactions: number): Script {
    this.#steps.push(...this.#opening());
    while (this.#members < transactions) {
      this.#add(this.#group());
      for (let i = this.#random.integer(0, 4); i > 0; i--) this.#add(this.#look());
    }
    this.#steps.push(...this.#closing());
    return this.#steps;
  }

  #add(step: Step): void {
    this.#steps.push(step);
    if (step.kind !== 'group') return;
    for (const member of step.members) {
      if ('call' in member && !setsPolicy(member.call)) this.#replayable.push(this.#members);
      this.#members += 1;
    }
  }

  /** Something to find in every chaincode, and more keys than one batch or summary holds. */
  #opening(): Step[] {
    const fill = (chaincode: string, count: number): Member => ({
      call: { channel: 'main', chaincode, operations: [['fill', 'f', count]], user: 'org1.User1' },
      endorse: { peers: ['org1', 'org2'] },
    });
    const members = [fill('anyone', 120), fill('plain', 60), fill('pair', 20)];
    this.#members += members.length;
    return [{ kind: 'group', channel: 'main', members }];
  }

  /** Everything that is left behind, and an event by which each chaincode's stream ends. */
  #closing(): Step[] {
    const dump = CHAINCODES.flatMap(({ channel, name }): Step[] => {
      const operations: Operation[] = [
        ['range', '', ''],
        ['composite', 'type', []],
        ...KEYS.map((key): Operation => ['history', key]),
        ...KEYS.map((key): Operation => ['getPolicy', key]),
      ];
      return operations.map((operation) => ({
        kind: 'evaluate',
        gateway: 'org1',
        call: {
          channel,
          chaincode: name,
          operations: [operation],
          user: 'org1.User1',
          ...this.#answer(name, true),
        },
      }));
    });
    const last = (channel: string): Step => ({
      kind: 'group',
      channel,
      members: CHAINCODES.filter((chaincode) => chaincode.channel === channel).map(({ name }) => ({
        call: {
          channel,
          chaincode: name,
          operations: [['event', LAST_EVENT, '']],
          user: 'org1.User1',
          ...this.#answer(name, true),
        },
        endorse: { peers: ['org1', 'org2'] },
      })),
    });
    return [...dump, last('main'), last('checking')];
  }

  #group(): Step {
    const channel = this.#random.integer(0, 8) === 0 ? 'checking' : 'main';
    const count = this.#random.integer(5, 13);
    const members = Array.from({ length: count }, () => this.#member(channel));
    return { kind: 'group', channel, members };
  }

  #member(channel: string): Member | Replay {
    const random = this.#random;
    return weighted<Member | Replay>(random, [
      [6, () => this.#honest(channel)],
      [3, () => this.#forged(channel)],
      [1, () => this.#replayed(channel)],
    ]);
  }

  #replayed(channel: string): Member | Replay {
    return this.#replayable.length === 0
      ? this.#honest(channel)
      : { replay: this.#random.one(this.#replayable) };
  }

  #honest(channel: string): Member {
    const random = this.#random;
    const call = this.#call(channel);
    const endorse = this.#endorsers(call.chaincode);
    const submit = 'gateway' in endorse || random.integer(0, 3) === 0 ? random.one(ORGANISATIONS) : undefined;
    const times = random.integer(0, 12) === 0 && !setsPolicy(call) ? 2 : 1;
    return { call, endorse, ...(submit !== undefined && { submit }), ...(times > 1 && { times }) };
  }

  #forged(channel: string): Member {
    const random = this.#random;
    const chaincode =
      channel === 'checking'
        ? 'plain'
        : weighted(random, [
            [3, () => 'anyone'],
            [1, () => 'pair'],
            [1, () => 'plain'],
          ]);
    let call = this.#call(channel, chaincode);
    while (setsPolicy(call)) call = this.#call(channel, chaincode);
    const forgery = this.#forgeries.shift() ?? random.one(Object.keys(FORGERIES));
    // Fabric takes the namespaces of a set in random order: where two are wrong, peers differ in which they tell. So the
    // chaincode's own is right then: all endorse, and no key is written whose policy could ask for more.
    // Of the namespaces that forged sets name, none is on the channel `checking`.
    const unknown = channel === 'checking' ? forgery in SETS : NO_NAMESPACES.test(forgery);
    if (unknown) call = { ...call, operations: [['get', 'k1']] };
    const some = unknown ? [...ORGANISATIONS] : someOf(random, ORGANISATIONS);
    const endorse = { peers: chaincode === 'pair' ? ['org1', 'org2'] : some };
    const submit = random.integer(0, 4) === 0 ? random.one(ORGANISATIONS) : undefined;
    return { call, endorse, forgery, ...(submit !== undefined && { submit }) };
  }

  #endorsers(chaincode: string): Endorsers {
    const random = this.#random;
    return weighted<Endorsers>(random, [
      // Where its own peer has not got the chaincode, a gateway asks whichever comes first.
      [4, () => ({ gateway: random.one(chaincode === 'pair' ? ['org1', 'org2'] : ORGANISATIONS) })],
      [1, () => ({ gateway: random.one(ORGANISATIONS), organizations: someOf(random, MSP_IDS) })],
      [4, () => ({ peers: chaincode === 'pair' ? ['org1', 'org2'] : ['org1', 'org3'] })],
      [2, () => ({ peers: someOf(random, ORGANISATIONS) })],
    ]);
  }

  #call(channel: string, wanted?: string): Call {
    const random = this.#random;
    const chaincode =
      wanted ??
      (channel === 'checking' ? 'plain' : random.one(['anyone', 'anyone', 'plain', 'plain', 'pair', 'raw']));
    let operations = Array.from({ length: random.integer(1, 5) }, () => this.#operation(chaincode, channel));
    // With writes of two chaincodes, the result for the second may never be told.
    if (operations.some(isCall)) operations = operations.filter((operation) => !isSetPolicy(operation));
    operations = operations.flatMap((operation) =>
      isSetPolicy(operation) ? [readBefore(operation), operation] : [operation],
    );
    const transient = random.integer(0, 10) === 0 ? { transient: { secret: 'text', other: '' } } : {};
    return {
      channel,
      chaincode,
      operations,
      user: random.one(USERS),
      ...transient,
      ...this.#answer(chaincode),
    };
  }

  #answer(chaincode: string, good = false): Pick<Call, 'answer'> {
    if (chaincode !== 'raw') return {};
    const statuses = [200, 200, 200, 201, 299, 399, 400, 404, 409, 499, 500, 503, 199, 1000];
    const status = good ? 200 : this.#random.one(statuses);
    // A failure's text would end with a space then, which Node's HTTP/2 takes for no text at all.
    return {
      answer: [status, this.#random.one(status < 400 && status >= 200 ? ['', 'a message'] : ['a message'])],
    };
  }

  #operation(chaincode: string, channel: string): Operation {
    const random = this.#random;
    const key = () => random.one(KEYS);
    const value = () => `v${this.#value++}`;
    const attributes = () => [random.one(['a', 'b']), random.one(['1', '2', '3'])];
    return weighted<Operation>(random, [
      [8, () => ['get', key()]],
      [8, () => ['put', key(), value()]],
      [8, () => ['add', `n${random.integer(0, 3)}`]],
      [3, () => ['del', key()]],
      [1, () => ['put', key(), '']],
      [3, () => this.#range()],
      [2, () => this.#page()],
      [2, () => ['putComposite', 'type', attributes(), value()]],
      [1, () => ['delComposite', 'type', attributes()]],
      [2, () => ['composite', 'type', random.one([[], ['a'], ['b']])]],
      [1, () => ['compositePage', 'type', ['a'], random.integer(1, 3), '']],
      [2, () => ['history', key()]],
      [3, () => ['event', random.one(['made', 'moved', 'ä']), value()]],
      [2, () => ['transient']],
      [2, () => ['about']],
      [1, () => ['binding']],
      [3, () => ['setPolicy', key(), this.#policy()]],
      [1, () => ['setPolicy', 'nothing', this.#policy()]],
      [2, () => ['getPolicy', key()]],
      [3, () => this.#callOther(chaincode, channel)],
      [1, () => ['fail', 'on purpose']],
      [1, () => ['random', 'r']],
      [1, () => ['attempt', this.#refused()]],
    ]);
  }

  /** What a peer refuses to do. */
  #refused(): Operation {
    return this.#random.one<Operation>([
      ['query', '{"selector":{}}'],
      ['getPrivate', 'secrets', 'k'],
      ['putPrivate', 'secrets', 'k', 'v'],
      ['privateHash', 'secrets', 'k'],
      ['page', '', '', 2, ''],
      ['range', 'z', 'a'],
      ['put', '', 'v'],
      ['get', ''],
      ['del', ''],
      ['put', '\u0000composite', 'v'],
      ['call', 'nobody', '', ['x']],
      ['call', 'plain', 'nowhere', ['x']],
      ['call', 'qscc', '', ['GetChainInfo', 'main']],
      ['call', 'cscc', '', ['GetChannels']],
      ['call', '_lifecycle', '', ['x']],
      ['setPolicy', 'k0', ''],
    ]);
  }

  #range(): Operation {
    const random = this.#random;
    const edges = ['', 'f', 'f0010', 'f0049', 'f0050', 'f0100', 'k', 'k3', 'z', '~'];
    const [start, end] = [random.one(edges), random.one(edges)];
    return weighted<Operation>(random, [
      [3, () => ['count', start, end]],
      [2, () => ['range', start, end, random.integer(1, 8)]],
      [2, () => ['range', random.one(['k', 'k1', 'n']), random.one(['k4', 'l', 'o'])]],
    ]);
  }

  #page(): Operation {
    const random = this.#random;
    const bookmark = random.one(['', '', 'f0007', 'k2', 'f0119', 'zzz']);
    return [
      'page',
      random.one(['', 'f', 'k']),
      random.one(['', 'g', 'l']),
      random.one([1, 3, 50, 200]),
      bookmark,
    ];
  }

  #policy(): string {
    const random = this.#random;
    const mspIds = someOf(random, MSP_IDS);
    return keyPolicy(random.integer(1, mspIds.length + 1), mspIds);
  }

  #callOther(chaincode: string, channel: string): Operation {
    const random = this.#random;
    const target = random.one(['pair', 'pair', 'raw', chaincode]);
    const inner = [
      random.one<Operation>([
        ['get', 'k1'],
        ['put', 'k1', `c${this.#value++}`],
        ['add', 'n0'],
        ['event', 'inner', 'x'],
        ['fail', 'inside'],
      ]),
    ];
    const args = [
      'run',
      JSON.stringify(inner),
      ...(target === 'raw' ? [random.one(['200', '404', '500']), 'called'] : []),
    ];
    const elsewhere = channel === 'main' ? 'checking' : 'main';
    if (chaincode === 'pair' && random.integer(0, 2) === 0) return ['call', 'plain', elsewhere, args];
    return ['call', target, random.one(['', channel]), args];
  }

  /** A step that changes nothing. */
  #look(): Step {
    const random = this.#random;
    return weighted<Step>(random, [
      [3, () => this.#evaluation()],
      [2, () => this.#proposal()],
      [2, () => this.#ledgerQuery()],
    ]);
  }

  #evaluation(): Step {
    const random = this.#random;
    const unknown = random.integer(0, 10);
    const call = this.#call(random.integer(0, 6) === 0 ? 'checking' : 'main');
    const changed =
      unknown === 0
        ? { ...call, chaincode: 'nobody' }
        : unknown === 1
          ? { ...call, channel: 'nowhere' }
          : unknown === 2
            ? { ...call, args: [random.one(['nothing', 'run', 'org.hyperledger.fabric:GetMetadata'])] }
            : call;
    const at = random.one(changed.chaincode === 'pair' ? (['org1', 'org2'] as const) : ORGANISATIONS);
    const own = `O${at.slice(1)}MSP`;
    const choices = [[own], [own, 'Org9MSP'], ['Org1MSP'], ['Org2MSP'], ['Org9MSP'], [own, 'Org3MSP']];
    const organizations = random.integer(0, 4) === 0 ? { organizations: random.one(choices) } : {};
    return { kind: 'evaluate', gateway: at, call: changed, ...organizations };
  }

  #proposal(): Step {
    const random = this.#random;
    const defect = this.#defects.shift() ?? random.one(Object.keys(DEFECTS));
    const call = { ...this.#call('main', 'plain'), user: 'org1.User1' };
    return { kind: 'propose', peer: random.one(ORGANISATIONS), call, defect };
  }

  #ledgerQuery(): Step {
    const random = this.#random;
    const channel = random.one(['main', 'main', 'checking']);
    const txId = { txId: random.integer(0, Math.max(1, this.#members)) };
    const args = random.one<(string | { txId: number })[]>([
      ['GetTransactionByID', channel, txId],
      ['GetTransactionByID', channel, txId],
      ['GetTransactionByID', channel, 'nothing'],
      ['GetTransactionByID', channel, ''],
      ['GetBlockByTxID', channel, txId],
      ['GetBlockByTxID', channel, 'nothing'],
      ['GetBlockByNumber', channel, '17'],
      ['GetBlockByNumber', channel, '99999'],
      ['GetBlockByNumber', channel, 'x'],
      ['GetBlockByNumber', channel, '-1'],
      ['GetBlockByHash', channel, 'nothing'],
      ['GetChainInfo', channel],
      ['GetChainInfo', 'nowhere'],
      ['GetChainInfo'],
      ['Nothing', channel, 'x'],
      [],
    ]);
    return {
      kind: 'query',
      gateway: random.one(ORGANISATIONS),
      user: random.one(USERS),
      chaincode: 'qscc',
      channel,
      args,
    };
  }
}

/** A script of at least so many transactions. */
export function generateScript(seed: number, transactions: number): Script {
  return new Generator(seed).script(transactions);
}
