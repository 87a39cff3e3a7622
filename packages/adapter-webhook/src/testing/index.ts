export type { Fault, FaultPoint, RecordedRequest } from './fault';
export { type FaultChoice, type FaultServer, faultServer, type FaultServerOptions } from './fault-server';
