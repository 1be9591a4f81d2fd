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
    return new ReadOptions(
        Fields.ALL,
        OnError.STRICT,
        TextUnit.CHARACTERS,
        false,
        true,
        24 * 3600,
        "text",
        "lang",
        16_000);
  }

  /**
   * With another choice of what is kept.
   *
   * @param keep how much is kept in the cuts
   * @return a copy
   */
  public ReadOptions keep(Fields keep) {
    return new ReadOptions(
        keep,
        onError,
        tokens,
        requireText,
        uniqueIds,
        maxDuration,
        textKey,
        languageKey,
        sampleRate);
  }

  /**
   * With another treatment of errors.
   *
   * @param onError what happens to an entry that is not acceptable
   * @return a copy
   */
  public ReadOptions onError(OnError onError) {
    return new ReadOptions(
        keep,
        onError,
        tokens,
        requireText,
        uniqueIds,
        maxDuration,
        textKey,
        languageKey,
        sampleRate);
  }

  /**
   * With another token count.
   *
   * @param tokens length of a transcript, 0 or more; see {@link TextUnit}
   * @return a copy
   */
  public ReadOptions tokens(ToIntFunction<String> tokens) {
    return new ReadOptions(
        keep,
        onError,
        tokens,
        requireText,
        uniqueIds,
        maxDuration,
        textKey,
        languageKey,
        sampleRate);
  }

  /**
   * With or without the demand for transcripts.
   *
   * @param requireText whether an entry without transcript is an error
   * @return a copy
   */
  public ReadOptions requireText(boolean requireText) {
    return new ReadOptions(
        keep,
        onError,
        tokens,
        requireText,
        uniqueIds,
        maxDuration,
        textKey,
        languageKey,
        sampleRate);
  }

  /**
   * With or without the check for repeated ids.
   *
   * @param uniqueIds whether an id that was read before is an error
   * @return a copy
   */
  public ReadOptions uniqueIds(boolean uniqueIds) {
    return new ReadOptions(
        keep,
        onError,
        tokens,
        requireText,
        uniqueIds,
        maxDuration,
        textKey,
        languageKey,
        sampleRate);
  }

  /**
   * With another limit of durations.
   *
   * @param maxDuration seconds, above 0
   * @return a copy
   */
  public ReadOptions maxDuration(double maxDuration) {
    return new ReadOptions(
        keep,
        onError,
        tokens,
        requireText,
        uniqueIds,
        maxDuration,
        textKey,
        languageKey,
        sampleRate);
  }

  /**
   * With other NeMo field names.
   *
   * @param textKey the field with the transcript
   * @param languageKey the field with the language
   * @return a copy
   */
  public ReadOptions keys(String textKey, String languageKey) {
    return new ReadOptions(
        keep,
        onError,
        tokens,
        requireText,
        uniqueIds,
        maxDuration,
        textKey,
        languageKey,
        sampleRate);
  }

  /**
   * With another sample rate for Kaldi's utt2num_samples.
   *
   * @param sampleRate samples a second, above 0
   * @return a copy
   */
  public ReadOptions sampleRate(int sampleRate) {
    return new ReadOptions(
        keep,
        onError,
        tokens,
        requireText,
        uniqueIds,
        maxDuration,
        textKey,
        languageKey,
        sampleRate);
  }
}
