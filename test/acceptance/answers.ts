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
  readonly traceId: string;
  readonly verified: boolean;
  readonly attestedBy: readonly string[];
  readonly events: readonly TracedEvent[];
  readonly identifiers: readonly { readonly id: string; readonly lacksOrigin: boolean }[];
  readonly withoutOrigin: readonly string[];
}

export interface TracedEvent {
  readonly domain: string;
  readonly block: string;
  readonly txNum: number;
  readonly txId: string;
  /** The same wherever the same was sent. */
  readonly recordId: string;
  readonly traces: readonly { readonly id: string; readonly ver: number }[];
  readonly step: string | null;
  readonly eventID: string | null;
  readonly proof: string;
  readonly data: unknown;
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
