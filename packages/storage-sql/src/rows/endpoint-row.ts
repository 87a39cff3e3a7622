import type { Endpoint } from '@firstline/core';
import type { EndpointRow } from '../tables';

export function endpointOf({ record }: Pick<EndpointRow, 'record'>): Endpoint {
  return JSON.parse(record) as Endpoint;
}
