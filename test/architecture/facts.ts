/** A fact that the code states in one place: how it would look where it is stated again, and where it may stand. */
export interface Fact {
  readonly what: string;
  readonly pattern: RegExp;
  /** Paths from the repository's root, or beginnings of such. */
  readonly homes: readonly string[];
}

/** Found by people who looked for what they had to change, and changed one of two places. */
export const FACTS: readonly Fact[] = [
  {
    what: 'how many organisations must agree',
    pattern: /Math\.max\([^;]*[qQ]uorum|Math\.max\(2, /,
    homes: ['core/formats/membership.ts'],
  },
  {
    what: 'the code of a valid transaction',
    pattern: /\bVALID(?:: number)? = |TxValidationCode\.VALID\b/,
    // The embedded network does as Fabric does, with Fabric's own names.
    homes: ['core/formats/transaction-leaf.ts', 'network/devnet/', 'fabric-model/'],
  },
  {
    what: 'the keys of a domain’s state',
    pattern: /['"`](?:rec|evt|eid|dec|meta|mark)\/|['"]trace\/['"]/,
    homes: ['core/records/keys.ts'],
  },
  {
    what: 'how a consortium names a certificate',
    pattern: /createHash\('sha256'\)\.update\((?:der|[^;]*\.raw)\)/,
    homes: ['gateway-app/consortium/certificate-hash.ts'],
  },
  {
    what: 'the calls that approve and commit a chaincode',
    pattern:
      /\b(?:ApproveChaincodeDefinitionForMyOrg|CommitChaincodeDefinition|CheckCommitReadiness)ArgsSchema\b/,
    homes: ['fabric-model/lifecycle/calls.ts', 'fabric-model/gen/', 'network/devnet/system/lifecycle/'],
  },
  {
    // Orders are recorded in one of them.
    what: 'the default domains',
    pattern: /['"](?:production|processing|distribution|retail)['"]/,
    homes: ['core/domains/', 'verifier/order/order.ts'],
  },
  {
    what: 'the business steps',
    pattern: /\b(?:creating_class_instance|sensor_reporting|stock_taking)\b/,
    homes: ['core/domains/'],
  },
  {
    what: 'the days of the calendar',
    pattern: /\b29\s*:\s*28\b/,
    homes: ['core/records/event-time.ts'],
  },
  {
    what: 'the longest certificate and signature that are looked at',
    pattern: /\bMAX_(?:CERTIFICATE|SIGNATURE)_BYTES = /,
    homes: ['verifier/'],
  },
];

/** Places of source code, as `path:line`, that state a fact elsewhere than in its homes. */
export function statedAgain(
  { pattern, homes }: Fact,
  sources: readonly { readonly path: string; readonly text: string }[],
): string[] {
  return sources
    .filter(({ path }) => !homes.some((home) => path.startsWith(home)))
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, i) =>
          pattern.test(line) && !/^\s*(?:\/?\*|\/\/)/.test(line) ? [`${path}:${i + 1}`] : [],
        ),
    );
}
