/** A transcript before it has a form; every member but `text` is one line. */
export interface TranscriptSheet {
  readonly id: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly entries: readonly TranscriptEntry[];
}

interface TranscriptEntry {
  /** Of a message; `null`: a note. */
  readonly seq: number | null;
  readonly time: string;
  readonly speaker: string;
  /** Lines as written, none of them to be trusted. */
  readonly lines: readonly string[];
  readonly attachments: readonly (readonly [kind: string, url: string])[];
}

/** Entries begin at the left edge, attachments two spaces from it, and what was written four. */
export function textTranscript({ id, facts, entries }: TranscriptSheet): string {
  const head = [`Conversation ${id}`, ...facts.map(([name, value]) => `${name}: ${value}`)];
  const blocks = entries.map((entry) => [
    `${entry.seq === null ? '' : `#${entry.seq} `}${entry.time} ${entry.speaker}`,
    ...entry.attachments.map(([kind, url]) => `  ${kind}: ${url}`),
    ...entry.lines.map((line) => (line === '' ? '' : `    ${line}`)),
  ]);
  return `${[head, ...blocks].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Entries are headings, attachments a list, and what was written is quoted, with its own Markdown and HTML as plain text. */
export function markdownTranscript({ id, facts, entries }: TranscriptSheet): string {
  const blocks = [
    `# Conversation ${plain(id)}`,
    facts.map(([name, value]) => `- ${name}: ${plain(value)}`).join('\n'),
    ...entries.flatMap(markdownEntry),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function markdownEntry({ seq, time, speaker, attachments, lines }: TranscriptEntry): string[] {
  return [
    `## ${seq === null ? '' : `${seq} · `}${plain(time)} · ${plain(speaker)}`,
    ...(attachments.length === 0 ? [] : [attachments.map(([kind, url]) => `- ${kind}: ${plain(url)}`).join('\n')]),
    ...(lines.length === 0 ? [] : [lines.map(quoted).join('\n')]),
  ];
}

/** A line of a quotation. The backslash at the end keeps lines apart; before an empty line it would be shown. */
function quoted(line: string, index: number, lines: readonly string[]): string {
  if (line.trim() === '') return '>';
  // Four spaces would begin a block of code.
  const indented = plain(line).replace(/^\s+/, (spaces) => '\u00a0'.repeat(spaces.length));
  const next = lines[index + 1];
  return `> ${indented}${next === undefined || next.trim() === '' ? '' : '\\'}`;
}

/** Text that no Markdown reads anything into, by the backslash escapes of CommonMark 0.31, 2.4. */
function plain(line: string): string {
  return line
    .replace(/[\\`*_{}[\]<>~|&]/g, '\\$&')
    .replace(/^(\s*)([-+=#])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])/, '$1\\$2');
}
