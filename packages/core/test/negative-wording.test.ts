import { describe, expect, it } from 'vitest';
import { isStronglyNegative } from '../src/policies/wording/negative-wording';
import { ScriptedClassifier } from '../src/testing/index';
import { CHANNEL, desk } from './support/fixture';

const STRONG = [
  'Вы мошенники, верните деньги',
  'Это мошенничество!',
  'Я подам на вас жалобу в Роспотребнадзор',
  'подаю в суд',
  'я буду судиться',
  'я на вас в суд подам',
  'встретимся в суде',
  'буду жаловаться',
  'буду писать в роспотребнадзор',
  'мой юрист с вами свяжется',
  'верните мои деньги, ворьё',
  'воры!',
  'это обман',
  'это же просто развод',
  'Отвратительный сервис',
  'хватит, вы издеваетесь',
  'охренели совсем',
  'заколебали',
  'идиоты',
  'достало всё',
  'ненавижу вашу компанию',
  'пошли вы',
  'бл*ть сколько можно',
  'какого хрена не работает',
  'нихрена не работает',
  'вы там совсем охуели?',
  'заебали ваши роботы',
  'пиздец, опять нет интернета',
  'This is a scam',
  "it's just a rip-off",
  'I will sue you',
  "I'm going to sue",
  'see you in court',
  'my money back or I sue',
  'thieves!',
  "I'm reporting you to the FCC",
  'you will hear from my lawyer',
  'I am calling a lawyer',
  'terrible customer service',
  'your service sucks',
  'This is unacceptable',
  "I'm furious",
  'fuck you',
  'what the hell',
  'wtf is going on',
  'this is bullshit',
  'you idiots',
];

const MILD = [
  'Опять ничего не работает',
  'очень медленный интернет',
  'как судить о скорости',
  'пишу вам, судя по всему роутер сгорел',
  'я вам уже кидала скрин',
  'застрахуйте мой заказ',
  'подстрахуйте меня',
  'употреблять меньше трафика',
  'стало хуже, чем было',
  'сколько стоит в рублях',
  'нужен договор на юрлицо, я юрист',
  'показатель ебитда за год',
  'хлеба и зрелищ на вашем тв',
  'учебный тариф',
  'достали кабель из стены, что дальше',
  'полис страхования',
  'мне стыдно, но я забыл пароль',
  'жалоба соседей на провод',
  'спасибо, ужасно рад',
  'there is a problem again',
  'can I pursue a refund',
  'Hi, I am Sue',
  'share my location with my lawyer',
  'how much can I spend wth my visa',
  'The tissue is gone',
  'is there a scam warning service',
  'stupid question, how do I pay',
  'my shift starts at six',
  'the hell of cables behind my TV',
];

describe('strong negative wording', () => {
  it.each(STRONG)('is heard in "%s", and calls a person with priority high', async (text) => {
    expect(isStronglyNegative(text)).toBe(true);
    const classifier = new ScriptedClassifier([[/./, 'REFERRAL']]);
    const outcome = await desk({ classifier }).engine.receive({ clientId: 'c', text, channel: CHANNEL });
    expect(outcome).toMatchObject({ status: 'escalated', ticket: { rule: 'negative-wording', priority: 'high' } });
  });

  it.each(MILD)('is not heard in "%s"', (text) => expect(isStronglyNegative(text)).toBe(false));
});
