import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAutomatedMessage, type MessageHeaders } from '../src/index';

describe('isAutomatedMessage', () => {
  it.each<[MessageHeaders]>([
    [{ 'Auto-Submitted': 'auto-replied' }],
    [{ 'auto-submitted': ' Auto-Generated ' }],
    [{ 'AUTO-SUBMITTED': 'auto-replied; owner-email="no@example.com"' }],
    [{ 'Auto-Submitted': '(out of office) auto-replied (vacation)' }],
    [{ 'Auto-Submitted': 'auto-notified' }],
    [{ 'Auto-Submitted': 'no, auto-generated' }],
    [{ Precedence: 'bulk' }],
    [{ Precedence: 'List' }],
    [{ precedence: ['junk'] }],
    [{ Precedence: 'auto_reply' }],
    [{ 'X-Auto-Response-Suppress': 'All' }],
    [{ 'X-Auto-Response-Suppress': 'DR, OOF, AutoReply' }],
    [{ 'X-Autoreply': 'yes' }],
    [{ 'X-Autorespond': 'Re: your order' }],
    [{ 'List-Id': '<news.example.com>' }],
    [{ 'List-Unsubscribe': '<mailto:leave@example.com>' }],
    [{ 'Return-Path': '<>' }],
    [{ 'X-Loop': 'desk@example.com' }],
    [{ 'X-Firstline-Automated': 'true' }],
    [{ 'auto-submitted': ['no', 'auto-replied'] }],
  ])('sees a machine behind %j', (headers) => {
    expect(isAutomatedMessage(headers)).toBe(true);
    expect(isAutomatedMessage({ from: 'anna@example.com', ...headers, subject: 'Out of office' })).toBe(true);
  });

  it.each<[MessageHeaders]>([
    [{}],
    [{ 'Auto-Submitted': 'no' }],
    [{ 'Auto-Submitted': 'No (written by hand); x="a, auto-replied"' }],
    [{ 'Auto-Submitted': '' }],
    [{ 'Auto-Submitted': undefined }],
    [{ 'auto-submitted': [] }],
    [{ Precedence: 'first-class' }],
    [{ Precedence: 'urgent' }],
    [{ 'X-Auto-Response-Suppress': 'None' }],
    [{ 'X-Auto-Response-Suppress': 'DR, RN, NRN' }],
    [{ 'X-Autoreply': 'no' }],
    [{ 'List-Id': ' ' }],
    [{ 'Return-Path': '<anna@example.com>' }],
    [{ 'X-Firstline-Automated': 'false' }],
    [{ 'Feedback-ID': '1.eu-west-1.abc:AmazonSES' }],
    [{ Subject: 'Auto-Submitted: auto-replied' }],
    [{ constructor: 'bulk', ['__proto__']: 'x', toString: 'junk' }],
  ])('sees a person behind %j', (headers) => {
    expect(isAutomatedMessage(headers)).toBe(false);
  });

  it('takes any names and values', () => {
    const value = fc.oneof(fc.string(), fc.array(fc.string(), { maxLength: 3 }), fc.constant(undefined));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), (headers) => {
        expect(typeof isAutomatedMessage(headers)).toBe('boolean');
      }),
    );
  });
});
