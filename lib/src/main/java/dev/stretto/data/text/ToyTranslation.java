package dev.stretto.data.text;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Translation between two languages of a seed, by lexicon and reordering, with little to copy.
 * Language A: sentence = phrase verb phrase, phrase = article adjective{0,2} noun [preposition
 * phrase]. Language B: verb last; in a phrase first its attribute, then the preposition, noun,
 * adjectives in reverse order, article. The answer to {@code sentence=} is the sentence in B,
 * determined.
 */
public final class ToyTranslation implements TaskCorpus {
  private static final List<String> KINDS =
      List.of("an article", "an adjective", "a noun", "a verb", "a preposition");
  private static final int[] WORDS = {2, 10, 16, 10, 4};

  private final List<List<String>> from;
  private final List<List<String>> to;

  /**
   * The two languages of a seed.
   *
   * @param seed any number; another one has other words
   */
  public ToyTranslation(long seed) {
    from = lexicon(SeedTree.of(seed).child("from").rng(), "bdgmnp", "lrs");
    to = lexicon(SeedTree.of(seed).child("to").rng(), "fhjkvz", "tqx");
  }

  /** Distinct words of two syllables for each kind. */
  private static List<List<String>> lexicon(Rng rng, String first, String second) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      char vowel = "aeiou".charAt(rng.nextInt(5));
      words.add(
          "" + first.charAt(i / 15) + vowel + second.charAt(i / 5 % 3) + "aeiou".charAt(i % 5));
    }
    Collections.shuffle(words, rng);
    List<List<String>> lexicon = new ArrayList<>();
    for (int size : WORDS) {
      lexicon.add(List.copyOf(words.subList(0, size)));
      words.subList(0, size).clear();
    }
    return lexicon;
  }

  @Override
  public Example draw(Rng rng) {
    String sentence = phrase(rng, true) + word(rng, 3) + phrase(rng, true).stripTrailing();
    return new Example(sentence + "=", new Parse(sentence).translation);
  }

  private String phrase(Rng rng, boolean attribute) {
    StringBuilder phrase = new StringBuilder(word(rng, 0));
    for (int adjectives = rng.nextInt(3); adjectives > 0; adjectives--) {
      phrase.append(word(rng, 1));
    }
    phrase.append(word(rng, 2));
    return attribute && rng.nextInt(3) == 0
        ? phrase + word(rng, 4) + phrase(rng, false)
        : phrase.toString();
  }

  private String word(Rng rng, int kind) {
    return from.get(kind).get(rng.nextInt(WORDS[kind])) + " ";
  }

  /**
   * Judges a sentence of language A by its grammar.
   *
   * @param sentence any text
   * @return whether it is a sentence, and what is wrong if not
   */
  public Verdict grammatical(String sentence) {
    return new Parse(sentence).verdict;
  }

  @Override
  public Verdict check(String prompt, String answer) {
    Parse parse = new Parse(prompt.replaceFirst("=$", ""));
    Checks.prompt(prompt.endsWith("=") && parse.verdict.valid(), prompt, "a sentence and =");
    return Verdict.of(answer, parse.translation, "word", ' ');
  }

  /** Recursive descent that looks one word ahead and translates on the way. */
  private final class Parse {
    private final String sentence;
    private final String translation;
    private int at;
    private Verdict verdict = Verdict.right();

    Parse(String sentence) {
      this.sentence = sentence;
      String subject = phrase(true);
      String verb = take(3);
      translation = subject + phrase(true) + verb.strip();
      if (at <= sentence.length()) {
        fail("the end");
      }
    }

    private String phrase(boolean attribute) {
      String article = take(0);
      String first = is(1) ? take(1) : "";
      String second = is(1) ? take(1) : "";
      String core = take(2) + second + first + article;
      if (!attribute || !is(4)) {
        return core;
      }
      String preposition = take(4);
      return phrase(false) + preposition + core;
    }

    /** The next word, empty at the end. */
    private String word() {
      int end = sentence.indexOf(' ', at);
      return sentence.substring(Math.min(at, sentence.length()), end < 0 ? sentence.length() : end);
    }

    private boolean is(int kind) {
      return from.get(kind).contains(word());
    }

    private String take(int kind) {
      int index = from.get(kind).indexOf(word());
      if (index < 0) {
        fail(KINDS.get(kind));
        return "";
      }
      at += word().length() + 1;
      return to.get(kind).get(index) + " ";
    }

    private void fail(String expected) {
      if (verdict.valid()) {
        verdict = Verdict.wrong(sentence, Math.min(at, sentence.length()), expected);
      }
    }
  }
}
