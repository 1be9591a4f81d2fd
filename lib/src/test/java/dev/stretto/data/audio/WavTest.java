package dev.stretto.data.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.tensor.Rng;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WavTest {
  @TempDir Path folder;

  /** Stereo file: a padded odd chunk, then fmt, another odd one, then the data. */
  private static byte[] file(int tag, int bits, boolean extensible, double[][] frames) {
    int bytes = bits / 8;
    int channels = frames[0].length;
    int size = frames.length * channels * bytes;
    ByteBuffer out = ByteBuffer.allocate(200 + size).order(ByteOrder.LITTLE_ENDIAN);
    put(out, "RIFF").putInt(0);
    put(out, "WAVE");
    put(put(out, "LIST").putInt(3), "abc").put((byte) 0);
    put(out, "fmt ").putInt(extensible ? 40 : 16);
    out.putShort((short) (extensible ? 0xFFFE : tag)).putShort((short) channels);
    out.putInt(8000).putInt(8000 * channels * bytes);
    out.putShort((short) (channels * bytes)).putShort((short) bits);
    if (extensible) {
      out.putShort((short) 22).putShort((short) bits).putInt(3).putShort((short) tag);
      out.put(new byte[14]);
    }
    put(out, "odd ").putInt(1).put((byte) 7).put((byte) 0);
    put(out, "data").putInt(size);
    for (double[] frame : frames) {
      for (double x : frame) {
        if (tag == 3) {
          out = bits == 32 ? out.putFloat((float) x) : out.putDouble(x);
        } else if (bits == 8) {
          out.put((byte) Math.round(x * 127 + 128));
        } else {
          long whole = Math.round(x * ((1L << (bits - 1)) - 1));
          for (int b = 0; b < bytes; b++) {
            out.put((byte) (whole >> (8 * b)));
          }
        }
      }
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  private static ByteBuffer put(ByteBuffer out, String mark) {
    return out.put(mark.getBytes(StandardCharsets.US_ASCII));
  }

  private static double[][] noise(int frames, int channels) {
    Rng rng = new Rng(frames * 31L + channels);
    double[][] noise = new double[frames][channels];
    for (double[] frame : noise) {
      Arrays.setAll(frame, c -> rng.nextDouble(-1, 1));
    }
    return noise;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 8, 1, .013",
    "1, 16, 1, 5e-5",
    "1, 24, 2, 3e-7",
    "1, 32, 1, 1e-7",
    "3, 32, 2, 1e-7",
    "3, 64, 3, 1e-7"
  })
  void everyEncodingGivesItsSamplesToOneStep(int tag, int bits, int channels, double step)
      throws IOException {
    double[][] frames = noise(101, channels);
    for (boolean extensible : new boolean[] {false, true}) {
      Wav wav =
          Wav.read(new ByteArrayInputStream(file(tag, bits, extensible, frames)), "in memory");
      assertEquals(8000, wav.mono().sampleRate());
      assertEquals(channels, wav.channels().length);
      for (int i = 0; i < frames.length; i++) {
        for (int c = 0; c < channels; c++) {
          assertEquals(frames[i][c], wav.channels()[c][i], step);
        }
        double mean = Arrays.stream(frames[i]).average().orElseThrow();
        assertEquals(mean, wav.mono().samples()[i], step);
      }
    }
  }

  @Test
  void whatIsWrittenIsReadBackExactly() throws IOException {
    float[] samples = {0, 1, -1, .5f, -2, 1e-9f, 32767 / 32768f};
    Path file = folder.resolve("a.wav");
    WavWriter.write(file, new Audio(samples, 44100), WavWriter.Encoding.FLOAT32);
    Audio back = Wav.read(file).mono();
    assertArrayEquals(samples, back.samples());
    assertEquals(7 / 44100.0, back.duration());
    WavWriter.write(file, back, WavWriter.Encoding.PCM16);
    float top = 32767 / 32768f;
    assertArrayEquals(new float[] {0, top, -1, .5f, -1, 0, top}, Wav.read(file).channels()[0]);
  }

  @Test
  void aPipesDataChunkOfUnknownSizeRunsToTheEnd() throws IOException {
    byte[] file = file(1, 16, false, noise(10, 1));
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(file.length - 24, -1);
    assertEquals(10, Wav.read(file, "pipe").mono().samples().length);
  }

  @Test
  void badHeadersGiveOneSentence() {
    byte[] good = file(1, 16, false, noise(10, 1));
    assertSays(good, 0, 'X', "f.wav: the first 12 bytes are not RIFF, size, WAVE, expected a WAV");
    assertSays(good, 32, 7, "f.wav: format tag 7 with 16 bits, expected PCM (1) of 8, 16, 24 or");
    assertSays(good, 46, 12, "f.wav: format tag 1 with 12 bits, expected PCM");
    assertSays(good, 44, 3, "f.wav: the block size is 3, expected 2 bytes");
    assertSays(good, 34, 0, "f.wav: 0 channels at rate 8000, expected 1 or more of each");
    assertSays(good, 28, 15, "f.wav: the fmt chunk has 15 bytes, expected 16 or more");
    assertSays(good, 24, 'x', "f.wav: the data chunk comes first, expected a fmt chunk before it");
    assertSays(good, 58, 'x', "f.wav: there is no data chunk, expected one after the fmt chunk");
    assertSays(good, 62, 21, "f.wav: the data chunk states 21 bytes, expected the 20 that follow");
  }

  private static void assertSays(byte[] good, int at, int value, String sentence) {
    byte[] bad = good.clone();
    bad[at] = (byte) value;
    String says = assertThrows(IOException.class, () -> Wav.read(bad, "f.wav")).getMessage();
    assertTrue(says.startsWith(sentence), says);
  }

  @Test
  void anyDamageIsSamplesOrASentence() {
    Rng rng = new Rng(5);
    byte[] good = file(1, 24, true, noise(20, 2));
    for (int trial = 0; trial < 20_000; trial++) {
      long seed = rng.state();
      byte[] bad = Arrays.copyOf(good, rng.nextInt(good.length + 1));
      for (int k = 0; k < 3 && bad.length > 0; k++) {
        bad[rng.nextInt(bad.length)] = (byte) rng.nextInt();
      }
      try {
        Wav.read(bad, "f.wav").mono();
      } catch (IOException e) {
        assertTrue(e.getMessage().startsWith("f.wav: "), "seed " + seed);
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }
}
