package dev.stretto.data.audio;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
   * @param floor the least power that the logarithm sees, above 0
   */
  public record Config(
      int sampleRate,
      double windowMs,
      double hopMs,
      int fftSize,
      int bins,
      double lowHz,
      double highHz,
      double floor) {

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
     * The workbench's own: 24 bins over 0 to 4 kHz, window 25 ms, hop 20 ms.
     *
     * @param sampleRate 8000 or more
     * @return the settings
     */
    public static Config compact(int sampleRate) {
      int fft = Integer.highestOneBit(Math.max(1, sampleRate / 40 - 1)) * 2;
      return new Config(sampleRate, 25, 20, fft, 24, 0, 4000, 1e-10);
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

  /** Mean and deviation of each bin. */
  @SuppressWarnings("ArrayRecordComponent") // read here alone
  private record Normalisation(float[] mean, float[] deviation) {}

  private final Config config;
  private final Optional<Normalisation> normalisation;
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
    this(config, Optional.empty());
  }

  private LogMel(Config config, Optional<Normalisation> normalisation) {
    this.config = config;
    this.normalisation = normalisation;
    hop = samples(config.hopMs);
    window = new float[samples(config.windowMs)];
    for (int i = 0; i < window.length; i++) {
      window[i] = (float) ((1 - Math.cos(2 * Math.PI * i / window.length)) / window.length);
    }
    double line = (double) config.sampleRate / config.fftSize;
    filters =
        MelScale.filters(config.fftSize / 2 + 1, line, config.bins, config.lowHz, config.highHz);
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
   * A batch, padded to its longest row.
   *
   * @param manager owns the result
   * @param audios one or more sounds, at the rate of the settings
   * @return the features and their lengths
   */
  public Batch batch(NDManager manager, List<Audio> audios) {
    return pad(manager, features(manager, audios), config.bins);
  }

  /**
   * A batch of features that were computed before.
   *
   * @param manager owns the result
   * @param rows one or more of {@link #features}
   * @param bins of a frame
   * @return the features and their lengths
   */
  public static Batch pad(NDManager manager, List<float[]> rows, int bins) {
    int[] lengths = rows.stream().mapToInt(row -> row.length / bins).toArray();
    int longest = Arrays.stream(lengths).max().orElseThrow();
    float[] all = new float[Math.multiplyExact(rows.size(), longest * bins)];
    for (int r = 0; r < lengths.length; r++) {
      System.arraycopy(rows.get(r), 0, all, r * longest * bins, rows.get(r).length);
    }
    return new Batch(manager.create(all, new Shape(lengths.length, longest, bins)), lengths);
  }

  /**
   * Features in Java memory, to be kept and batched later. Many sounds in one call are faster than
   * one at a time: their frames share the chunks.
   *
   * @param manager does the work on its device; nothing stays in it
   * @param audios each of at least one sample, at the rate of the settings
   * @return (T, bins) for each sound, frame by frame
   * @throws IllegalArgumentException for no samples or another rate
   * @throws CancellationException when the thread is interrupted
   */
  public List<float[]> features(NDManager manager, List<Audio> audios) {
    List<float[]> rows = logarithms(manager, audios, CHUNK);
    normalisation.ifPresent(by -> rows.forEach(row -> normalise(row, by)));
    return rows;
  }

  /**
   * The same front end, normalised by the mean and deviation of a set of sounds.
   *
   * @param manager does the work; nothing stays in it
   * @param audios for example the training set
   * @return a front end whose bins have mean 0 and deviation 1 over these sounds
   */
  public LogMel fitted(NDManager manager, List<Audio> audios) {
    return new LogMel(config, Optional.of(statistics(logarithms(manager, audios, CHUNK))));
  }

  /** Log-mel (T, bins) of each sound before normalisation, some frames at a time. */
  List<float[]> logarithms(NDManager manager, List<Audio> audios, int chunk) {
    List<float[]> rows = new ArrayList<>();
    int[] starts = new int[audios.size() + 1]; // of each sound's frames among all
    for (Audio audio : audios) {
      int length = audio.samples().length;
      if (length == 0 || audio.sampleRate() != config.sampleRate) {
        throw new IllegalArgumentException(
            "the sound has %d samples at rate %d, expected at least 1 at rate %d"
                .formatted(length, audio.sampleRate(), config.sampleRate));
      }
      rows.add(new float[Math.multiplyExact(frames(length), config.bins)]);
      starts[rows.size()] = Math.addExact(starts[rows.size() - 1], frames(length));
    }
    int total = starts[audios.size()];
    ByteBuffer memory =
        ByteBuffer.allocateDirect(4 * window.length * Math.min(chunk, total))
            .order(ByteOrder.nativeOrder());
    try (NDManager scope = manager.newSubManager()) {
      NDArray mel = scope.create(filters, new Shape(config.fftSize / 2 + 1, config.bins));
      for (int first = 0, row = 0; first < total; first += chunk) {
        if (Thread.currentThread().isInterrupted()) {
          throw new CancellationException(
              "the log-mel front end was interrupted at frame " + first);
        }
        int count = Math.min(chunk, total - first);
        for (int t = 0, r = row; t < count; t++) {
          for (; first + t >= starts[r + 1]; r++) {}
          cut(audios.get(r).samples(), first + t - starts[r], t, memory.asFloatBuffer());
        }
        try (NDManager step = scope.newSubManager()) {
          Shape shape = new Shape(count, window.length);
          memory.limit(4 * count * window.length);
          NDArray lines = step.create(memory, shape, DataType.FLOAT32).rfft(config.fftSize, 1);
          NDArray power = lines.real().square().sum(new int[] {2}); // (count, lines, 2) summed
          float[] bins = power.matMul(mel).maximum(config.floor).log().toFloatArray();
          for (int t = 0; t < count; t++) {
            for (; first + t >= starts[row + 1]; row++) {}
            int to = (first + t - starts[row]) * config.bins;
            System.arraycopy(bins, t * config.bins, rows.get(row), to, config.bins);
          }
        }
      }
    }
    return rows;
  }

  private void cut(float[] samples, int frame, int slot, FloatBuffer into) {
    float[] out = new float[window.length];
    long start = (long) frame * hop + hop / 2 - window.length / 2;
    for (int i = (int) Math.max(0, -start); i < window.length && start + i < samples.length; i++) {
      out[i] = window[i] * samples[(int) start + i];
    }
    into.put(slot * window.length, out);
  }

  private Normalisation statistics(List<float[]> rows) {
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
    return new Normalisation(mean, deviation);
  }

  private void normalise(float[] out, Normalisation by) {
    for (int i = 0; i < out.length; i++) {
      int b = i % config.bins;
      out[i] = (out[i] - by.mean[b]) / by.deviation[b];
    }
  }
}
