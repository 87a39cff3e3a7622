// How people ask for a person, refuse one, and speak of persons without wanting one. No classifier is asked here: these
// phrases are the way to a person that is always open.
import { describe, expect, it } from 'vitest';
import { asksForHuman, declinesHuman } from '../src/policies/wording/asks-for-human';

const lines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

const ASKING = lines(`
  позовите оператора
  Соедините меня с живым человеком
  хочу поговорить с человеком
  оператор
  ОПЕРАТОР!!!
  Оператора пожалуйста
  человека!
  человека плз
  Можно живого человека?
  живой оператор
  не хочу говорить с ботом
  Не хочу общаться с роботом
  не хочу переписываться с вашим ботом
  хватит ботов
  уберите бота
  бот меня не понимает
  не бот, а человек нужен
  мне бы с человеком
  с оператором бы поговорить
  позовите кого-нибудь живого
  кто-нибудь живой есть?
  есть тут люди?
  где живые люди?
  Свяжите с техподдержкой
  хочу говорить с начальством
  позовите начальника
  дайте старшего
  пусть мне перезвонят
  перезвоните пожалуйста
  Позвоните мне
  человека позови
  менеджера позовите
  мне нужен человек
  нужна помощь оператора
  требую оператора
  Требуется консультация специалиста
  подключите специалиста
  хочу поговорить с кем-то настоящим
  соедени с оператором
  соедини с живым
  переключи на человека
  переведите меня на оператора
  можно с оператором поговорить
  как связаться с оператором
  как дозвониться до оператора?
  мне нужно поговорить с человеком, а не с машиной
  я хочу чтобы мне ответил человек
  пусть ответит человек
  жду оператора
  Подключите, пожалуйста, консультанта
  нужен опиратор срочно
  где оператор?
  когда мне ответит оператор
  передайте оператору, что я жду
  как мне выйти на оператора
  этот робот бесполезен
  а можно не оператора, а менеджера? с менеджером поговорить можно?
  нет, оператора
  не понимаю вас. Оператора.
  Здравствуйте, можно поговорить с менеджером?
  Какие есть тарифы? И позовите человека
  I want to talk to a human
  i want a human
  connect me to an agent
  Get me a real person!
  agent
  HUMAN!!
  human plz
  real person please
  can i talk to someone
  can I speak to somebody real?
  let me speak with your manager
  I’d like to speak to a representative
  i dont want to talk to a bot
  I don't want a bot
  no bots please
  stop bot
  the bot does not understand
  is there a human here?
  anyone from your team?
  can someone call me
  call me back
  live chat
  I need a support representative
  Please call me at 5
  give me an operator
  live agent
  talk to support
  connect me with the support team
  get me someone who can help
  I need help from a human
  need human help
  customer support representative
  supervisor
  escalate this
  escalate my case
  please escalate my case to a human
  transfer me
  put me through
  rather speak to a person
  how do I reach a human
  I need someone to look at my account
  bots are useless
  I am not happy. Manager please.
  jgthfnjh
  gjpjdbnt jgthfnjhf
  yt hf,jnftn bynthytn? gjpjdbnt jgthfnjhf
  щзукфещк
  pozovite operatora
  ne rabotaet internet pozovite operatora
  soedinite s chelovekom
  опеpатор
  Соедините, пожалуйста
  can I get some help from a person
  I want a call back
`);

/** A negation near a person is no refusal. */
const ASKING_ALL_THE_SAME = lines(`
  не хочу говорить с ботом, дайте оператора
  не могли бы вы позвать оператора?
  не можете соединить с оператором?
  почему нельзя позвать оператора?
  неужели нельзя поговорить с человеком
  не хотите соединить меня с оператором?
  бот не нужен, нужен человек
  не нужен мне ваш бот, позовите оператора
  я не хочу ждать, соедините с оператором
  мне не помогло, нужен оператор
  не надо мне инструкций, дайте оператора
  нет мне нужен оператор
  оператор не нужен был вчера, сегодня нужен оператор
  без оператора никак не разобраться, позовите его: нужен оператор
  Why can't I talk to a human?
  Why don't you connect me to a human
  can't you just connect me to an agent
  I don't need a bot, I need a human
  I don't understand, get me a person
  no, I want an operator
  I do not want an agent, I want a manager
  don't give me an agent, give me a supervisor
  не надо бота, надо человека
  no. operator
  I do not want to wait, transfer me to an agent
`);

const REFUSING = lines(`
  оператор мне не нужен
  Мне не нужен оператор, просто скажите баланс
  не надо оператора
  не зовите оператора
  не надо переводить на оператора, сам разберусь
  не надо меня переключать на оператора
  не переключайте на оператора
  не хочу говорить с оператором
  не хочу разговаривать с человеком
  только не оператора
  можно без оператора?
  без оператора можно?
  человек не нужен
  спасибо, оператор уже не нужен
  оператора не надо, уже разобрался
  оператор больше не нужен
  I don't need an operator
  no need for an operator
  I do not want to talk to a human
  please don't connect me to an agent
  don't transfer me to an agent
  no human needed
  I don't want to talk to a person, just tell me my balance
  you don't need to call an operator
  never mind the operator
  no operator please
  can I do it without talking to an agent?
  I would rather not speak to a person
  оператор не нужен
`);

const ABOUT_OTHERS = lines(`
  мой оператор связи лучше
  человек в кадре
  оператор сказал, что починят до вечера
  вчера оператор обещал скидку
  какой оператор связи у вас?
  сколько человек в семье может пользоваться тарифом?
  я порядочный человек
  нужен ли человек дома во время подключения?
  хочу пригласить человека по реферальной программе
  можно ли перевести баланс на другого человека?
  переведите деньги другому человеку
  хочу перейти к другому оператору
  после подключения специалист ушёл
  я не робот, капча не проходит
  не пришла смс с ботом банка
  перезвонили и бросили трубку
  a person called me yesterday
  the agent of change
  user agent string
  the technician was a nice person
  your agent told me it would be fixed
  is there a per person discount
  the operator promised to call me yesterday
  I need a router for one person
  can a person be added to my tariff
  I want to switch to another operator
  I am not a robot
  I could not find your bot in Telegram
  my contacts app does not sync
  I cannot reach your website
  You can call me Anna
  would you call me Mary
  I need support for IPv6
  I was talking to someone about tariffs yesterday
  the operator of this website
  operator precedence in your calculator
  kakoy operator u menya
`);

describe('asking for a person', () => {
  it.each(ASKING)('is heard in "%s"', (text) => {
    expect(asksForHuman(text)).toBe(true);
    expect(declinesHuman(text)).toBe(false);
  });

  it.each(ASKING_ALL_THE_SAME)('is heard in spite of the negation in "%s"', (text) => {
    expect(asksForHuman(text)).toBe(true);
    expect(declinesHuman(text)).toBe(false);
  });

  it.each(REFUSING)('is not heard where one is refused: "%s"', (text) => {
    expect(asksForHuman(text)).toBe(false);
    expect(declinesHuman(text)).toBe(true);
  });

  it.each(ABOUT_OTHERS)('is not heard where somebody speaks of persons: "%s"', (text) => {
    expect(asksForHuman(text)).toBe(false);
    expect(declinesHuman(text)).toBe(false);
  });

  it('is heard in one line of several, whatever the others say', () => {
    expect(asksForHuman('какие есть тарифы\nоператор мне не нужен\nхотя нет, позовите оператора')).toBe(true);
    expect(asksForHuman('no operator please\nhow do I pay')).toBe(false);
  });

  it('comes to an end on long texts made of the words it looks for', () => {
    for (const words of [
      'не надо мне с на к ',
      'можно мне поговорить с ',
      'do not want to talk to ',
      'please put me to with ',
    ]) {
      expect(asksForHuman(words.repeat(200).slice(0, 4_000))).toBe(false);
    }
  });
});
