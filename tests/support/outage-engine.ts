import { createEngine, type Engine, type EngineOptions } from '@firstline/core';
import { ScriptedClassifier } from '@firstline/core/testing';

export const GRACE = 20_000;
export const LEASE = 15_000;

const SCENARIOS: EngineOptions['scenarios'] = [
  { id: 'OFFLINE', description: 'No connection', examples: ['offline'], service: 'internet', outage: true },
  { id: 'SLOW', description: 'A slow connection', examples: ['slow'], service: 'internet', outage: true },
  { id: 'NO_TV', description: 'No television', examples: ['no tv'], service: 'tv', outage: true },
  { id: 'QUESTION', description: 'Anything else', examples: ['a question'] },
].map((scenario) => ({ ...scenario, reply: { en: 'We have read it.' }, reminders: false }));

const classifier = new ScriptedClassifier([
  [/connection/, 'OFFLINE'],
  [/slow/, 'SLOW'],
  [/tv/, 'NO_TV'],
  [/./, 'QUESTION'],
]);

/** One process of a fleet that hears of outages. */
export function outageEngine(options: Pick<EngineOptions, 'storage' | 'clock' | 'transports'>): Engine {
  return createEngine({
    ...{ scenarios: SCENARIOS, classifier },
    ...options,
    policy: {
      receiving: { clientRateLimit: false },
      classification: { timeout: '5s' },
      outage: { grace: GRACE },
      work: { lease: LEASE },
    },
  });
}
