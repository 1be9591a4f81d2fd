package dev.stretto.data.audio;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * The log-mel front end: short-time power spectrum, mel filters, natural logarithm.
 *
 * <p>A sound of n samples has T = ceil(n / hop) frames; frame t is centred on sample {@code t * hop
 * + hop / 2}, and the sound is silent before and after itself, so silence appended to it changes
 * none of its frames. The window is a periodic Hann of sum 1: a sine of amplitude a on a spectral
 * line has power a * a / 4 there at any sample rate. Frames are computed some thousand at a time:
 * native memory does not grow with the sound.
 */
public final class LogMel {
  private static final int CHUNK = 2048;

  /**
   * The front end's settings.
   *
   * @param sampleRate samples a second
   * @param windowMs milliseconds that a frame sees
   * @param hopMs milliseconds from frame to frame
   * @param fftSize samples of the transform, the window or longer
   * @param bins mel bins
   * @param lowHz where the first filter begins
   * @param highHz where the last one ends, at most half the rate
   * @param scale the mel scale
   * @param floor the least power that the logarithm sees, above 0
   * @param normalisation what is done to the logarithms
   */
  public record Config(
      int sampleRate,
      double windowMs,
      double hopMs,
      int fftSize,
      int bins,
      double lowHz,
      double highHz,
      MelScale scale,
      double floor,
      Normalisation normalisation) {

    /** Checks ranges; throws IllegalArgumentException naming what does not fit. */
    public Config {
      double window = windowMs * sampleRate / 1000;
      if (sampleRate <= 0 || window < 1 || window > fftSize || hopMs * sampleRate < 1000) {
        throw new IllegalArgumentException(
            "window %s ms, hop %s ms, FFT %d at rate %d, expected 1 sample <= window <= FFT, hop >= 1"
                .formatted(windowMs, hopMs, fftSize, sampleRate));
      }
      if (bins < 1 || !(lowHz >= 0 && lowHz < highHz && highHz <= sampleRate / 2.0 && floor > 0)) {
        throw new IllegalArgumentException(
            "%d bins from %s to %s Hz over floor %s, expected 1 or more within 0 to %s Hz, floor > 0"
                .formatted(bins, lowHz, highHz, floor, sampleRate / 2.0));
      }
    }

    /**
     * The workbench's own: 24 bins over 0 to 4 kHz, window 25 ms, hop 20 ms; nearly the same
     * figures for the same sound at 8 and at 16 kHz.
     *
     * @param sampleRate 8000 or more
     * @return the settings, not normalised
     */
    public static Config compact(int sampleRate) {
      return of(sampleRate, 20, 24, 4000, new Normalisation.None());
    }

    /**
     * As large recognisers have it: 80 bins over the whole band, window 25 ms, hop 10 ms, each bin
     * normalised over its utterance.
     *
     * @param sampleRate 16000, or what the sound has
     * @return the settings
     */
    public static Config wide(int sampleRate) {
      return of(sampleRate, 10, 80, sampleRate / 2.0, new Normalisation.PerUtterance());
    }

    private static Config of(
        int rate, double hopMs, int bins, double highHz, Normalisation normalisation) {
      int fft = Integer.highestOneBit(Math.max(1, rate / 40 - 1)) * 2;
      return new Config(
          rate, 25, hopMs, fft, bins, 0, highHz, MelScale.SLANEY, 1e-10, normalisation);
    }
  }

  /**
   * Utterances of one batch.
   *
   * @param features (B, T, bins), T the longest; exactly 0 behind each row's length
   * @param lengths (B) frames of each row
   */
  @SuppressWarnings("ArrayRecordComponent") // made for this batch
  public record Batch(NDArray features, int[] lengths) {}

  private final Config config;
  private final int hop;
  private final float[] window;
  private final float[] filters;

  /**
   * Computes window and filters.
   *
   * @param config the settings
   * @throws IllegalArgumentException where a mel bin is too narrow to hold a spectral line
   */
  public LogMel(Config config) {
    this.config = config;
    hop = samples(config.hopMs);
    window = new float[samples(config.windowMs)];
    for (int i = 0; i < window.length; i++) {
      window[i] = (float) ((1 - Math.cos(2 * Math.PI * i / window.length)) / window.length);
    }
    double line = (double) config.sampleRate / config.fftSize;
    filters =
        config.scale.filters(
            config.fftSize / 2 + 1, line, config.bins, config.lowHz, config.highHz);
  }

  private int samples(double ms) {
    return (int) Math.round(ms * config.sampleRate / 1000);
  }

  /**
   * How many frames a sound has.
   *
   * @param samples its length
   * @return ceil(samples / hop)
   */
  public int frames(int samples) {
    return Math.ceilDiv(samples, hop);
  }

  /**
   * One sound's features as an array.
   *
   * @param manager owns the result
   * @param audio at least one sample, at the rate of the settings
   * @return (T, bins)
   */
  public NDArray apply(NDManager manager, Audio audio) {
    return manager.create(
        features(manager, audio), new Shape(frames(audio.samples().length), config.bins));
  }

  /**
   * A batch, padded to its longest row.
   *
   * @param manager owns the result
   * @param audios one or more sounds, at the rate of the settings
   * @return the features and their lengths
   */
  public Batch batch(NDManager manager, List<Audio> audios) {
    return pad(manager, audios.stream().map(audio -> features(manager, audio)).toList());
  }

  /**
   * A batch of features that were computed before.
   *
   * @param manager owns the result
   * @param rows one or more results of {@link #features}
   * @return the features and their lengths
   */
  public Batch pad(NDManager manager, List<float[]> rows) {
    int[] lengths = rows.stream().mapToInt(row -> row.length / config.bins).toArray();
    int longest = Arrays.stream(lengths).max().orElseThrow();
    float[] all = new float[Math.multiplyExact(rows.size(), longest * config.bins)];
    for (int r = 0; r < lengths.length; r++) {
      System.arraycopy(rows.get(r), 0, all, r * longest * config.bins, rows.get(r).length);
    }
    return new Batch(manager.create(all, new Shape(lengths.length, longest, config.bins)), lengths);
  }

  /**
   * One sound's features in Java memory, to be kept and batched later.
   *
   * @param manager does the work on its device; nothing stays in it
   * @param audio at least one sample, at the rate of the settings
   * @return (T, bins), frame by frame
   * @throws IllegalArgumentException for no samples or another rate
   * @throws CancellationException when the thread is interrupted
   */
  public float[] features(NDManager manager, Audio audio) {
    float[] out = logarithms(manager, audio, CHUNK);
    switch (config.normalisation) {
      case Normalisation.None() -> {}
      case Normalisation.PerUtterance() -> normalise(out, statistics(List.of(out)));
      case Normalisation.Global global -> normalise(out, global);
    }
    return out;
  }

  /**
   * The same front end, normalised by the mean and deviation of a set of sounds.
   *
   * @param manager does the work; nothing stays in it
   * @param audios for example the training set
   * @return a front end with {@link Normalisation.Global}
   */
  public LogMel fitted(NDManager manager, List<Audio> audios) {
    Normalisation.Global global =
        statistics(audios.stream().map(audio -> logarithms(manager, audio, CHUNK)).toList());
    Config c = config;
    return new LogMel(
        new Config(
            c.sampleRate,
            c.windowMs,
            c.hopMs,
            c.fftSize,
            c.bins,
            c.lowHz,
            c.highHz,
            c.scale,
            c.floor,
            global));
  }

  /** Log-mel (T, bins) before normalisation, some frames at a time. */
  float[] logarithms(NDManager manager, Audio audio, int chunk) {
    float[] samples = audio.samples();
    if (samples.length == 0 || audio.sampleRate() != config.sampleRate) {
      throw new IllegalArgumentException(
          "the sound has %d samples at rate %d, expected at least 1 at rate %d"
              .formatted(samples.length, audio.sampleRate(), config.sampleRate));
    }
    int frames = frames(samples.length);
    float[] out = new float[Math.multiplyExact(frames, config.bins)];
    ByteBuffer memory =
        ByteBuffer.allocateDirect(4 * window.length * Math.min(chunk, frames))
            .order(ByteOrder.nativeOrder());
    try (NDManager scope = manager.newSubManager()) {
      NDArray mel = scope.create(filters, new Shape(config.fftSize / 2 + 1, config.bins));
      for (int first = 0; first < frames; first += chunk) {
        if (Thread.currentThread().isInterrupted()) {
          throw new CancellationException(
              "the log-mel front end was interrupted at frame " + first);
        }
        int count = Math.min(chunk, frames - first);
        cut(samples, first, count, memory.asFloatBuffer());
        try (NDManager step = scope.newSubManager()) {
          NDArray cut =
              step.create(
                  memory.limit(4 * count * window.length),
                  new Shape(count, window.length),
                  DataType.FLOAT32);
          NDArray parts = cut.rfft(config.fftSize, 1).real(); // (count, lines, 2)
          NDArray power = parts.square().sum(new int[] {2}); // (count, lines)
          float[] bins = power.matMul(mel).maximum(config.floor).log().toFloatArray();
          System.arraycopy(bins, 0, out, first * config.bins, bins.length);
        }
      }
    }
    return out;
  }

  private void cut(float[] samples, int first, int count, FloatBuffer into) {
    float[] frame = new float[window.length];
    for (int t = 0; t < count; t++) {
      long start = (long) (first + t) * hop + hop / 2 - window.length / 2;
      for (int i = 0; i < window.length; i++) {
        long at = start + i;
        frame[i] = at < 0 || at >= samples.length ? 0 : window[i] * samples[(int) at];
      }
      into.put(t * window.length, frame);
    }
  }

  private Normalisation.Global statistics(List<float[]> rows) {
    double[] sum = new double[config.bins];
    double[] squares = new double[config.bins];
    long frames = 0;
    for (float[] row : rows) {
      frames += row.length / config.bins;
      for (int i = 0; i < row.length; i++) {
        sum[i % config.bins] += row[i];
        squares[i % config.bins] += (double) row[i] * row[i];
      }
    }
    float[] mean = new float[config.bins];
    float[] deviation = new float[config.bins];
    for (int b = 0; b < config.bins; b++) {
      mean[b] = (float) (sum[b] / frames);
      double variance = squares[b] / frames - Math.pow(sum[b] / frames, 2);
      deviation[b] = (float) Math.sqrt(Math.max(variance, 1e-10)); // a silent bin stays finite
    }
    return new Normalisation.Global(mean, deviation);
  }

  private void normalise(float[] out, Normalisation.Global by) {
    for (int i = 0; i < out.length; i++) {
      int b = i % config.bins;
      out[i] = (out[i] - by.mean()[b]) / by.deviation()[b];
    }
  }
}
