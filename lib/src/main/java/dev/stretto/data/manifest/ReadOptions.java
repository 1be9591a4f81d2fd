package dev.stretto.data.manifest;

import java.util.function.ToIntFunction;

/**
 * How a manifest is read; {@link #defaults()} and the methods named like the fields make one.
 *
 * @param keep how much is kept in the cuts
 * @param onError what happens to an entry that is not acceptable
 * @param tokens counts the transcript's tokens where the manifest states no count
 * @param requireText whether an entry without transcript is an error
 * @param uniqueIds whether an id that was read before is an error: 12 to 24 bytes of memory a cut
 *     (64-bit hashes: among 10 million ids one is rejected wrongly with probability 3e-6); not
 *     checked with {@link Fields#LENGTHS}
 * @param maxDuration seconds above which a duration is taken for an error (milliseconds read as
 *     seconds, mostly)
 * @param textKey NeMo: the field with the transcript
 * @param languageKey NeMo: the field with the language
 * @param sampleRate Kaldi: samples a second, where durations come from utt2num_samples
 */
public record ReadOptions(
    Fields keep,
    OnError onError,
    ToIntFunction<String> tokens,
    boolean requireText,
    boolean uniqueIds,
    double maxDuration,
    String textKey,
    String languageKey,
    int sampleRate) {

  /** Checks ranges; throws IllegalArgumentException naming the option and its value. */
  public ReadOptions {
    if (!(maxDuration > 0)) {
      throw new IllegalArgumentException(
          "maxDuration is " + maxDuration + ", expected seconds above 0");
    }
    if (sampleRate <= 0) {
      throw new IllegalArgumentException(
          "sampleRate is " + sampleRate + ", expected samples a second above 0");
    }
  }

  /**
   * Everything kept, errors thrown, characters counted, no text required, ids checked, at most 24
   * hours a cut, NeMo's usual field names, 16 kHz.
   *
   * @return the defaults
   */
  public static ReadOptions defaults() {
    TextUnit unit = TextUnit.CHARACTERS;
    return new ReadOptions(
        Fields.ALL, OnError.STRICT, unit, false, true, 24 * 3600, "text", "lang", 16_000);
  }

  /**
   * {@return a copy with this much kept in the cuts}
   *
   * @param keep how much
   */
  public ReadOptions keep(Fields keep) {
    return with(keep, onError, tokens, requireText, uniqueIds);
  }

  /**
   * {@return a copy with this treatment of entries that are not acceptable}
   *
   * @param onError what happens to one
   */
  public ReadOptions onError(OnError onError) {
    return with(keep, onError, tokens, requireText, uniqueIds);
  }

  /**
   * {@return a copy that counts tokens so}
   *
   * @param tokens length of a transcript, 0 or more; see {@link TextUnit}
   */
  public ReadOptions tokens(ToIntFunction<String> tokens) {
    return with(keep, onError, tokens, requireText, uniqueIds);
  }

  /**
   * {@return a copy with or without the demand for transcripts}
   *
   * @param requireText whether an entry without transcript is an error
   */
  public ReadOptions requireText(boolean requireText) {
    return with(keep, onError, tokens, requireText, uniqueIds);
  }

  /**
   * {@return a copy with or without the check for repeated ids}
   *
   * @param uniqueIds whether an id that was read before is an error
   */
  public ReadOptions uniqueIds(boolean uniqueIds) {
    return with(keep, onError, tokens, requireText, uniqueIds);
  }

  /**
   * {@return a copy with this limit of durations}
   *
   * @param maxDuration seconds, above 0
   */
  public ReadOptions maxDuration(double maxDuration) {
    return limits(maxDuration, textKey, languageKey, sampleRate);
  }

  /**
   * {@return a copy with these NeMo field names}
   *
   * @param textKey the field with the transcript
   * @param languageKey the field with the language
   */
  public ReadOptions keys(String textKey, String languageKey) {
    return limits(maxDuration, textKey, languageKey, sampleRate);
  }

  /**
   * {@return a copy with this sample rate for Kaldi's utt2num_samples}
   *
   * @param sampleRate samples a second, above 0
   */
  public ReadOptions sampleRate(int sampleRate) {
    return limits(maxDuration, textKey, languageKey, sampleRate);
  }

  private ReadOptions with(
      Fields kept, OnError error, ToIntFunction<String> count, boolean text, boolean unique) {
    return new ReadOptions(
        kept, error, count, text, unique, maxDuration, textKey, languageKey, sampleRate);
  }

  private ReadOptions limits(double longest, String text, String language, int rate) {
    return new ReadOptions(
        keep, onError, tokens, requireText, uniqueIds, longest, text, language, rate);
  }
}
