const TYPES = { opened: 'open', joined: 'link', resolved: 'close', reopened: 'reopen' };

/** The detector behind the interface of the benchmark: events in, alarm lines out. State is the snapshot's length. */
export function outageAdapter(detector, emit) {
  return {
    push: ({ t, client, scenario, service, region, text }) =>
      detector.observe({ at: t, clientId: client, scenario, service, region, text }),
    tick(t) {
      for (const { type, at, incidentId, scenarios, region, clientIds } of detector.advance(t)) {
        emit({ type: TYPES[type], t: at, incident: incidentId, scenarios, region, clients: clientIds });
      }
    },
    stateSize: () => JSON.stringify(detector.snapshot()).length,
  };
}
