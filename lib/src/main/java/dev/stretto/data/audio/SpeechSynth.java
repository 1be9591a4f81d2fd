package dev.stretto.data.audio;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Synthetic speech with a spelling to learn (families 01, 02 and 10). Twenty letters {@code a..t}
 * and the blank each have a pattern of two resonances over a pitch of 125 Hz, cross-faded into
 * their neighbours (co-articulation), with an amplitude of .8 to 1.2 and additive noise; the last
 * letters sound alike in pairs, so that only the lexicon tells how a word is spelled. Words come
 * from a seeded lexicon, sentences from a bigram grammar over it. Utterance i of a split is the
 * same whatever else is drawn.
 */
public final class SpeechSynth {
  /** The symbols, in the order of their token ids. */
  public static final String ALPHABET = "abcdefghijklmnopqrst ";

  /** The shortest symbol is as long as a hop of {@link LogMel.Config#compact}. */
  private static final int HOP_MS = 20;

  private static final int PITCH = 125;
  private static final double RMS = .1;
  private static final int[] FIRST = {280, 430, 600, 800, 1050};
  private static final int[] SECOND = {1250, 1600, 2050, 2600, 3300};
  private static final int LETTERS = ALPHABET.length() - 1;
  private static final int SUCCESSORS = 10;

  /**
   * What is spoken and how.
   *
   * @param sampleRate a multiple of 125, 8000 or more
   * @param words words in the lexicon
   * @param homophones pairs of letters that sound alike, 0 to 10: the last letters of the alphabet
   * @param minWords words of the shortest sentence
   * @param maxWords words of the longest
   * @param minMs least milliseconds of a symbol
   * @param maxMs most milliseconds of a symbol
   * @param smearMs half a cross-fade, at most half of {@code minMs}
   * @param noise deviation of the noise by that of the speech
   */
  public record Config(
      int sampleRate,
      int words,
      int homophones,
      int minWords,
      int maxWords,
      double minMs,
      double maxMs,
      double smearMs,
      double noise) {

    /** Checks ranges; throws IllegalArgumentException naming what does not fit. */
    public Config {
      boolean fits =
          sampleRate % PITCH == 0
              && sampleRate >= 8000
              && (words > 0 && words <= 2000)
              && (homophones >= 0 && homophones <= LETTERS / 2)
              && (minWords > 0 && minWords <= maxWords)
              && (minMs >= HOP_MS && minMs <= maxMs)
              && (smearMs >= 0 && smearMs <= minMs / 2)
              && noise >= 0;
      if (!fits) {
        throw new IllegalArgumentException(
            ("rate %d, %d words, %d homophones, sentences of %d to %d, symbols of %s to %s ms,"
                    + " smear %s ms, noise %s: expected the ranges of SpeechSynth.Config")
                .formatted(
                    sampleRate,
                    words,
                    homophones,
                    minWords,
                    maxWords,
                    minMs,
                    maxMs,
                    smearMs,
                    noise));
      }
    }

    /**
     * Data A of family 02: 150 words, 2 pairs, 2 to 3 words, 60 to 100 ms a symbol; the noise moves
     * the log-mel bins by about .35 of their deviation.
     *
     * @param sampleRate 16000 where nothing else is asked for
     * @return the settings
     */
    public static Config standard(int sampleRate) {
      return new Config(sampleRate, 150, 2, 2, 3, 60, 100, 30, .6);
    }

    /**
     * Other lengths; 1 to 14 words last .2 to 8 s, 16 or more have at least 63 symbols.
     *
     * @param min words of the shortest sentence
     * @param max words of the longest
     * @return otherwise the same
     */
    public Config withSentences(int min, int max) {
      return new Config(sampleRate, words, homophones, min, max, minMs, maxMs, smearMs, noise);
    }
  }

  private final Config config;
  private final SeedTree root;
  private final List<String> lexicon;
  private final int[][] successors;
  private final float[][] patterns;

  /**
   * Draws the lexicon and the grammar, computes the patterns.
   *
   * @param config what is spoken and how
   * @param seed of the language and of all utterances
   */
  public SpeechSynth(Config config, long seed) {
    this.config = config;
    root = SeedTree.of(seed).child("speech");
    lexicon = draw(root.child("lexicon").rng());
    Rng rng = root.child("grammar").rng();
    successors =
        IntStream.range(0, config.words)
            .mapToObj(w -> rng.ints(SUCCESSORS, 0, config.words).toArray())
            .toArray(int[][]::new);
    patterns = new float[ALPHABET.length()][];
    for (int s = 0; s < ALPHABET.length(); s++) {
      int sound = sound(s);
      int first = FIRST[sound % FIRST.length];
      int second = SECOND[sound / FIRST.length];
      patterns[s] = period(first, second);
    }
  }

  /** Homophones share the sound of the even one. */
  private int sound(int symbol) {
    boolean paired = symbol < LETTERS && symbol >= LETTERS - 2 * config.homophones;
    return paired ? symbol & ~1 : symbol;
  }

  private List<String> draw(Rng rng) {
    List<String> words = new ArrayList<>();
    Set<List<Integer>> heard = new HashSet<>();
    while (words.size() < config.words) {
      int[] letters = rng.ints(rng.nextInt(3, 6), 0, LETTERS).toArray();
      List<Integer> sounds = IntStream.of(letters).map(this::sound).boxed().toList();
      boolean steady =
          IntStream.range(1, letters.length).anyMatch(i -> sounds.get(i).equals(sounds.get(i - 1)));
      if (!steady && heard.add(sounds)) {
        StringBuilder word = new StringBuilder();
        IntStream.of(letters).forEach(letter -> word.append(ALPHABET.charAt(letter)));
        words.add(word.toString());
      }
    }
    return List.copyOf(words);
  }

  /**
   * One pitch period: harmonics below 4 kHz under two resonance curves, so any rate sounds alike.
   */
  private float[] period(int first, int second) {
    double[] wave = new double[config.sampleRate / PITCH];
    double power = 0;
    for (int h = 1; h * PITCH < 4000; h++) {
      double gain = resonance(h * PITCH, first, 60) + .7 * resonance(h * PITCH, second, 90);
      power += gain * gain / 2;
      for (int i = 0; i < wave.length; i++) {
        // quadratic phases (Schroeder 1970) keep the peaks low
        wave[i] += gain * Math.cos(2 * Math.PI * h * i / wave.length + Math.PI * h * h / 31);
      }
    }
    float[] period = new float[wave.length];
    for (int i = 0; i < wave.length; i++) {
      period[i] = (float) (wave[i] * RMS / Math.sqrt(power));
    }
    return period;
  }

  private static double resonance(double hz, double centre, double width) {
    double x = (hz - centre) / width;
    return 1 / Math.sqrt(1 + x * x);
  }

  /** {@return the words, no two of which sound alike; unmodifiable} */
  public List<String> lexicon() {
    return lexicon;
  }

  /**
   * Where an utterance's randomness comes from.
   *
   * @param split for example {@code "train"} or {@code "test"}
   * @param index 0 or more
   * @return its seeds
   */
  public SeedTree seeds(String split, long index) {
    return root.child(split).child(index);
  }

  /**
   * One sentence of the grammar.
   *
   * @param seeds from {@link #seeds}
   * @return words separated by blanks
   */
  public String text(SeedTree seeds) {
    Rng rng = seeds.child("text").rng();
    int count = rng.nextInt(config.minWords, config.maxWords + 1);
    int word = rng.nextInt(config.words);
    StringBuilder text = new StringBuilder(lexicon.get(word));
    for (int i = 1; i < count; i++) {
      // low ranks are likelier: the density falls linearly to 0
      int rank = (int) (SUCCESSORS * (1 - Math.sqrt(1 - rng.nextDouble())));
      word = successors[word][rank];
      text.append(' ').append(lexicon.get(word));
    }
    return text.toString();
  }

  /**
   * One utterance.
   *
   * @param split for example {@code "train"} or {@code "test"}
   * @param index 0 or more
   * @return id {@code split-index}, a sentence of the grammar and its sound
   */
  public Utterance utterance(String split, long index) {
    SeedTree seeds = seeds(split, index);
    String text = text(seeds);
    return new Utterance(split + "-" + index, text, speak(text, seeds));
  }

  /**
   * The first utterances of a split.
   *
   * @param split for example {@code "train"} or {@code "test"}
   * @param count how many
   * @return utterances 0 to count - 1
   */
  public List<Utterance> utterances(String split, int count) {
    return IntStream.range(0, count).mapToObj(i -> utterance(split, i)).toList();
  }

  /**
   * Where the symbols of a text end in {@link #speak} with the same seeds.
   *
   * @param text symbols of the alphabet, one or more
   * @param seeds from {@link #seeds}
   * @return seconds, ascending; the last is the duration
   * @throws IllegalArgumentException for another character, naming it
   */
  public double[] ends(String text, SeedTree seeds) {
    Rng rng = seeds.child("durations").rng();
    double[] ends = new double[text.length()];
    double at = 0;
    for (int i = 0; i < ends.length; i++) {
      symbol(text.charAt(i));
      at += (config.minMs + rng.nextDouble() * (config.maxMs - config.minMs)) / 1000;
      ends[i] = at;
    }
    return ends;
  }

  private static int symbol(char c) {
    int symbol = ALPHABET.indexOf(c);
    if (symbol < 0) {
      throw new IllegalArgumentException(
          "'" + c + "' cannot be spoken, expected symbols of '" + ALPHABET + "'");
    }
    return symbol;
  }

  /**
   * Speaks any text of the alphabet.
   *
   * @param text symbols of the alphabet, one or more
   * @param seeds of durations, amplitudes and noise
   * @return the sound
   * @throws IllegalArgumentException for another character, naming it
   */
  public Audio speak(String text, SeedTree seeds) {
    double[] ends = ends(text, seeds);
    float[] out = new float[(int) Math.round(ends[ends.length - 1] * config.sampleRate)];
    float[] fade = new float[(int) Math.round(2 * config.smearMs * config.sampleRate / 1000)];
    for (int i = 0; i < fade.length; i++) {
      fade[i] = (float) (.5 - .5 * Math.cos(Math.PI * (i + .5) / fade.length));
    }
    Rng rng = seeds.child("sound").rng();
    int phase = rng.nextInt(config.sampleRate / PITCH);
    int start = 0;
    for (int s = 0; s < ends.length; s++) {
      float[] pattern = patterns[symbol(text.charAt(s))];
      float amplitude = .8f + .4f * rng.nextFloat();
      int end = (int) Math.round(ends[s] * config.sampleRate);
      int from = start - fade.length / 2;
      int to = from + (end - start) + fade.length;
      for (int i = Math.max(0, from); i < Math.min(out.length, to); i++) {
        int edge = Math.min(i - from, to - 1 - i);
        float gain = edge < fade.length ? fade[edge] : 1;
        out[i] += amplitude * gain * pattern[(i + phase) % pattern.length];
      }
      start = end;
    }
    Rng noise = seeds.child("noise").rng();
    for (int i = 0; i < out.length && config.noise > 0; i++) {
      out[i] += (float) (config.noise * RMS * noise.nextGaussian());
    }
    return new Audio(out, config.sampleRate);
  }
}
