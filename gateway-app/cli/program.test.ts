import { CotraceError } from '@cotrace/core';
import { describe, expect, it, jest } from '@jest/globals';
import { Command } from 'commander';
import { notingRooms, type Noted } from '../testing/noting-rooms.js';
import { spoken } from '../testing/printed.js';
import { EXIT } from './output.js';
import { addCommands, runProgram } from './program.js';
import { ROOMS } from './rooms.js';
import { Runner } from './runner.js';

/** An exit code that only a command has that was run. */
const OWN = 42;
const ANSWERS: Readonly<Record<string, unknown>> = {
  readRules: ['rule'],
  trustPath: 'trust.json',
  watchFolder: 'watch-folder',
};

/** What a command line calls, in order, and how it ends. `failing`: functions that throw. */
async function asked(line: string, failing: Readonly<Record<string, Error>> = {}) {
  const calls: Noted[] = [];
  const rooms = notingRooms(calls, (name) => {
    if (failing[name] !== undefined) throw failing[name];
    return ANSWERS[name] ?? OWN;
  });
  const result = await spoken(() =>
    runProgram(
      line.split(' ').filter((arg) => arg !== ''),
      rooms,
    ),
  );
  return { ...result, calls };
}

const HOME = '.cotrace';
const TEXT = { json: false };
/** Options that every command has, as they are without any. */
const PLAIN = { home: HOME, json: false };
const session = (...calls: readonly Noted[]): readonly Noted[] => [
  ['openSession', PLAIN],
  ['requireListed'],
  ...calls,
  ['close'],
];
const product = (direction: string, proof?: string, more: object = {}) => ({
  traceId: 'LOT',
  direction,
  ...{ newest: null, envelopes: false, at: null, recorders: null },
  trust: 'trust.json',
  proof,
  ...more,
});
const traced = (line: string, ...wish: Parameters<typeof product>): [string, readonly Noted[]] => [
  line,
  session(['trustPath', null, HOME], ['trace', product(...wish), TEXT]),
];
const watching = (...traceIds: readonly string[]) => ({
  with: (options: object): Noted => [
    'watch',
    traceIds,
    { trust: 'trust.json', folder: 'watch-folder', every: null, ...options },
    TEXT,
  ],
});

describe('a command line', () => {
  it.each<[string, readonly Noted[]]>([
    ['network up', [['up', HOME, { topology: null, backend: null }, TEXT]]],
    [
      '--home h network up --topology t.yaml --backend fabric',
      [['up', 'h', { topology: 't.yaml', backend: 'fabric' }, TEXT]],
    ],
    ['network up --backend devnet', [['up', HOME, { topology: null, backend: 'devnet' }, TEXT]]],
    ['network down', [['down', HOME, false, TEXT]]],
    ['network down --purge', [['down', HOME, true, TEXT]]],
    ['network status', [['status', HOME, TEXT]]],
    ['--json network status', [['status', HOME, { json: true }]]],
    ['network prepare --stores s', [['prepare', HOME, null, 's', TEXT]]],
    ['network prepare --stores s --topology t.yaml', [['prepare', HOME, 't.yaml', 's', TEXT]]],
    ['network deploy', [['deploy', HOME, TEXT]]],
    [
      'capture a.json b.json',
      session(
        ['readRules', null, HOME, ['goods', 'retail']],
        ['capture', ['a.json', 'b.json'], { allOrNothing: false, inFlight: 64, rules: ['rule'] }, TEXT],
      ),
    ],
    [
      'capture --in-flight 7 --log l.jsonl --rules r.yaml a.json',
      session(
        ['readRules', 'r.yaml', HOME, ['goods', 'retail']],
        ['capture', ['a.json'], { allOrNothing: false, inFlight: 7, log: 'l.jsonl', rules: ['rule'] }, TEXT],
      ),
    ],
    [
      'capture --all-or-nothing -',
      session(
        ['readRules', null, HOME, ['goods', 'retail']],
        ['capture', ['-'], { allOrNothing: true, inFlight: 64, rules: ['rule'] }, TEXT],
      ),
    ],
    [
      '--json capture --dry-run --rules r.yaml a.json',
      [
        ['knownDomains', { home: HOME, json: true }],
        ['readRules', 'r.yaml', HOME, OWN],
        ['dryRun', ['a.json'], ['rule'], { json: true }],
      ],
    ],
    traced('trace LOT', 'none'),
    traced('trace LOT --up', 'up'),
    traced('trace LOT --both', 'both'),
    traced('trace LOT --show all', 'none'),
    traced('trace LOT --up --show all', 'up'),
    traced('trace LOT --show none', 'none', undefined, { newest: 0 }),
    traced('trace LOT --show newest 20', 'none', undefined, { newest: 20 }),
    traced('trace LOT --show newest 100000', 'none', undefined, { newest: 100_000 }),
    traced('trace LOT --envelopes --at 4095', 'none', undefined, { envelopes: true, at: 4095n }),
    traced('trace LOT --recorders B,A', 'none', undefined, { recorders: ['B', 'A'] }),
    [
      'watch LOT BOX',
      session(['trustPath', null, HOME], ['watchFolder', HOME], watching('LOT', 'BOX').with({})),
    ],
    [
      'watch LOT --every 60 --folder kept',
      session(['trustPath', null, HOME], watching('LOT').with({ every: 60, folder: 'kept' })),
    ],
    [
      'trace LOT --down --proof p.json --trust t.json',
      session(['trustPath', 't.json', HOME], ['trace', product('down', 'p.json'), TEXT]),
    ],
    [
      'verify p.json',
      [
        ['trustPath', null, HOME],
        ['verify', 'p.json', 'trust.json', TEXT],
      ],
    ],
    [
      '--home h verify p.json --trust t.json',
      [
        ['trustPath', 't.json', 'h'],
        ['verify', 'p.json', 'trust.json', TEXT],
      ],
    ],
    ['order place o.json', session(['place', 'o.json', TEXT])],
    ['order verify o.json', session(['trustPath', null, HOME], ['verify', 'o.json', 'trust.json', TEXT])],
    [
      'order verify o.json --trust t.json',
      session(['trustPath', 't.json', HOME], ['verify', 'o.json', 'trust.json', TEXT]),
    ],
    ['state get goods trace/LOT', session(['stateGet', 'goods', 'trace/LOT', TEXT])],
    ['nodes', session(['nodes', TEXT])],
    ['checking', session(['checking', { last: 10 }, TEXT])],
    ['checking --last 100', session(['checking', { last: 100 }, TEXT])],
    ['checking 7', session(['checking', { cycle: 7n }, TEXT])],
    ['consortium c.yaml', [['consortium', 'c.yaml', '.', TEXT]]],
    ['consortium check', [['openSession', PLAIN], ['checkConsortium', null, TEXT], ['close']]],
    [
      'consortium check --update u.pb',
      [['openSession', PLAIN], ['checkConsortium', 'u.pb', TEXT], ['close']],
    ],
    ['consortium c.yaml --out o', [['consortium', 'c.yaml', 'o', TEXT]]],
    // An administrator is not listed, and asks nodes nothing.
    ['define', [['openSession', PLAIN], ['define', [], TEXT], ['close']]],
    ['define a.json b.json', [['openSession', PLAIN], ['define', ['a.json', 'b.json'], TEXT], ['close']]],
    ['define --check a.json b.json', [['checkDefinitions', ['a.json', 'b.json'], TEXT]]],
    ['define --example', [['printExample', TEXT]]],
    ['node n.json', [['runNode', 'n.json']]],
    ['node n.json --check', [['checkNodes', 'n.json', TEXT]]],
    ['demo', [['demo', HOME, { topology: null, backend: null }, false, TEXT]]],
    [
      'demo --once --topology t.yaml --backend fabric',
      [['demo', HOME, { topology: 't.yaml', backend: 'fabric' }, true, TEXT]],
    ],
  ])('%s calls what does it, and ends with its exit code', async (line, calls) => {
    expect(await asked(line)).toEqual({ code: OWN, text: '', said: '', calls });
  });

  it('opens the session of the client that it names', async () => {
    const { calls } = await asked('--home h --org org2 --client c.json --json nodes');
    const options = { home: 'h', org: 'org2', client: 'c.json', json: true };
    expect(calls).toEqual([
      ['openSession', options],
      ['requireListed'],
      ['nodes', { json: true }],
      ['close'],
    ]);
  });

  it.each([
    '',
    'nope',
    'network',
    'network nope',
    'network up --backend nope',
    'network up more',
    'network prepare',
    'network prepare --stores',
    'capture',
    'capture --in-flight 0 a.json',
    'capture --in-flight 1025 a.json',
    'capture --in-flight 1.5 a.json',
    'capture --in-flight many a.json',
    'trace',
    'trace LOT MORE',
    'trace LOT --nope',
    'trace LOT --at 01',
    'trace LOT --at x',
    'trace LOT --recorders A,,B',
    'watch',
    'watch LOT --every 0',
    'watch LOT --every 86401',
    'watch LOT --every 1.5',
    'verify',
    'order place',
    'order verify',
    'state get goods',
    'consortium',
    'node',
  ])('that is wrong use calls nothing, and says so on standard error: %s', async (line) => {
    const { code, text, said, calls } = await asked(line);
    expect([code, text, calls]).toEqual([EXIT.usage, '', []]);
    expect(said).toMatch(/^(?:error: .*|Usage: cotrace .*)\n/);
  });

  it.each(['1', '1024'])('may have %s events under way', async (count) => {
    const { calls } = await asked(`capture --in-flight ${count} a.json`);
    expect(calls).toContainEqual([
      'capture',
      ['a.json'],
      expect.objectContaining({ inFlight: Number(count) }),
      TEXT,
    ]);
  });

  it('says which numbers of events may be under way', async () => {
    expect((await asked('capture --in-flight 0 a.json')).said).toContain('a whole number from 1 to 1024');
  });

  it('traces in one direction, and closes its session where it asks for two', async () => {
    const { code, said, calls } = await asked('trace LOT --up --down');
    expect([code, said]).toEqual([EXIT.usage, 'cotrace: [USAGE] give one of --up, --down and --both\n']);
    expect(calls).toEqual(session());
  });
});

describe('a command that fails', () => {
  it.each([
    'newest',
    'newest 0',
    'newest 100001',
    'newest 1e3',
    'newest 5 6',
    'oldest 5',
    'nope',
    'all 5',
    'none 5',
    '0',
  ])('shows nothing where --show is %s', async (show) => {
    const { code, said } = await asked(`trace LOT --show ${show}`);
    expect([code, said]).toEqual([
      EXIT.usage,
      'cotrace: [USAGE] --show is all, none, or newest and a number from 1 to 100000\n',
    ]);
  });

  it('shows all that a lineage leads through', async () => {
    const { code, said } = await asked('trace LOT --down --show newest 5');
    expect([code, said]).toEqual([
      EXIT.usage,
      'cotrace: [USAGE] a lineage needs all events that it leads through: leave out --show newest 5, or --down\n',
    ]);
  });

  const lost = { nodes: new CotraceError('INTERRUPTED', 'stopped', { at: 1n }) };

  it('ends with the exit code of the error, which it prints, and closes its session', async () => {
    const { code, text, said, calls } = await asked('nodes', lost);
    expect([code, text, said]).toEqual([EXIT.interrupted, '', 'cotrace: [INTERRUPTED] stopped\n']);
    expect(calls).toEqual(session(['nodes', TEXT]));
  });

  it('prints its error as JSON where that is wanted', async () => {
    const { said } = await asked('--json nodes', lost);
    const error = { code: 'INTERRUPTED', message: '[INTERRUPTED] stopped', detail: { at: '1' } };
    expect(JSON.parse(said)).toEqual({ error });
  });

  it('is not run for a client that nodes do not know', async () => {
    const stranger = { requireListed: new CotraceError('UNKNOWN_CALLER', 'not listed') };
    const { code, calls } = await asked('nodes', stranger);
    expect([code, calls]).toEqual([EXIT.failed, session()]);
  });

  it('without a session has none to close', async () => {
    const { code, calls } = await asked('nodes', { openSession: new CotraceError('CONFIG', 'no network') });
    expect([code, calls]).toEqual([EXIT.usage, [['openSession', PLAIN]]]);
  });
});

describe('help', () => {
  const program = new Command('cotrace');
  addCommands(program, new Runner(ROOMS, () => PLAIN));
  const within = (command: Command): Command[] => [command, ...command.commands.flatMap(within)];
  const commands = within(program).slice(1);
  const pathOf = (command: Command): string =>
    command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim();

  it('lists the commands by what people do first', async () => {
    const { code, text, said } = await asked('--help');
    expect([code, said]).toEqual([EXIT.done, '']);
    const listed = /\nCommands:\n((?: {2,}.*\n)+)/.exec(text)?.[1] ?? '';
    expect([...listed.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name)).toEqual(
      'network capture trace verify watch order state nodes checking consortium define node demo help'.split(
        ' ',
      ),
    );
  });

  it('says what every command, argument and option is for', () => {
    const parts = commands.flatMap((command) => [
      [pathOf(command), command.description()],
      ...command.registeredArguments.map((one) => [`${pathOf(command)} ${one.name()}`, one.description]),
      ...command.options.map((one) => [`${pathOf(command)} ${one.flags}`, one.description]),
    ]);
    expect(parts.length).toBeGreaterThan(40);
    expect(parts.filter(([, description]) => description === '')).toEqual([]);
    const names = commands.flatMap((command) => command.registeredArguments.map((one) => one.name()));
    expect(names).toEqual(names.map(() => expect.stringMatching(/^[a-z]+$/) as unknown));
  });

  it.each(commands.map(pathOf))('is there for %s, and calls nothing', async (path) => {
    const { code, text, calls } = await asked(`${path} --help`);
    expect([code, calls]).toEqual([EXIT.done, []]);
    expect(text).toMatch(new RegExp(`^Usage: cotrace ${path} .*\\n\\n\\w`));
  });

  it('has examples that are right', async () => {
    const { text } = await asked('--help');
    const examples = [...text.matchAll(/^ {2}cotrace (.*?) {2,}\S/gm)].map(([, line = '']) => line);
    expect(examples).toHaveLength(5);
    for (const line of examples) expect((await asked(line)).code).toBe(OWN);
  });

  it('says what it is, and the exit codes of an answer about an order', async () => {
    expect((await asked('--help')).text).toContain('\nVerifiable supply-chain traceability');
    expect((await asked('order verify --help')).text).toMatch(/\nExit codes: 0 .* 4 .* 5 .* 6 /);
  });

  it('has the version', async () => {
    const { code, text } = await asked('--version');
    expect([code, text]).toEqual([EXIT.done, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });

  it('that cannot be written is no wrong use', async () => {
    const stdout = jest.spyOn(process.stdout, 'write').mockImplementation(() => {
      throw new Error('no room');
    });
    try {
      await expect(runProgram(['--help'], ROOMS)).rejects.toThrow('no room');
    } finally {
      stdout.mockRestore();
    }
  });
});
