import { describe, expect, it } from 'vitest';
import { ConfigError, newSigningSecret, readConfig } from '../src/config';

const faults = (env: Record<string, string>): string => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the configuration was accepted');
};

describe('the configuration', () => {
  it('needs nothing to be set', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 3000,
      databaseFile: './data/firstline.db',
      webhookUrl: null,
      webhookSecret: null,
      allowPrivateAddresses: false,
      operatorPassword: null,
      jwtSecret: null,
      logLevel: 'warn',
      demo: true,
      ignored: [],
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ PORT: '', WEBHOOK_SECRET: ' ', DATABASE_URL: '' })).toEqual(readConfig({}));
  });

  it('reads everything', () => {
    const secret = newSigningSecret();
    const env = {
      HOST: '::1',
      PORT: '0',
      DATABASE_URL: 'sqlite:/var/lib/firstline.db',
      WEBHOOK_URL: 'http://localhost:8080/hook',
      WEBHOOK_SECRET: secret,
      ALLOW_PRIVATE_ADDRESSES: 'TRUE',
      OPERATOR_PASSWORD: 'пароль!!',
      JWT_SECRET: 'ключ'.repeat(4),
      LOG_LEVEL: 'debug',
      FIRSTLINE_DEMO: 'off',
    };
    expect(readConfig(env)).toEqual({
      host: '::1',
      port: 0,
      databaseFile: '/var/lib/firstline.db',
      webhookUrl: 'http://localhost:8080/hook',
      webhookSecret: secret,
      allowPrivateAddresses: true,
      operatorPassword: 'пароль!!',
      jwtSecret: 'ключ'.repeat(4),
      logLevel: 'debug',
      demo: false,
      ignored: [],
    });
  });

  it('lists all faults at once, and shows no value', () => {
    const message = faults({
      HOST: 'two words',
      PORT: '65536',
      DATABASE_URL: 'postgres://user:hunter2@db/firstline',
      WEBHOOK_URL: 'http://127.0.0.1:8080/?token=hunter2',
      WEBHOOK_SECRET: 'whsec_hunter2',
      ALLOW_PRIVATE_ADDRESSES: 'maybe',
      OPERATOR_PASSWORD: 'hunter2',
      JWT_SECRET: 'hunter2'.repeat(4),
      LOG_LEVEL: 'loud',
      FIRSTLINE_DEMO: 'x',
    });
    expect(message.split('\n')).toEqual([
      'The configuration is faulty:',
      expect.stringMatching(/^ {2}- HOST: /),
      expect.stringMatching(/^ {2}- PORT: .*65535/),
      '  - DATABASE_URL: PostgreSQL is not available in this version; use sqlite:<file>',
      expect.stringMatching(/^ {2}- WEBHOOK_URL: .*internal address/),
      expect.stringMatching(/^ {2}- WEBHOOK_SECRET: .*whsec_/),
      expect.stringMatching(/^ {2}- ALLOW_PRIVATE_ADDRESSES: /),
      '  - OPERATOR_PASSWORD: expected at least 8 characters',
      expect.stringMatching(/^ {2}- JWT_SECRET: expected at least 32 bytes/),
      expect.stringMatching(/^ {2}- LOG_LEVEL: .*warn/),
      expect.stringMatching(/^ {2}- FIRSTLINE_DEMO: /),
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

  it('names the variables of later versions', () => {
    expect(readConfig({ OPENAI_API_KEY: 'x', REDIS_URL: 'redis://x', TELEGRAM_BOT_TOKEN: '' }).ignored).toEqual([
      'REDIS_URL',
      'OPENAI_API_KEY',
    ]);
  });
});
