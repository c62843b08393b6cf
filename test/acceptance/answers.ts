/** What `cotrace … --json` answers, as far as the suite looks at it. */

export interface CaptureAnswer {
  readonly events: number;
  readonly recorded: number;
  readonly alreadyRecorded: number;
  readonly refused: number;
  readonly failed: number;
  readonly outcomes: readonly Outcome[];
  readonly warnings: readonly string[];
}

export interface Outcome {
  readonly file: string;
  readonly path: string;
  readonly line: number;
  readonly status: string;
  readonly domain: string | null;
  readonly txId: string | null;
  readonly recordId: string | null;
  readonly block: string | null;
  readonly code: string | null;
  readonly reasons: readonly string[];
}

export interface TraceAnswer {
  readonly question: { readonly traceId: string };
  /** How the identifier was read. */
  readonly understood: { readonly traceId: string };
  /** Where the events that correct others are, by their ids. */
  readonly corrections: readonly { readonly eventID: string }[];
  readonly asOf: { readonly block: string; readonly attestedBy: readonly string[] };
  readonly complete: boolean;
  readonly events: readonly TracedEvent[];
  readonly identifiers: readonly TracedIdentifier[];
  readonly withoutOrigin: readonly string[];
  readonly leftOut: readonly unknown[];
  readonly brokenChains: readonly unknown[];
}

/** Certain, or undecided for these reasons. */
interface TracedStatus {
  readonly certain: boolean;
  readonly because: readonly string[];
}

export interface TracedIdentifier extends TracedStatus {
  readonly traceId: string;
  readonly organisations: readonly { readonly mspId: string; readonly count: number }[];
}

export interface TracedEvent extends TracedStatus {
  readonly domain: string;
  readonly block: string;
  readonly txNum: number;
  readonly txId: string;
  /** The same wherever the same was sent. */
  readonly recordId: string;
  readonly organisation: string;
  readonly time: string;
  readonly record: {
    readonly step: string | null;
    readonly eventID: string | null;
    readonly traces: readonly { readonly id: string; readonly role: string }[];
    readonly data: unknown;
  } | null;
}

export interface NodeAnswer {
  readonly name: string;
  readonly role: string;
  readonly domain: string | null;
  readonly state: string;
  readonly height: string | null;
  readonly lag: string | null;
  readonly storeBytes: string | null;
}

export interface StatusAnswer {
  readonly state: string;
  readonly processes: readonly {
    readonly name: string;
    readonly running: boolean;
    readonly pid: number | null;
  }[];
}

export interface StateAnswer {
  readonly found: boolean;
  readonly value?: string;
  readonly rev?: string;
  readonly node: string;
}
