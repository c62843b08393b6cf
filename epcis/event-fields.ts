import { BUSINESS_STEPS } from '@cotrace/core';
import {
  all,
  anyBoolean,
  anyNumber,
  anyText,
  arrayOf,
  dateTime,
  objectOf,
  textLike,
  uri,
  vocabulary,
  type Check,
} from './check.js';
import { jsonLdContext } from './context-schema.js';
import { at } from './fault.js';
import { isArray, isObject } from './json.js';
import {
  BUSINESS_TRANSACTION_TYPES,
  DISPOSITIONS,
  ERROR_REASONS,
  MEASUREMENT_TYPES,
  SENSOR_ALERTS,
  SENSOR_COMPONENTS,
  SOURCE_DESTINATION_TYPES,
} from './vocabulary.js';

// Standard words are written bare: their URNs and web vocabulary URIs are not taken for words of one's own.
const CBV = /^(?:urn:epcglobal:cbv|https?:\/\/ns\.gs1\.org\/cbv\/)/;
const WEB_VOCABULARY = /^https?:\/\/(?:www\.)?gs1\.org\/voc\//;

const bizStep = vocabulary('a business step of CBV 2.0', BUSINESS_STEPS, CBV);
const disposition = vocabulary('a disposition of CBV 2.0', DISPOSITIONS, CBV);
const sourceOrDestinationType = vocabulary('a source or destination type', SOURCE_DESTINATION_TYPES, CBV);

export const uris = arrayOf(uri);
export const distinctUris = arrayOf(uri, { unique: true });
const place = objectOf({ members: { id: uri }, required: ['id'], others: 'any' });

export const quantities = arrayOf(
  objectOf({
    members: {
      epcClass: uri,
      quantity: anyNumber,
      uom: textLike(/^[A-Z0-9]{2,3}$/, 'a unit of measure of UN/ECE Recommendation 20, such as KGM'),
    },
    required: ['epcClass'],
    others: 'none',
  }),
);

export const transactions = arrayOf(
  objectOf({
    members: {
      type: vocabulary('a business transaction type', BUSINESS_TRANSACTION_TYPES, CBV),
      bizTransaction: uri,
    },
    required: ['bizTransaction'],
    others: 'none',
  }),
);

function ends(name: string): Check {
  return arrayOf(
    objectOf({
      members: { type: sourceOrDestinationType, [name]: uri },
      required: ['type', name],
      others: 'none',
    }),
  );
}

export const persistentDisposition: Check = all(
  objectOf({
    members: {
      set: arrayOf(disposition, { min: 1, unique: true }),
      unset: arrayOf(disposition, { min: 1, unique: true }),
    },
    others: 'none',
  }),
  (value, path, faults) => {
    if (!isObject(value) || Object.hasOwn(value, 'set') || Object.hasOwn(value, 'unset')) return;
    faults.add(at(path, 'set'), 'set or unset is required, but both are missing');
  },
);

const device = {
  deviceID: uri,
  deviceMetadata: uri,
  rawData: uri,
  dataProcessingMethod: uri,
  bizRules: uri,
  time: dateTime,
};

const sensorReport = objectOf({
  members: {
    ...device,
    type: vocabulary('a measurement type of GS1', MEASUREMENT_TYPES, WEB_VOCABULARY),
    exception: vocabulary('a sensor alert type', SENSOR_ALERTS, WEB_VOCABULARY),
    microorganism: uri,
    chemicalSubstance: uri,
    coordinateReferenceSystem: uri,
    value: anyNumber,
    component: vocabulary('a component of a sensor value', SENSOR_COMPONENTS, CBV),
    stringValue: anyText,
    booleanValue: anyBoolean,
    hexBinaryValue: textLike(/^[A-Fa-f0-9]+$/, 'hexadecimal digits'),
    uriValue: uri,
    minValue: anyNumber,
    maxValue: anyNumber,
    meanValue: anyNumber,
    sDev: anyNumber,
    percRank: anyNumber,
    percValue: anyNumber,
    uom: anyText,
  },
  required: ['type'],
  others: 'extensions',
});

const sensorElements = arrayOf(
  objectOf({
    members: {
      sensorMetadata: objectOf({
        members: { ...device, startTime: dateTime, endTime: dateTime },
        others: 'extensions',
      }),
      sensorReport: arrayOf(sensorReport, { min: 1 }),
    },
    required: ['sensorReport'],
    others: 'extensions',
  }),
);

const errorDeclaration = objectOf({
  members: {
    declarationTime: dateTime,
    reason: vocabulary('an error reason', ERROR_REASONS, CBV),
    correctiveEventIDs: uris,
  },
  required: ['declarationTime'],
  others: 'extensions',
});

const certificationInfo: Check = (value, path, faults) => (isArray(value) ? uris : uri)(value, path, faults);

/** Fields of every event. */
export const common = {
  '@context': jsonLdContext,
  eventTime: dateTime,
  recordTime: dateTime,
  eventTimeZoneOffset: textLike(
    /^[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)$/,
    'an offset from -14:00 to +14:00, such as -04:00',
    (value) => (value === 'Z' || value === 'z' ? '+00:00' : null),
  ),
  eventID: uri,
  certificationInfo,
  errorDeclaration,
};

/** Fields of every event of a standard type: why, where, from whom to whom, in what condition. */
export const circumstances = {
  bizStep,
  disposition,
  readPoint: place,
  bizLocation: place,
  sourceList: ends('source'),
  destinationList: ends('destination'),
  sensorElementList: sensorElements,
};

/** Instance and lot master data. */
export const ilmd = objectOf({ members: {}, others: 'extensions' });
