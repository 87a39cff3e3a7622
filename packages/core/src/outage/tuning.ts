/**
 * The figures that were measured rather than derived: by `bench/outage.mjs` on streams of 0.2 to 30 messages a minute,
 * outages and traps included, on other seeds than those of the published table. Times are minutes.
 */
export const TUNING = {
  /** A client who writes on and on counts once, and anew after so long a silence. */
  silence: 60,
  /** How far the look back reaches, and its steps: a sharp outage shows in the short ones, a creeping one in the long. */
  history: 180,
  windows: [1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36, 48, 64, 85, 112, 145, 180],
  /** Beyond so many reports a longer window adds nothing that a shorter one has not shown. */
  mostScanned: 700,
  /** A report is looked back from for so many minutes: what may have been a flood at first shows whether it is one. */
  recheck: 3,
  /** More messages than this on one topic within the hour are a flood of one client, who is then not counted. */
  flood: 3,

  /** The bound on the mean time between false alarms is not tight: at most one start a client, whole minutes, few scopes. */
  boundSlack: 2.9,
  /** Fewer than so many times the expected are no outage, however sure it is that they are more. */
  leastRatio: 1.5,
  /** Sizes of an outage: times the expected, or shares of the least clients that come each minute, whichever is more. */
  ratios: [1.2, 2, 3.5, 6, 12, 25],
  rates: [0.0125, 0.025, 0.05, 0.0875, 0.15, 0.3],
  /** How likely an outage is one of a topic, of a service, of everything (ln), of one region, or shows in a word (ln). */
  topicWeight: Math.log(0.8),
  serviceWeight: Math.log(0.15),
  everythingWeight: Math.log(0.05),
  /** What fails everywhere is reported at once: no longer window is looked at for it. */
  longestEverything: 48,
  regional: 0.3,
  /** Usual texts that the first guess of an outage's words is worth; how likely it has no words in common; most nats of words. */
  wordPrior: 1.5,
  wordless: 0.25,
  mostWordNats: 10,
  /** What is less than the evidence needed for `suspected`. */
  suspectedDiscount: 3,
  /** Reports a minute that are always to be expected: nothing is certain, also at night. */
  leastRate: 0.0003,
  /** Overdispersion beyond what the filters know: deliveries come in clumps, which matters in short windows. */
  clumping: 0.05,
  /** Relative variance of what wrong labels of an outage add to other topics. */
  spillVariance: 0.3,

  /** Reports of a failure per usual report, as logs: what is known first, what a minute adds, and the fast part's. */
  firstVariance: 1.5,
  driftVariance: 0.03 / 1_440,
  levelVariance: 0.03,
  levelMemory: 180,
  /** Learning is capped: at most so many times the expected is believed, saved up for at most `savedMinutes`. */
  believed: 1.5,
  believedInOutage: 1.1,
  believedPerDay: 0.5,
  savedMinutes: 90,
  savedInOutage: 10,

  /** How busy it is against the time of the week: half a day, and most of an hour. */
  dayMemory: 600,
  dayVariance: 0.06,
  hourMemory: 45,
  hourVariance: 0.05,
  burstPrior: 12,
  /** While the time of the day is not known: relative variance of what is expected, for each hour looked back, and nats more that are needed. */
  firstDays: 1,
  firstDaysNeed: 3,
  /** Memory of a usual topic's share, and of what topics have in common, with the variance of one topic around that. */
  shareMemory: 4 * 1_440,
  commonMemory: 25,
  topicVariance: 0.06,
  /** What is common is worked out anew every minute with so many topics, and less often with more. */
  commonTopics: 64,
  surgeMemories: [40, 360],

  /** Share of an incident's reports that get another topic's label, elsewhere and within its service, and clients it is worth. */
  confused: 0.03,
  confusedKin: 0.06,
  confusedPrior: 10,
  /** Evidence for more of the same: the share of what opening needs. */
  widenShare: 0.65,
  reopenShare: 0.45,
  reopenClients: 3,
  /** Topics with so many clients in common report the same outage. */
  mergeShare: 0.15,
  /** A region must carry so much of the excess to be the scope. */
  regionShare: 0.56,
  regionShareAlone: 0.35,
  /** Nats that make another topic part of an outage which opens at the same time. */
  companionNeed: 4,
  /** Nats that make a topic one of those which show that everything fails. */
  elevatedNeed: 3,
  /** A topic must carry so much of a group's excess to be named. */
  topicShare: 0.15,
  /** Whether a client belongs to an incident is judged by the reports of so many minutes. */
  linkMinutes: 20,
  /** A client is named whose report is so many times likelier of the incident than not. */
  linkOdds: 2.5,

  /** The window that opens an incident was chosen for its excess: so much of it is believed. */
  openingExcess: 0.75,
  /** Memory of the excess of new clients; its peak fades by so much a minute, and so much of that may go on unnoticed. */
  excessMemory: 30,
  keepPeak: 0.99,
  goesOnShare: 0.5,
  /** What goes on is at least so many new clients a minute, and such a share of the usual: less cannot be told from none. */
  leastExcess: 0.05,
  leastExcessShare: 0.35,
  /** Nats for "the excess has gone" against "half of it goes on", and the shortest incident. */
  closeNeed: 2.1,
  /** Where no texts come: there silence is the only sign. */
  closeNeedWordless: 1.8,
  /** More of it for each e-fold of hours that it has lasted. */
  closeNeedPerFold: 0.6,
  shortestIncident: 5,
  /** A client who was silent for so long and joined so recently at most comes back, at these rates a minute. */
  returnSilence: 15,
  returnMemory: 120,
  returnRate: 0.0005,
  returnRateAfter: 0.003,
  /** Client minutes that the first guess of the rate is worth. */
  returnPrior: 1_000,
  mostReturnNats: 2.5,
  /** However unlike the outage's its words are, a report is so much of a sign that it goes on. */
  leastRatioOfWords: 0.1,
  /** Nats of one of its clients who says that it works again: for some it does before it does for all. */
  reliefNats: 2.2,
  /** That nobody comes back takes at most so much of what the missing new clients give. */
  mostSilence: 0.3,
};
