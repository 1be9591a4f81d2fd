package dev.stretto.data.manifest;

import java.util.function.ToIntFunction;

/**
 * How a manifest is read; {@link #defaults()} and the methods named like the fields make one.
 *
 * @param lengthsOnly whether cuts keep only duration, token count and language, for streams of many
 *     millions: the id is then the cut's number in reading order, text and extra are empty, and
 *     repeated ids are not found. Otherwise everything is kept; repeated ids are errors (64-bit
 *     hashes: among 10 million ids one is rejected wrongly with probability 3e-6)
 * @param skipErrors whether an entry that is not acceptable is left out and counted in the {@link
 *     ReadReport}; otherwise a {@link ManifestException} is thrown
 * @param requireText whether an entry without transcript is an error
 * @param tokens counts the transcript's tokens where the manifest states no count, 0 or more
 * @param sampleRate Kaldi: samples a second, where durations come from utt2num_samples
 */
public record ReadOptions(
    boolean lengthsOnly,
    boolean skipErrors,
    boolean requireText,
    ToIntFunction<String> tokens,
    int sampleRate) {

  /** Unicode code points, blanks included. */
  public static final ToIntFunction<String> CHARACTERS =
      text -> text.codePointCount(0, text.length());

  /** Checks the range; throws IllegalArgumentException naming the option and its value. */
  public ReadOptions {
    if (sampleRate <= 0) {
      throw new IllegalArgumentException(
          "sampleRate is " + sampleRate + ", expected samples a second above 0");
    }
  }

  /** {@return everything kept, errors thrown, no text required, characters counted, 16 kHz} */
  public static ReadOptions defaults() {
    return new ReadOptions(false, false, false, CHARACTERS, 16_000);
  }

  /**
   * {@return a copy that keeps only lengths, or everything}
   *
   * @param lengthsOnly true for lengths
   */
  public ReadOptions lengthsOnly(boolean lengthsOnly) {
    return new ReadOptions(lengthsOnly, skipErrors, requireText, tokens, sampleRate);
  }

  /**
   * {@return a copy that skips entries that are not acceptable, or throws}
   *
   * @param skipErrors true to skip
   */
  public ReadOptions skipErrors(boolean skipErrors) {
    return new ReadOptions(lengthsOnly, skipErrors, requireText, tokens, sampleRate);
  }

  /**
   * {@return a copy with or without the demand for transcripts}
   *
   * @param requireText whether an entry without transcript is an error
   */
  public ReadOptions requireText(boolean requireText) {
    return new ReadOptions(lengthsOnly, skipErrors, requireText, tokens, sampleRate);
  }

  /**
   * {@return a copy that counts tokens with a tokenizer of the caller's}
   *
   * @param tokens length of a transcript, 0 or more
   */
  public ReadOptions tokens(ToIntFunction<String> tokens) {
    return new ReadOptions(lengthsOnly, skipErrors, requireText, tokens, sampleRate);
  }

  /**
   * {@return a copy with this sample rate for Kaldi's utt2num_samples}
   *
   * @param sampleRate samples a second, above 0
   */
  public ReadOptions sampleRate(int sampleRate) {
    return new ReadOptions(lengthsOnly, skipErrors, requireText, tokens, sampleRate);
  }
}
