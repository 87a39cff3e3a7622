import type { ScenarioInput } from '@firstline/core';
import { askHuman } from './scenarios/ask-human';
import { billing } from './scenarios/billing';
import { cancel } from './scenarios/cancel';
import { complaint } from './scenarios/complaint';
import { greeting } from './scenarios/greeting';
import { massOutage } from './scenarios/mass-outage';
import { referral } from './scenarios/referral';
import { tariffs } from './scenarios/tariffs';
import { techSupportAdvanced } from './scenarios/tech-support-advanced';
import { techSupportBasic } from './scenarios/tech-support-basic';
import { thanks } from './scenarios/thanks';

/**
 * What customers of an internet and mobile provider write about, in Russian and English: a start to edit, with plain
 * objects that `defineScenarios` and `localClassifier` both take. Replies begin without a hello, because a client's
 * first one is preceded by the greeting message. ASK_HUMAN and COMPLAINT go to a person at once, so their replies are
 * sent only by those who change `escalate` to `'after-reply'`. TECH_SUPPORT_BASIC and MASS_OUTAGE are reports of a failure,
 * in which mass outages show; once one is known, its notice is said instead of their replies.
 */
export const supportScenarios: ScenarioInput[] = [
  greeting,
  referral,
  billing,
  tariffs,
  techSupportBasic,
  techSupportAdvanced,
  massOutage,
  cancel,
  askHuman,
  thanks,
  complaint,
];
