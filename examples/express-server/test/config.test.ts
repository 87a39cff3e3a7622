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
    expect(readConfig({ JWT_SECRET: 'x', REDIS_URL: 'redis://x', TELEGRAM_BOT_TOKEN: '' }).ignored).toEqual([
      'REDIS_URL',
      'JWT_SECRET',
    ]);
  });
});
