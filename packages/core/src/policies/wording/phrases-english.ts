// Phrases by which clients ask for a person and refuse one, in English; for texts as `plain` makes them.

const KIND = '(?:(?:real|live|living|actual|human|senior|proper|competent|support|service|care|customer)\\s+)*';
const ARTICLE = '(?:(?:a|an|the|some|any|your)\\s+)?';
const NOUN =
  '(?:humans?(?:\\s+(?:being|agent|operator|help|support|assistance))?|persons?|operators?|agents?|rep|representatives?|managers?|supervisors?|specialist|consultant|advis[oe]r)';
const PERSON = `${ARTICLE}${KIND}${NOUN}\\b`;
/** Whom one talks to, which is said of more than of whom one needs. */
const ANYBODY =
  `(?:${PERSON}|${ARTICLE}${KIND}(?:(?:customer\\s+|tech(?:nical)?\\s+)?(?:support|service|care)|staff|employee|team|boss)\\b` +
  '|(?:some|any)(?:one|body)\\b|one\\s+of\\s+you)';
const PLEASE = '(?:please|pls|plz|now|asap|here|immediately)';
/** "Call me at six", and not "call me Anna". */
const THEN = '(?=\\s*(?:$|[.!?,]|back|please|now|asap|at|on|when|today|tomorrow|later))';
const BOT = '(?:(?:chat)?bots?|robots?|machine|ai|program|computer)\\b';
const DO_NOT = "(?:do not|don't|dont|will not|won't|would not|wouldn't)";
const TALK_TO = '(?:talk|speak|chat|write|deal)(?:ing)?\\s+(?:to|with)';

/** Asking for a person. */
export const ASKS_ENGLISH: readonly RegExp[] = [
  `\\b(?:talk|speak|chat|connect|transfer|switch|escalate|put|pass|forward|redirect|hand|route)\\b[^.?!\\n]{0,30}?\\b(?:to|with|onto)\\s+${ANYBODY}`,
  `\\b(?:prefer|like|rather)\\s+${TALK_TO}\\s+${PERSON}`,
  `\\b(?:want|need|get|give|call|let|send|find|bring)\\b(?:\\s+me)?(?:\\s+(?:have|to\\s+see|help\\s+from))?\\s+${PERSON}`,
  '\\b(?:(?:get|give|send|find)\\s+me|need|want)\\s+(?:some|any)(?:one|body)\\b',
  `\\b(?:reach|contact|get\\s+(?:hold\\s+of|in\\s+touch\\s+with))\\s+${ANYBODY}`,
  `\\b(?:real|live|actual)\\s+(?:human|person|operator|agent|people)\\b`,
  `^(?:(?:hi|hello|hey|no|yes|ok|okay|well|so)[,\\s]+)*${ARTICLE}${KIND}${NOUN}(?:[\\s,]+${PLEASE})*\\W*$`,
  `\\b(?:is|are)\\s+there\\s+(?:any|a|an|some)?\\s*${KIND}(?:human|person|operator|agent|representative)s?\\b(?=\\s*(?:$|[?.!,]|here|there|i can|available|online|to talk|who))`,
  '\\b(?:some|any)(?:one|body)\\s+(?:real|alive|human|from\\s+(?:your|the)\\s+(?:team|staff|support))\\b',
  `\\b(?:can|could|will|would)\\s+(?:you|someone|somebody|anyone|anybody)\\s+(?:please\\s+)?(?:call|phone|ring)\\s+me${THEN}`,
  `^(?:please\\s+)?(?:call|phone|ring)\\s+me${THEN}`,
  `^live\\s+chat(?:\\s+${PLEASE})*\\W*$`,
  `\\b(?:transfer|connect)\\s+me(?:\\s+${PLEASE})*[\\s.!]*$`,
  `\\bput\\s+me\\s+through\\b`,
  `\\b(?:help|assistance|support|answer)\\s+from\\s+${PERSON}`,
  `\\b(?:want|need|request|ask\\s+for|get|have)\\s+a\\s+call\\s?back\\b`,
  `\\bescalate(?:\\s+(?:this|it|my\\s+\\w+))?(?:\\s+${PLEASE})*[\\s.!]*$`,
  // Whatever is not done by the bot is done by a person.
  `\\b${DO_NOT}\\s+(?:want|like|wish|need)\\s+(?:to\\s+${TALK_TO}\\s+)?(?:a|an|the|your|this|some)?\\s*(?:\\w+\\s+)?${BOT}`,
  `\\bno\\s+(?:more\\s+)?(?:chat)?bots?\\b|\\b(?:stop|enough)\\s+(?:with\\s+)?(?:the\\s+|this\\s+|these\\s+|your\\s+)?(?:${BOT}|automated)`,
  `\\b(?:instead\\s+of|rather\\s+than|tired\\s+of|hate|without|not)\\s+(?:talking\\s+to\\s+)?(?:a\\s+|the\\s+|this\\s+|your\\s+|these\\s+)?(?:chat)?(?:bots?|robots?)\\b(?<!(?:i am|i'm)\\s+not\\s+a\\s+(?:ro)?bot)`,
  `\\b(?:chat)?(?:bot|robot)\\s+(?:\\w+\\s+)?(?:is not|isn't|does not|doesn't|cannot|can't|can not)\\s+(?:help|understand|useful)|\\b(?:chat)?bots?\\s+(?:is|are)\\s+(?:useless|stupid)\\b`,
].map((pattern) => new RegExp(pattern, 'u'));

/** Refusing one: the whole phrase, so that the rest of the text can be read without it. */
export const REFUSES_ENGLISH: readonly RegExp[] = [
  `\\b(?:i\\s+|we\\s+)?(?:really\\s+)?${DO_NOT}\\s+(?:really\\s+|even\\s+)?(?:want|need|like|wish|have)(?:\\s+to)?(?:\\s+(?:ask\\s+for|call|${TALK_TO}|be\\s+(?:connected|transferred|put\\s+through)\\s+(?:to|with)))?\\s+${PERSON}`,
  `(?<!why\\s)\\b(?:please\\s+)?(?:do not|don't|dont|never)\\s+(?:connect|transfer|put|switch|escalate|call|send|bring|hand|forward|pass)\\b[^.?!,\\n]{0,25}?\\s${PERSON}`,
  `\\byou\\s+(?:do not|don't|dont)\\s+(?:need|have)\\s+to\\s+(?:call|get|bring|involve)\\s+${PERSON}`,
  `\\bno\\s+need\\s+(?:for|of|to\\s+\\w+(?:\\s+(?:to|with|me\\s+to))?)\\s+${PERSON}`,
  `\\bno\\s+${PERSON}\\s+(?:needed|required|necessary|please|thanks|thank\\s+you)\\b`,
  `\\bnever\\s*mind\\s+(?:about\\s+)?${PERSON}`,
  `\\b${PERSON}\\s+(?:is|are)\\s*(?:not|n't|no\\s+longer)\\s+(?:needed|necessary|required)\\b`,
  `\\brather\\s+not\\s+${TALK_TO}\\s+${PERSON}`,
  `\\b(?:can|could|may|want|prefer|like|rather|possible|how)\\b[^.?!,\\n]{0,40}?\\bwithout\\s+(?:(?:${TALK_TO}|calling|involving|going\\s+through)\\s+)?${PERSON}`,
].map((pattern) => new RegExp(pattern, 'gu'));
