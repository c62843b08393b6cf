interface ProofFile {
  readonly question: Record<string, string>;
  readonly blocks: { readonly block: string; readonly attestations: Record<string, string>[] }[];
  readonly transactions: {
    readonly block: string;
    readonly txNum: number;
    envelope: string;
  }[];
}

/** A change of a proof file that somebody might profit from, and how `cotrace verify` must name it. More are beside the verifier. */
export interface Tampering {
  readonly what: string;
  readonly changed: string;
  readonly error: string;
}

/** Changes of the proof file `text`. `omitted`: the place of a record after which others come in its chain. */
export function tamperings(
  text: string,
  omitted: { readonly block: string; readonly txNum: number },
): Tampering[] {
  const change = (what: string, error: string, work: (proof: ProofFile) => void): Tampering => {
    const proof = JSON.parse(text) as ProofFile;
    work(proof);
    return { what, error, changed: JSON.stringify(proof) };
  };
  return [
    change('a time in a record', 'ROOT_MISMATCH', ({ transactions }) => {
      const [transaction] = transactions;
      if (transaction !== undefined) transaction.envelope = laterYear(transaction.envelope);
    }),
    change('the first record of a chain left out', 'GAP', ({ blocks, transactions }) => {
      const left = transactions.findIndex(
        ({ block, txNum }) => block === omitted.block && txNum === omitted.txNum,
      );
      if (left < 0) throw new Error('the record to leave out is not in the proof');
      transactions.splice(left, 1);
      // A block that nothing is left of would give the omission away.
      if (!transactions.some(({ block }) => block === omitted.block))
        blocks.splice(
          blocks.findIndex(({ block }) => block === omitted.block),
          1,
        );
    }),
    change('the question', 'NOT_ASKED', ({ question }) => {
      question['traceId'] = 'https://id.gs1.org/01/10860009998039/10/ANOTHER-SALAD';
    }),
    change('attestations of one organisation alone', 'NO_QUORUM', ({ blocks }) => {
      first(blocks).attestations.splice(1);
    }),
  ];
}

function first<T>(list: readonly T[]): T {
  const [item] = list;
  if (item === undefined) throw new Error('the proof has nothing to tamper with');
  return item;
}

/** An envelope in which every 2026 of its record is a 2027. */
function laterYear(envelope: string): string {
  const text = Buffer.from(envelope, 'base64url').toString('latin1');
  return Buffer.from(text.replaceAll('"eventTime":"2026', '"eventTime":"2027'), 'latin1').toString(
    'base64url',
  );
}
