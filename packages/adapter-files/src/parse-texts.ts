import { FirstlineError, type FirstlineIssue, type TemplateTexts } from '@firstline/core';
import { jsonFaultAt } from './json-fault';

/** The texts in `source`, or an error that names the place in `file` and shows nothing of what stands there. */
export function parseTexts(json: string, file: string): TemplateTexts {
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch {
    // Not as the cause: its message quotes the file.
    throw new FirstlineError('invalid_options', `fileTemplates: ${file}:${place(json)}: this is not JSON`);
  }
  const issues = shapeFaults(content);
  const [first] = issues;
  if (first === undefined) return content as TemplateTexts;
  const lines = issues.map(({ path, message }) => `  - ${path}: ${message}`);
  const message = `fileTemplates: ${file} has faults:\n${lines.join('\n')}`;
  throw new FirstlineError('invalid_options', message, { path: first.path, issues });
}

function shapeFaults(content: unknown): FirstlineIssue[] {
  if (!isRecord(content)) return [{ path: 'the file', message: 'must be an object of texts by key' }];
  return Object.entries(content).flatMap(([key, text]) => {
    if (typeof text === 'string') return [];
    if (!isRecord(text)) return [{ path: key, message: 'must be a text, or an object of texts by locale' }];
    const wrong = Object.entries(text).filter(([, value]) => typeof value !== 'string');
    return wrong.map(([locale]) => ({ path: `${key}.${locale}`, message: 'must be a text' }));
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Line and column, counted from 1. */
function place(json: string): string {
  const before = json.slice(0, jsonFaultAt(json)).split('\n');
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}
