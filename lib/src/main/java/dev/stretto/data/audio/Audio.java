package dev.stretto.data.audio;

/**
 * One channel of sound.
 *
 * @param samples the waveform, full scale at -1..1; not copied
 * @param sampleRate samples a second, above 0
 */
@SuppressWarnings("ArrayRecordComponent") // an hour is 230 MB: shared, not copied or compared
public record Audio(float[] samples, int sampleRate) {

  /** Checks the rate; throws IllegalArgumentException naming it. */
  public Audio {
    if (sampleRate <= 0) {
      throw new IllegalArgumentException(
          "the sample rate is " + sampleRate + ", expected samples a second above 0");
    }
  }

  /** {@return seconds} */
  public double duration() {
    return (double) samples.length / sampleRate;
  }
}
