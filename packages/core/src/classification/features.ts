import { FNV_OFFSET, mixFnv } from '../model/fnv';
import { HashNumbers } from './hash-numbers';
import { isPlaceholder } from './normalise';
import type { StemmedLanguage } from './stemmer';

/**
 * The views of a text: `WORD` and `STEM` are 1–2-grams with the edges of the text, `PART` n-grams of characters inside
 * one word, `CONCEPT` what the words are about (see concepts.ts). Numbers, since each n-gram carries one.
 */
export const WORD = 0;
export const STEM = 1;
export const PART = 2;
export const CONCEPT = 3;
export const BLOCKS = 4;

/** The different n-grams of a text in the order they come: at one place of each array, what is known of one of them. */
export interface Features {
  readonly size: number;
  readonly hashes: Int32Array;
  /** Its view. */
  readonly blocks: Uint8Array;
  /** How often it occurs in the text. */
  readonly counts: Uint16Array;
  /** 1 for what stands in an opener only. */
  readonly opening: Uint8Array;
  /** The places of the `WORD` features, and for people the words at each of them. */
  readonly labelled: readonly number[];
  readonly labels: readonly string[];
}

/** A word as the features see it. */
export interface AnalysedWord {
  readonly text: string;
  readonly stem: string;
  readonly language: StemmedLanguage | null;
  readonly concepts: readonly number[];
}

/**
 * Characters per n-gram, at least two. 2–5 inside words with their edges is what carries inflection, typos and languages without
 * spaces; anything between 1–4 and 3–6 is within a point of it (HWU64, CLINC150, xSID), n-grams across words are worse.
 */
const LONGEST_PART = 5;

/**
 * What a greeting in front of a question still counts. Held-out questions of the example pack with a greeting put in
 * front: 37 % wrong at 1, 19 % at 0.35, 18 % at 0 (14 % without one); at 0 "good evening to you" is no greeting any more.
 */
export const OPENER_EMPHASIS = 0.35;

/** Scripts written without spaces; none of their characters is below {@link FIRST_UNSPACED}. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

const FIRST_UNSPACED = 0x0e00;

/** Other offset bases, so that the word "нет", the stem "нет" and the part "нет" are three features. */
const STEM_OFFSET = 0x1b873593;
const PART_OFFSET = 0x9e3779b9;
const CONCEPT_OFFSET = 0x85ebca6b;

/** What stands for the edges of a text beside its words. */
const START = '^';
const END = '$';
const SPACE = 0x20;

/**
 * Counts the n-grams of texts, one text after the other, by their 32-bit hashes; among 100,000 n-grams one pair or so
 * collides, which no score notices. It keeps its memory from text to text.
 */
export class FeatureCounter {
  readonly #numbers = new HashNumbers();
  #blocks = new Uint8Array(1_024);
  #counts = new Uint16Array(1_024);
  #opening = new Uint8Array(1_024);
  #labelled: number[] = [];
  #labels: string[] = [];

  /** The first `openerLength` words are counted as an opener. */
  featuresOf(words: readonly AnalysedWord[], openerLength: number): Features {
    this.#numbers.clear();
    this.#labelled = [];
    this.#labels = [];
    let previous = START;
    let wordBefore = hashOf(START, FNV_OFFSET);
    let stemBefore = hashOf(START, STEM_OFFSET);
    for (let index = 0; index < words.length; index += 1) {
      const opening = index < openerLength ? 1 : 0;
      const { text, stem, concepts } = words[index]!;
      if (isUnspaced(text)) {
        previous = this.#addCharacters(text, previous, opening);
        wordBefore = hashOf(previous, FNV_OFFSET);
        stemBefore = hashOf(previous, STEM_OFFSET);
        continue;
      }
      const word = hashOf(text, FNV_OFFSET);
      this.#addWord(word, text, opening);
      this.#addWord(hashOf(text, mixFnv(wordBefore, SPACE)), `${previous} ${text}`, opening);
      const ofStem = hashOf(stem, STEM_OFFSET);
      this.#add(STEM, ofStem, opening);
      this.#add(STEM, hashOf(stem, mixFnv(stemBefore, SPACE)), opening);
      for (const concept of concepts) this.#add(CONCEPT, mixFnv(CONCEPT_OFFSET, concept), opening);
      if (!isPlaceholder(text)) this.#addParts(text, opening);
      previous = text;
      wordBefore = word;
      stemBefore = ofStem;
    }
    if (words.length > 0) this.#addWord(hashOf(END, mixFnv(wordBefore, SPACE)), `${previous} ${END}`, 0);
    return this.#counted();
  }

  #counted(): Features {
    const size = this.#numbers.size;
    return {
      size,
      hashes: this.#numbers.hashes,
      blocks: this.#blocks.slice(0, size),
      counts: this.#counts.slice(0, size),
      opening: this.#opening.slice(0, size),
      labelled: this.#labelled,
      labels: this.#labels,
    };
  }

  /** Where nothing is between words, each character is taken for one, and the whole run for its parts; gives the last. */
  #addCharacters(run: string, before: string, opening: number): string {
    let previous = before;
    for (const character of run) {
      this.#addWord(hashOf(character, FNV_OFFSET), character, opening);
      const pair = `${previous} ${character}`;
      this.#addWord(hashOf(pair, FNV_OFFSET), pair, opening);
      previous = character;
    }
    this.#addParts(run, opening);
    return previous;
  }

  #addParts(text: string, opening: number): void {
    visitParts(text, (hash) => {
      this.#add(PART, hash, opening);
    });
  }

  #addWord(hash: number, label: string, opening: number): void {
    const at = this.#add(WORD, hash, opening);
    if (at < 0) return;
    this.#labelled.push(at);
    this.#labels.push(label);
  }

  /** The place of a new feature; −1 for one that was there. */
  #add(block: number, hash: number, opening: number): number {
    const size = this.#numbers.size;
    const at = this.#numbers.add(hash);
    if (at < size) {
      this.#counts[at] = this.#counts[at]! + 1;
      this.#opening[at] = this.#opening[at]! & opening;
      return -1;
    }
    if (at === this.#blocks.length) this.#grow();
    this.#blocks[at] = block;
    this.#counts[at] = 1;
    this.#opening[at] = opening;
    return at;
  }

  #grow(): void {
    const [blocks, counts, opening] = [this.#blocks, this.#counts, this.#opening];
    this.#blocks = new Uint8Array(2 * blocks.length);
    this.#blocks.set(blocks);
    this.#counts = new Uint16Array(2 * counts.length);
    this.#counts.set(counts);
    this.#opening = new Uint8Array(2 * opening.length);
    this.#opening.set(opening);
  }
}

function isUnspaced(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) >= FIRST_UNSPACED) return UNSPACED.test(text);
  }
  return false;
}

/** The hash of a word as a feature, for asking whether a vocabulary knows it. */
export function wordHash(word: string): number {
  return hashOf(word, FNV_OFFSET);
}

export function stemHash(stem: string): number {
  return hashOf(stem, STEM_OFFSET);
}

/** The hash of a stem of which the codes from `from` on follow what hashed to `hash`. */
export function stemHashFrom(hash: number, codes: readonly number[], from: number): number {
  let rest = hash;
  for (let index = from; index < codes.length; index += 1) rest = mixFnv(rest, codes[index]!);
  return rest;
}

/** Calls `visit` with the hash of every n-gram of characters of a word with a space at either end. */
export function visitParts(text: string, visit: (hash: number) => void): void {
  const { length } = text;
  for (let start = -1; start < length; start += 1) {
    const end = Math.min(length + 1, start + LONGEST_PART);
    let hash = mixFnv(PART_OFFSET, start < 0 ? SPACE : text.charCodeAt(start));
    for (let index = start + 1; index < end; index += 1) {
      hash = mixFnv(hash, index === length ? SPACE : text.charCodeAt(index));
      visit(hash);
    }
  }
}

function hashOf(text: string, offset: number): number {
  let hash = offset;
  for (let index = 0; index < text.length; index += 1) hash = mixFnv(hash, text.charCodeAt(index));
  return hash;
}
