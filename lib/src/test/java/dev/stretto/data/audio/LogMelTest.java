package dev.stretto.data.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.tensor.Rng;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogMelTest {
  /** 80 bins over the whole band, as large recognisers have it. */
  private static final LogMel.Config WIDE =
      new LogMel.Config(16000, 25, 10, 512, 80, 0, 8000, 1e-10);

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static Audio noise(int length, int rate, long seed) {
    Rng rng = new Rng(seed);
    float[] noise = new float[length];
    for (int i = 0; i < length; i++) {
      noise[i] = (float) (.3 * rng.nextGaussian() + .2 * Math.sin(.2 * i));
    }
    return new Audio(noise, rate);
  }

  /** The naive twin: a direct DFT and filters in double precision. */
  private static double[][] direct(LogMel.Config c, float[] samples) {
    int hop = (int) Math.round(c.hopMs() * c.sampleRate() / 1000);
    int window = (int) Math.round(c.windowMs() * c.sampleRate() / 1000);
    int frames = (samples.length + hop - 1) / hop;
    double[][] out = new double[frames][c.bins()];
    double low = MelScale.mel(c.lowHz());
    double high = MelScale.mel(c.highHz());
    for (int t = 0; t < frames; t++) {
      for (int k = 0; k <= c.fftSize() / 2; k++) {
        double re = 0;
        double im = 0;
        for (int i = 0; i < window; i++) {
          int at = t * hop + hop / 2 - window / 2 + i;
          double x = at < 0 || at >= samples.length ? 0 : samples[at];
          x *= (1 - Math.cos(2 * Math.PI * i / window)) / window;
          re += x * Math.cos(2 * Math.PI * k * i / c.fftSize());
          im += x * Math.sin(2 * Math.PI * k * i / c.fftSize());
        }
        double hz = (double) k * c.sampleRate() / c.fftSize();
        for (int b = 0; b < c.bins(); b++) {
          double left = MelScale.hz(low + b * (high - low) / (c.bins() + 1));
          double top = MelScale.hz(low + (b + 1) * (high - low) / (c.bins() + 1));
          double right = MelScale.hz(low + (b + 2) * (high - low) / (c.bins() + 1));
          double gain = hz <= top ? (hz - left) / (top - left) : (right - hz) / (right - top);
          double height = 2 / (right - left);
          out[t][b] += Math.max(0, gain) * height * (re * re + im * im);
        }
      }
      for (int b = 0; b < c.bins(); b++) {
        out[t][b] = Math.log(Math.max(c.floor(), out[t][b]));
      }
    }
    return out;
  }

  @Test
  void equalsADirectTransform() {
    List<LogMel.Config> configs =
        List.of(
            LogMel.Config.compact(16000),
            LogMel.Config.compact(8000),
            WIDE,
            new LogMel.Config(11025, 23, 7.3, 300, 13, 60, 5000, 1e-8));
    for (LogMel.Config config : configs) {
      for (int length : new int[] {1, 37, 800, 1601}) {
        Audio audio = noise(length, config.sampleRate(), length);
        LogMel front = new LogMel(config);
        double[][] expected = direct(config, audio.samples());
        float[] out = front.features(manager, List.of(audio)).getFirst();
        assertEquals(expected.length, front.frames(length));
        for (int i = 0; i < out.length; i++) {
          assertEquals(expected[i / config.bins()][i % config.bins()], out[i], 2e-3);
        }
      }
    }
  }

  @Test
  void chunkedEqualsWholeAndNothingStaysInTheManager() {
    LogMel front = new LogMel(LogMel.Config.compact(16000));
    Audio audio = noise(50_001, 16000, 3);
    float[] whole = front.logarithms(manager, List.of(audio), 1000).getFirst();
    assertEquals(157 * 24, whole.length);
    for (int chunk : new int[] {1, 10, 64, 157}) {
      assertArrayEquals(whole, front.logarithms(manager, List.of(audio), chunk).getFirst(), 1e-4f);
    }
    List<Audio> three = List.of(audio, noise(1, 16000, 4), noise(999, 16000, 5));
    for (int chunk : new int[] {1, 7, 158, 2000}) {
      List<float[]> rows = front.logarithms(manager, three, chunk);
      for (int r = 0; r < 3; r++) {
        float[] alone = front.logarithms(manager, List.of(three.get(r)), 50).getFirst();
        assertArrayEquals(alone, rows.get(r), 1e-4f);
      }
    }
    assertTrue(manager.getManagedArrays().isEmpty());
    LogMel.Batch batch = front.batch(manager, List.of(audio));
    assertEquals(new Shape(1, 157, 24), batch.features().getShape());
    assertEquals(1, manager.getManagedArrays().size());
  }

  @Test
  void aBatchHasEachRowAsAloneAndZerosBehind() {
    LogMel front = new LogMel(WIDE);
    List<Audio> audios = List.of(noise(5000, 16000, 1), noise(12345, 16000, 2));
    LogMel.Batch batch = front.batch(manager, audios);
    assertArrayEquals(new int[] {32, 78}, batch.lengths());
    assertEquals(new Shape(2, 78, 80), batch.features().getShape());
    float[] all = batch.features().toFloatArray();
    assertArrayEquals(
        front.features(manager, List.of(audios.get(0))).getFirst(), Arrays.copyOf(all, 32 * 80));
    assertArrayEquals(new float[46 * 80], Arrays.copyOfRange(all, 32 * 80, 78 * 80));
    assertArrayEquals(
        front.features(manager, audios).get(1), Arrays.copyOfRange(all, 78 * 80, 156 * 80));
  }

  @Test
  void normalisedBinsHaveMeanZeroAndDeviationOne() {
    List<Audio> audios = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      audios.add(noise(8000 + 1000 * i, 8000, i));
    }
    LogMel global = new LogMel(LogMel.Config.compact(8000)).fitted(manager, audios);
    assertMoments(global.features(manager, audios), 24);
  }

  private static void assertMoments(List<float[]> rows, int bins) {
    for (int b = 0; b < bins; b++) {
      double sum = 0;
      double squares = 0;
      int frames = 0;
      for (float[] row : rows) {
        for (int i = b; i < row.length; i += bins, frames++) {
          sum += row[i];
          squares += row[i] * row[i];
        }
      }
      assertEquals(0, sum / frames, 1e-3);
      assertEquals(1, squares / frames, 1e-3);
    }
  }

  @Test
  void melScalesInvertAndMeetTheirFixedPoints() {
    assertEquals(15, MelScale.mel(1000), 1e-12);
    assertEquals(42, MelScale.mel(6400), 1e-12);
    for (double hz = 0; hz < 8000; hz += 77) {
      assertEquals(hz, MelScale.hz(MelScale.mel(hz)), 1e-8);
    }
  }

  @Test
  void badInputGivesASentence() {
    LogMel front = new LogMel(LogMel.Config.compact(16000));
    Audio wrong = noise(10, 8000, 1);
    assertEquals(
        "the sound has 10 samples at rate 8000, expected at least 1 at rate 16000",
        assertThrows(IllegalArgumentException.class, () -> front.features(manager, List.of(wrong)))
            .getMessage());
    LogMel.Config narrow = new LogMel.Config(8000, 25, 10, 256, 200, 0, 4000, 1e-10);
    assertTrue(
        assertThrows(IllegalArgumentException.class, () -> new LogMel(narrow))
            .getMessage()
            .contains("has no spectral line"));
    assertThrows(
        IllegalArgumentException.class,
        () -> new LogMel.Config(8000, 40, 10, 256, 8, 0, 4000, 1e-10));
    Thread.currentThread().interrupt();
    assertThrows(
        CancellationException.class, () -> front.features(manager, List.of(noise(9, 16000, 1))));
    assertTrue(Thread.interrupted());
  }
}
