import { anyText, arrayOf, dateTime, objectOf, oneOf, textLike, that, uri, type Check } from './check.js';
import { jsonLdContext } from './context-schema.js';
import { isObject } from './json.js';
import { isUri } from './uri.js';

const attribute = objectOf({
  members: {
    id: uri,
    attribute: that('a number, a text or an object', (value) => {
      return typeof value === 'number' || typeof value === 'string' || isObject(value);
    }),
  },
  required: ['id'],
  others: 'any',
});

const vocabularyElement = objectOf({
  members: { id: uri, attributes: arrayOf(attribute), children: arrayOf(uri) },
  required: ['id'],
  others: 'any',
});

const vocabularyList = arrayOf(
  objectOf({
    members: { type: uri, vocabularyElementList: arrayOf(vocabularyElement) },
    required: ['type'],
    others: 'any',
  }),
);

const header = objectOf({
  members: { epcisMasterData: objectOf({ members: { vocabularyList }, others: 'any' }) },
  others: 'extensions',
});

const schemaVersion = textLike(/^\d+(?:\.\d+)*$/, 'a version, such as "2.0"', (value) =>
  typeof value === 'number' ? `it in quotation marks, such as "2.0"` : null,
);

// JSON-LD has blank nodes (_:a) and relative addresses here, which name nothing outside the document.
const documentId = that(
  'a URI',
  (value) => typeof value === 'string' && isUri(value),
  () => 'one such as urn:uuid:… or https://example.com/documents/1, or leave it out',
);

// Each event is judged by itself: one that is wrong does not make the document wrong.
const events = arrayOf(() => undefined);

/** All of an `EPCISDocument` but its events (EPCIS 2.0, section 9.5, in the JSON binding). */
export const documentCheck: Check = objectOf({
  members: {
    '@context': jsonLdContext,
    id: documentId,
    type: oneOf(['EPCISDocument']),
    schemaVersion,
    creationDate: dateTime,
    instanceIdentifier: anyText,
    sender: anyText,
    receiver: anyText,
    epcisHeader: header,
    epcisBody: objectOf({ members: { eventList: events }, required: ['eventList'], others: 'any' }),
  },
  required: ['@context', 'type', 'schemaVersion', 'creationDate', 'epcisBody'],
  others: 'extensions',
});

const resultsBody = objectOf({
  members: { eventList: events, vocabularyList },
  required: ['eventList'],
  others: 'extensions',
});

const queryResults = objectOf({
  members: { queryName: anyText, subscriptionID: anyText, resultsBody },
  required: ['queryName', 'resultsBody'],
  others: 'extensions',
});

/** All of an `EPCISQueryDocument` but its events. */
export const queryDocumentCheck: Check = objectOf({
  members: {
    '@context': jsonLdContext,
    id: documentId,
    type: oneOf(['EPCISQueryDocument']),
    schemaVersion,
    creationDate: dateTime,
    epcisBody: objectOf({ members: { queryResults }, required: ['queryResults'], others: 'extensions' }),
  },
  required: ['@context', 'type', 'epcisBody'],
  others: 'extensions',
});
