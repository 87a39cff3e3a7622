import { about } from './about';
import type { Config } from './config';

/** What the newcomer reads first: where the server is, what it works with and what is not set up. */
export function welcome(url: string, config: Config, generatedPassword: string | null): string {
  const lines = [
    `Firstline ${about.version} is listening on ${url}`,
    '',
    `  data        ${config.databaseFile}`,
    '  classifier  local, trained from the example scenarios; nothing leaves this machine',
    `  webhooks    ${config.webhookUrl === null ? TO_THE_CHANNEL : 'to WEBHOOK_URL, unless a message names its own channel'}`,
  ];
  if (config.webhookSecret === null) lines.push(`              ${GENERATED_SECRET}`);
  if (config.allowPrivateAddresses) lines.push('              may go to private addresses: for development only');
  lines.push(
    `  operators   ${generatedPassword === null ? GIVEN_PASSWORD : `admin, with the password ${generatedPassword}`}`,
  );
  if (generatedPassword !== null) lines.push(`              ${GENERATED_PASSWORD}`);
  else if (config.jwtSecret === null) lines.push(`              ${GENERATED_JWT_SECRET}`);
  if (config.ignored.length > 0) {
    lines.push(`  ignored     ${config.ignored.join(', ')}: not available in this version`);
  }
  return lines.join('\n');
}

/** What to do next. */
export function invitation(url: string, messageId: string, accessToken: string): string {
  return [
    'Now you:',
    '',
    `  curl -s ${url}/api/messages -H 'Content-Type: application/json' \\`,
    `    -d '{"client_id":"me","content":"Сколько стоит домашний интернет?"}'`,
    '',
    'And why the last one was answered as it was (put in the original_message_id of yours). The token reads, for 15 minutes:',
    '',
    `  curl -s ${url}/api/messages/${messageId}/explanation \\`,
    `    -H "Authorization: Bearer ${accessToken}"`,
    '',
    'Ctrl+C stops the server. FIRSTLINE_DEMO=off starts it without this conversation.',
  ].join('\n');
}

const TO_THE_CHANNEL = 'to the channel a message names; WEBHOOK_URL, for those that name none, is not set';
const GIVEN_PASSWORD = 'admin, with OPERATOR_PASSWORD';
const GENERATED_PASSWORD = 'made for this run; set OPERATOR_PASSWORD to choose your own';
const GENERATED_JWT_SECRET = 'tokens end with this run; set JWT_SECRET so that they outlast it';
const GENERATED_SECRET = 'signed with a secret made for this run; set WEBHOOK_SECRET so that receivers can verify';
