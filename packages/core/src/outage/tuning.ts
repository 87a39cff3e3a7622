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
  /** More messages than this on one topic within the hour are a flood of one client, who is then not counted. */
  flood: 3,

  /** Evidence in nats (−ln p) at 4,000 failure reports a week and 0.2 false alarms; more reports, more chances to err. */
  need: 12.8,
  needLeast: 8.5,
  needPerFold: 1.15,
  needPerFoldMore: 0.15,
  /** ln of how many more places are looked at when one looks by region, service, everything or word. */
  regionCost: 2.1,
  serviceCost: 1,
  everythingCost: 2,
  wordCost: 2.5,
  /** Fewer than so many times the expected are no outage, however sure it is that they are more. */
  leastRatio: 1.6,
  /** What is less than this for `suspected`. */
  suspectedDiscount: 3,

  /** Overdispersion beyond what the filters know: deliveries come in clumps, which matters in short windows. */
  varianceScale: 0.6,
  clumping: 0.1,

  /** Variance (of the log, about) of a topic around its share, and how long it remembers. */
  levelVariance: 0.05,
  levelMemory: 180,
  /** Memory of the two shares of a topic; the higher one counts, so that a drift is followed and an outage forgotten. */
  slowShareMemory: 4 * 1_440,
  fastShareMemory: 0.7 * 1_440,
  fastSharePrior: 60,
  /** Learning is capped: at most so many times the expected is believed, saved up for at most `savedMinutes`. */
  believedFailures: 1.5,
  believedOrdinary: 2.5,
  savedMinutes: 90,

  /** How busy it is: half a day, most of an hour; each with as many expected reports as it takes to be believed. */
  dayMemory: 480,
  dayPrior: 10,
  hourMemory: 40,
  hourPrior: 15,
  servicePrior: 8,
  mostServiceRatio: 2.6,
  windowPrior: 12,
  /** An ordinary topic beyond so many times the expected is a campaign; failures grow with this power of it. */
  campaign: 2,
  campaignPower: 0.4,

  /** Share of an open incident's reports that get another topic's label, elsewhere and within its service. */
  mislabelled: 0.12,
  mislabelledKin: 0.06,
  /** Evidence for more of the same: the share of what opening needs. */
  widenShare: 0.5,
  reopenShare: 0.45,
  reopenClients: 3,
  /** Topics with so many clients in common report the same outage. */
  mergeShare: 0.15,
  /** A region must carry so much of the excess to be the scope. */
  regionShare: 0.56,
  regionShareAlone: 0.35,
  /** Nats that make another topic part of an outage which opens at the same time. */
  companionNeed: 6,
  /** A topic must carry so much of a group's excess to be named. */
  topicShare: 0.15,

  /** The window that opens an incident was chosen for its excess: so much of it is believed, and it fades a minute. */
  openingExcess: 0.75,
  keepPeak: 0.995,
  goesOnShare: 0.5,
  /** Nats for "the excess has gone" against "half of it goes on", and the shortest incident. */
  closeNeed: 2.9,
  /** Where no texts come: there silence is the only sign. */
  closeNeedWordless: 1.9,
  /** More of it for each e-fold of hours that it has lasted. */
  closeNeedPerFold: 1,
  /** Nats of one of its clients who says that it works again: for some it does before it does for all. */
  reliefNats: 2.2,
  shortestIncident: 10,
};
