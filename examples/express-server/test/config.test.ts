import { webhookPublicKey } from '@firstline/adapter-webhook';
import { describe, expect, it } from 'vitest';
import { ConfigError, newSigningSecret, readConfig } from '../src/config';
import { Secret } from '../src/secret';

const faults = (env: Record<string, string>): string => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the configuration was accepted');
};

const webhookOn = (domain: string): Record<string, string> => ({
  TELEGRAM_MODE: 'webhook',
  TELEGRAM_WEBHOOK_SECRET: 's3cret',
  TELEGRAM_WEBHOOK_DOMAIN: domain,
});

const DAY_MS = 86_400_000;
const workday = ['09:00-13:00', '14:00-18:00'];

describe('the configuration', () => {
  it('needs nothing to be set', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 3000,
      databaseFile: './data/firstline.db',
      redisUrl: null,
      webhookUrl: null,
      webhookSecret: null,
      ingressKeys: null,
      allowPrivateAddresses: false,
      operatorPassword: null,
      jwtSecret: null,
      model: null,
      telegram: null,
      policy: { people: {}, retention: {}, outage: {} },
      logLevel: 'warn',
      demo: true,
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ PORT: '', WEBHOOK_SECRET: ' ', DATABASE_URL: '' })).toEqual(readConfig({}));
  });

  it('reads everything', () => {
    const [secret, otherSecret] = [newSigningSecret(), newSigningSecret()];
    const publicKey = webhookPublicKey(`whsk_${Buffer.alloc(32, 1).toString('base64')}`);
    const env = {
      HOST: '::1',
      PORT: '0',
      DATABASE_URL: 'sqlite:/var/lib/firstline.db',
      WEBHOOK_URL: 'http://localhost:8080/hook',
      WEBHOOK_SECRET: secret,
      INGRESS_WEBHOOK_SECRET: `${secret}, ${otherSecret} ${publicKey}`,
      ALLOW_PRIVATE_ADDRESSES: 'TRUE',
      OPERATOR_PASSWORD: 'пароль!!',
      JWT_SECRET: 'ключ'.repeat(4),
      OPENAI_API_KEY: 'sk-0123456789',
      OPENAI_BASE_URL: 'https://models.example.com/v1',
      OPENAI_MODEL: 'qwen2.5:7b',
      OPENAI_BUDGET: '2.50',
      OPENAI_PRICE: '0.1 / 0.4',
      TELEGRAM_BOT_TOKEN: '7000001:AAF-abc',
      TELEGRAM_API_ROOT: 'http://127.0.0.1:8081',
      TELEGRAM_MODE: 'webhook',
      TELEGRAM_WEBHOOK_SECRET: 's3cret_token',
      TELEGRAM_WEBHOOK_DOMAIN: 'http://bot.internal:3000',
      BUSINESS_HOURS: 'Mon-Fri 09:00-13:00, 14:00-18:00; sat 10:00-14:00;',
      BUSINESS_TIME_ZONE: 'Europe/Berlin',
      SERVICE_LEVELS: 'urgent=15m/4h, high=30m, normal = 4h / 3d, low=/1w',
      OPERATOR_SILENT_AFTER: 'off',
      OUTAGE_CONFIRM: 'operator',
      RETENTION_CONVERSATIONS: '365d',
      RETENTION_EVENTS: '30d',
      LOG_LEVEL: 'debug',
      FIRSTLINE_DEMO: 'off',
    };
    expect(readConfig(env)).toEqual({
      host: '::1',
      port: 0,
      databaseFile: '/var/lib/firstline.db',
      redisUrl: null,
      webhookUrl: 'http://localhost:8080/hook',
      webhookSecret: secret,
      ingressKeys: { secret: [secret, otherSecret], publicKey: [publicKey] },
      allowPrivateAddresses: true,
      operatorPassword: 'пароль!!',
      jwtSecret: 'ключ'.repeat(4),
      model: {
        name: 'qwen2.5:7b',
        apiKey: new Secret('sk-0123456789'),
        baseURL: 'https://models.example.com/v1',
        price: { input: 0.1, output: 0.4 },
        dailyBudget: 2.5,
      },
      telegram: {
        token: new Secret('7000001:AAF-abc'),
        mode: 'webhook',
        apiRoot: 'http://127.0.0.1:8081',
        webhookSecret: new Secret('s3cret_token'),
        webhookDomain: 'http://bot.internal:3000',
      },
      policy: {
        people: {
          hours: {
            timeZone: 'Europe/Berlin',
            weekly: { mon: workday, tue: workday, wed: workday, thu: workday, fri: workday, sat: ['10:00-14:00'] },
          },
          serviceLevels: {
            urgent: { firstResponse: '15m', resolution: '4h' },
            high: { firstResponse: '30m' },
            normal: { firstResponse: '4h', resolution: '3d' },
            low: { resolution: '1w' },
          },
          silentAfter: false,
        },
        outage: { confirm: 'operator' },
        retention: { conversations: 365 * DAY_MS, events: 30 * DAY_MS },
      },
      logLevel: 'debug',
      demo: false,
    });
  });

  it('lists all faults at once, and shows no value', () => {
    const message = faults({
      HOST: 'two words',
      PORT: '65536',
      DATABASE_URL: 'postgres://user:hunter2@db/firstline',
      WEBHOOK_URL: 'http://127.0.0.1:8080/?token=hunter2',
      WEBHOOK_SECRET: 'whsec_hunter2',
      INGRESS_WEBHOOK_SECRET: `${newSigningSecret()}, whsec_hunter2`,
      ALLOW_PRIVATE_ADDRESSES: 'maybe',
      OPERATOR_PASSWORD: 'hunter2',
      JWT_SECRET: 'hunter2'.repeat(4),
      OPENAI_API_KEY: 'hunter2 hunter2',
      OPENAI_BASE_URL: 'https://user:hunter2@models.example.com',
      OPENAI_MODEL: 'hunter2 hunter2',
      OPENAI_BUDGET: 'hunter2',
      OPENAI_PRICE: 'hunter2',
      BUSINESS_HOURS: 'hunter2',
      SERVICE_LEVELS: 'hunter2',
      OPERATOR_SILENT_AFTER: 'hunter2',
      OUTAGE_CONFIRM: 'hunter2',
      RETENTION_CONVERSATIONS: '0s',
      RETENTION_EVENTS: '30',
      LOG_LEVEL: 'loud',
      FIRSTLINE_DEMO: 'x',
    });
    expect(message.split('\n')).toEqual([
      'The configuration is faulty:',
      expect.stringMatching(/^ {2}- HOST: /),
      expect.stringMatching(/^ {2}- PORT: .*65535/),
      '  - DATABASE_URL: this example keeps its data in SQLite, use sqlite:<file>; PostgreSQL is @firstline/adapter-postgres in your own server',
      expect.stringMatching(/^ {2}- WEBHOOK_URL: .*internal address/),
      expect.stringMatching(/^ {2}- WEBHOOK_SECRET: .*whsec_/),
      expect.stringMatching(/^ {2}- INGRESS_WEBHOOK_SECRET: .*must be "whsec_/),
      expect.stringMatching(/^ {2}- ALLOW_PRIVATE_ADDRESSES: /),
      '  - OPERATOR_PASSWORD: expected at least 8 characters',
      expect.stringMatching(/^ {2}- JWT_SECRET: expected at least 32 bytes/),
      '  - OPENAI_API_KEY: must be printable characters without blanks',
      '  - OPENAI_BASE_URL: must be an http or https URL without a password',
      '  - OPENAI_MODEL: expected the name of a model, without blanks',
      '  - OPENAI_BUDGET: expected US dollars per day above 0, for example 5',
      '  - OPENAI_PRICE: expected US dollars per million tokens as input/output, for example 0.15/0.60',
      '  - BUSINESS_HOURS: part 1 expected days and hours such as "mon-fri 09:00-18:00"',
      expect.stringMatching(/^ {2}- SERVICE_LEVELS: part 1 expected low, normal, high, urgent/),
      '  - OPERATOR_SILENT_AFTER: expected a duration such as "30m" or "90d", or off',
      '  - OUTAGE_CONFIRM: expected auto or operator',
      '  - RETENTION_CONVERSATIONS: expected a duration such as "30m" or "90d", or off',
      '  - RETENTION_EVENTS: expected a duration such as "30m" or "90d", or off',
      expect.stringMatching(/^ {2}- LOG_LEVEL: .*warn/),
      expect.stringMatching(/^ {2}- FIRSTLINE_DEMO: /),
      '  - BUSINESS_TIME_ZONE: is missing; say in which time zone BUSINESS_HOURS are meant',
    ]);
    expect(message).not.toContain('hunter2');
  });

  it.each(['3000x', '-1', '3e3', '99999'])('refuses the port %s', (port) => {
    expect(faults({ PORT: port })).toContain('PORT: ');
  });

  it.each(['mysql://x', 'sqlite:', 'sqlite:///data.db', './data.db', 'postgresql://x'])(
    'refuses the database %s',
    (url) => {
      expect(faults({ DATABASE_URL: url })).toContain('DATABASE_URL: ');
    },
  );

  const hours = (text: string, timeZone = 'UTC'): string =>
    faults({ BUSINESS_HOURS: text, BUSINESS_TIME_ZONE: timeZone });

  it.each([
    ['fri-mon 00:00-24:00', ['fri', 'sat', 'sun', 'mon']],
    ['sun 10:00-12:00', ['sun']],
    ['mon,wed , fri 10:00-12:00', ['mon', 'wed', 'fri']],
    ['mon 10:00-12:00; mon 14:00-16:00', ['mon']],
  ])('reads the hours %s', (text, days) => {
    const { people } = readConfig({ BUSINESS_HOURS: text, BUSINESS_TIME_ZONE: 'UTC' }).policy;
    expect(Object.keys(people?.hours?.weekly ?? {})).toEqual(days);
  });

  it.each([
    ['mon', 'part 1 expected days'],
    ['09:00-18:00', 'part 1 expected days'],
    [';', 'part 1 expected days'],
    ['mon 09:00-18:00; foo 09:00-18:00', 'part 2 expected days'],
    ['mon-tue-wed 09:00-18:00', 'part 1 expected days'],
    ['mon 9-18', 'part 1 expected an interval'],
    ['mon 18:00-09:00', 'part 1 ends before it starts'],
    ['mon 09:00-12:00, 11:00-13:00', 'part 1 overlaps'],
    ['mon-fri 09:00-18:00; fri 12:00-15:00', 'two parts overlap'],
  ])('refuses the hours %s', (text, fault) => {
    expect(hours(text)).toContain(`BUSINESS_HOURS: ${fault}`);
  });

  it.each(['Mars', '+02:00'])('refuses the time zone %s', (timeZone) => {
    expect(hours('mon 09:00-18:00', timeZone)).toContain('BUSINESS_TIME_ZONE: is not a time zone');
    expect(faults({ BUSINESS_TIME_ZONE: timeZone })).toContain('BUSINESS_TIME_ZONE: ');
  });

  it('takes a time zone alone, which is then that of times and transcripts', () => {
    const { policy } = readConfig({ BUSINESS_TIME_ZONE: 'Asia/Tokyo' });
    expect(policy.people).toEqual({ hours: { timeZone: 'Asia/Tokyo' } });
  });

  it.each([
    ['urgent', 'part 1 expected'],
    ['urgent=', 'part 1 expected'],
    ['urgent=15m/4h high=30m', 'part 1 expected'],
    ['high=30m, high=1h', 'part 2 is about a priority that was given already'],
    ['asap=15m', 'part 1 expected'],
    ['high=30m, urgent=soon/4h', 'part 2 expected a duration'],
    ['urgent=0s', 'part 1 must be longer than 0'],
  ])('refuses the service levels %s', (text, fault) => {
    expect(faults({ SERVICE_LEVELS: text })).toContain(`SERVICE_LEVELS: ${fault}`);
  });

  it.each<[string, Record<string, string>]>([
    ['TELEGRAM_BOT_TOKEN: must be a token', { TELEGRAM_BOT_TOKEN: 'hunter2' }],
    ['TELEGRAM_API_ROOT: must be an http', { TELEGRAM_API_ROOT: 'hunter2' }],
    ['TELEGRAM_MODE: expected one of', { TELEGRAM_MODE: 'hunter2' }],
    ['TELEGRAM_WEBHOOK_SECRET: must be 1 to 256', { TELEGRAM_WEBHOOK_SECRET: 'hunter2 hunter2' }],
    ['TELEGRAM_WEBHOOK_SECRET: is missing', { TELEGRAM_MODE: 'webhook' }],
    ['TELEGRAM_WEBHOOK_DOMAIN: must be a host', webhookOn('hunter2.example.com/path')],
    ['TELEGRAM_WEBHOOK_DOMAIN: must be reached by https', webhookOn('http://hunter2.example.com')],
  ])('refuses a bot: %s', (fault, env) => {
    const message = faults({ TELEGRAM_BOT_TOKEN: '7000001:AAF-abc', ...env });
    expect(message).toContain(fault);
    expect(message).not.toContain('hunter2');
  });

  it('takes a bot with nothing but its token, and nothing without one', () => {
    expect(readConfig({ TELEGRAM_BOT_TOKEN: '7000001:AAF-abc' }).telegram).toMatchObject({
      mode: 'polling',
      apiRoot: null,
    });
    expect(readConfig({ TELEGRAM_MODE: 'webhook', TELEGRAM_WEBHOOK_SECRET: 's3cret' }).telegram).toBeNull();
  });
});
