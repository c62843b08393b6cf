interface ProofFile {
  readonly question: Record<string, unknown>;
  readonly root: { readonly attested: { readonly attestations: object[] } };
  readonly records: string[];
  readonly traces: ProofTrace[];
}

interface ProofTrace {
  readonly traceId: string;
  readonly trees: { readonly events: object[] }[];
}

/** A change of a proof file that somebody might profit from, and how `cotrace verify` must name it. More are beside the verifier. */
export interface Tampering {
  readonly what: string;
  readonly changed: string;
  readonly error: string;
}

/** Changes of the proof file `text`. `traceId`: an identifier of its answer that has several events. */
export function tamperings(text: string, traceId: string): Tampering[] {
  const change = (what: string, error: string, work: (proof: ProofFile) => void): Tampering => {
    const proof = JSON.parse(text) as ProofFile;
    work(proof);
    return { what, error, changed: JSON.stringify(proof) };
  };
  const eventsOf = ({ traces }: ProofFile) => {
    const events = traces.find((trace) => trace.traceId === traceId)?.trees[0]?.events;
    if (events === undefined || events.length < 2) throw new Error('the proof has too little to tamper with');
    return events;
  };
  return [
    change('a time in a record', 'WRONG_RECORD', ({ records }) => {
      records[0] = first(records).replace(/"eventTime":"2026/, '"eventTime":"2027');
    }),
    change('the first event of an identifier left out', 'BAD_PROOF_LENGTH', (proof) => {
      eventsOf(proof).shift();
    }),
    change('the last event of an identifier left out', 'BAD_PROOF_LENGTH', (proof) => {
      eventsOf(proof).pop();
    }),
    change('all of an identifier left out', 'BAD_TRIE_NODE', ({ traces }) => {
      traces.splice(
        traces.findIndex((trace) => trace.traceId === traceId),
        1,
      );
    }),
    change('the question', 'PROVES_NOTHING', ({ question }) => {
      question['traceId'] = 'https://id.gs1.org/01/10860009998039/10/ANOTHER-SALAD';
    }),
    change('attestations of one organisation alone', 'NO_QUORUM', ({ root }) => {
      root.attested.attestations.splice(1);
    }),
  ];
}

function first<T>(list: readonly T[]): T {
  const [item] = list;
  if (item === undefined) throw new Error('the proof has nothing to tamper with');
  return item;
}
