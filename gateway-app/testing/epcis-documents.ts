/** A valid EPCIS event of `urn:test:one`, with other members where they are given. */
export const epcisEvent = (more: object = {}) => ({
  type: 'ObjectEvent',
  eventTime: '2026-05-01T08:00:00Z',
  eventTimeZoneOffset: '+00:00',
  action: 'OBSERVE',
  bizStep: 'shipping',
  epcList: ['urn:test:one'],
  ...more,
});

/** The text of an EPCIS document with these events. */
export const epcisDocument = (events: readonly object[]): string =>
  JSON.stringify({
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: '2026-05-01T08:00:00Z',
    epcisBody: { eventList: events },
  });
