/** Of 20 events, so many share one lot and so must be recorded one after the other; every other lot is unique. */
const GROUP = 20;
const SHARING = 4;

const CHECK_GTIN = '09521234500018';

/** What an event does, by domain: its type, step and what becomes of the lot. */
const KINDS: readonly ((lot: string) => object)[] = [
  (lot) => ({
    type: 'ObjectEvent',
    action: 'ADD',
    bizStep: 'commissioning',
    quantityList: [quantity(lot, 5200)],
  }),
  (lot) => ({
    type: 'TransformationEvent',
    bizStep: 'commissioning',
    inputQuantityList: [quantity(`${lot}-in`, 5200)],
    outputQuantityList: [quantity(lot, 4100)],
  }),
  (lot) => ({
    type: 'ObjectEvent',
    action: 'OBSERVE',
    bizStep: 'shipping',
    disposition: 'in_transit',
    quantityList: [quantity(lot, 600)],
  }),
  (lot) => ({
    type: 'ObjectEvent',
    action: 'OBSERVE',
    bizStep: 'retail_selling',
    disposition: 'retail_sold',
    quantityList: [quantity(lot, 1)],
  }),
];

/**
 * The text of an EPCIS 2.0 document with `count` different events, spread evenly over the four domains. `run` keeps
 * the lots of one document apart from those of another; it may hold letters, digits and dashes. `sharing`: of 20
 * events, how many tell of one lot.
 */
export function captureEvents(run: string, count: number, sharing = SHARING): string {
  const eventList = Array.from({ length: count }, (_, n) => {
    const group = Math.floor(n / GROUP);
    const shares = n % GROUP < sharing;
    const lot = shares ? `${run}-S${group}` : `${run}-${n}`;
    const kind = KINDS[(shares ? group : n) % KINDS.length];
    return {
      ...kind?.(lot),
      eventTime: new Date(Date.UTC(2026, 2, 1) + n * 1000).toISOString(),
      eventTimeZoneOffset: '+07:00',
      readPoint: { id: 'https://id.gs1.org/414/9521234500018' },
      bizLocation: { id: 'https://id.gs1.org/414/9521234500018' },
    };
  });
  return JSON.stringify({
    '@context': ['https://ref.gs1.org/standards/epcis/epcis-context.jsonld'],
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: '2026-03-01T00:00:00Z',
    epcisBody: { eventList },
  });
}

function quantity(lot: string, amount: number): object {
  return { epcClass: `https://id.gs1.org/01/${CHECK_GTIN}/10/${lot}`, quantity: amount, uom: 'KGM' };
}
