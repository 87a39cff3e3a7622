import { about } from './about';
import type { Config } from './config';
import type { ModelConfig } from './model-config';

/** What the newcomer reads first: where the server is, what it works with and what is not set up. */
export function welcome(url: string, config: Config, generatedPassword: string | null): string {
  const lines = [
    `Firstline ${about.version} is listening on ${url}`,
    '',
    `  data        ${config.databaseFile}`,
    ...classifierLines(config.model),
    `  webhooks    ${config.webhookUrl === null ? TO_THE_CHANNEL : 'to WEBHOOK_URL, unless a message names its own channel'}`,
  ];
  if (config.webhookSecret === null) lines.push(`              ${GENERATED_SECRET}`);
  if (config.ingressKeys !== null) lines.push(`              come in at ${url}/ingress/webhook`);
  if (config.allowPrivateAddresses) lines.push('              may go to private addresses: for development only');
  lines.push(`  telegram    ${config.telegram === null ? NO_BOT : `a bot, ${BOT_MODES[config.telegram.mode]}`}`);
  lines.push(
    `  operators   ${generatedPassword === null ? GIVEN_PASSWORD : `admin, with the password ${generatedPassword}`}`,
  );
  if (generatedPassword !== null) lines.push(`              ${GENERATED_PASSWORD}`);
  else if (config.jwtSecret === null) lines.push(`              ${GENERATED_JWT_SECRET}`);
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

function classifierLines(model: ModelConfig | null): readonly string[] {
  if (model === null) return [`  classifier  ${LOCAL_ALONE}`, `              ${NO_MODEL}`];
  const { name, baseURL, dailyBudget, price } = model;
  const where = baseURL === null ? 'OpenAI' : new URL(baseURL).host;
  const cost = price === null ? 'costs are not counted; set OPENAI_PRICE and OPENAI_BUDGET' : NO_BUDGET;
  return [
    `  classifier  local, trained from the example scenarios; what it is not sure of is sent to ${where}`,
    `              ${name}, ${dailyBudget === null ? cost : `for at most $${dailyBudget} a day`}`,
  ];
}

const NO_BOT = 'no bot: TELEGRAM_BOT_TOKEN is not set';
const BOT_MODES = {
  polling: 'asked for what clients write',
  webhook: 'which sends what clients write to /ingress/telegram',
  'send-only': 'which receives nothing',
} as const;
const LOCAL_ALONE = 'local, trained from the example scenarios; no message is sent to a model';
const NO_MODEL = 'no language model behind it: neither OPENAI_API_KEY nor OPENAI_BASE_URL is set';
const NO_BUDGET = 'without a limit to what it costs; set OPENAI_BUDGET';
const TO_THE_CHANNEL = 'to the channel a message names; WEBHOOK_URL, for those that name none, is not set';
const GIVEN_PASSWORD = 'admin, with OPERATOR_PASSWORD';
const GENERATED_PASSWORD = 'made for this run; set OPERATOR_PASSWORD to choose your own';
const GENERATED_JWT_SECRET = 'tokens end with this run; set JWT_SECRET so that they outlast it';
const GENERATED_SECRET = 'signed with a secret made for this run; set WEBHOOK_SECRET so that receivers can verify';
