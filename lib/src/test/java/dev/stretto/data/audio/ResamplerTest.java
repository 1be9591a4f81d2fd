package dev.stretto.data.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResamplerTest {
  private static float[] sine(double hz, int rate, int length) {
    float[] sine = new float[length];
    for (int i = 0; i < length; i++) {
      sine[i] = (float) Math.sin(2 * Math.PI * hz * i / rate + .3);
    }
    return sine;
  }

  @ParameterizedTest
  @CsvSource({"16000, 8000", "8000, 16000", "44100, 16000", "16000, 44100", "48000, 11025"})
  void aSineStaysTheSameSineAndAliasesAreBelow60Decibels(int from, int to) {
    Resampler resampler = new Resampler(from, to);
    double nyquist = Math.min(from, to) / 2.0;
    for (double share : new double[] {.01, .1, .5, .75, .9}) {
      float[] out = resampler.apply(sine(share * nyquist, from, from / 4));
      float[] expected = sine(share * nyquist, to, out.length);
      // the sound is silent outside of itself: leave the filter's reach at both ends
      for (int i = out.length / 4; i < out.length * 3 / 4; i++) {
        assertEquals(expected[i], out[i], 1e-3, "at " + share + " of half the lower rate");
      }
    }
    for (double above = 1.002; above * nyquist < from / 2.0; above += .09) {
      float[] out = resampler.apply(sine(above * nyquist, from, from / 4));
      double power = 0;
      for (int i = out.length / 4; i < out.length * 3 / 4; i++) {
        power += out[i] * out[i] / (out.length / 2.0);
      }
      assertTrue(10 * Math.log10(2 * power) < -60, above + " of half the lower rate");
    }
  }

  @Test
  void lengthIsTheCeilingAndConstantsStay() {
    for (int n : new int[] {0, 1, 7, 100, 1001}) {
      for (int[] rates : new int[][] {{3, 2}, {2, 3}, {16000, 11025}, {7, 7}, {8000, 24000}}) {
        int expected = Math.ceilDiv(n * rates[1], rates[0]);
        assertEquals(expected, new Resampler(rates[0], rates[1]).apply(new float[n]).length);
      }
    }
    float[] ones = new float[2000];
    java.util.Arrays.fill(ones, 1);
    float[] out = new Resampler(5, 7).apply(ones);
    for (int i = 100; i < out.length - 100; i++) {
      assertEquals(1, out[i], 1e-6);
    }
  }

  @Test
  void equalRatesCopyAndBadOnesGiveASentence() {
    float[] some = sine(100, 8000, 50);
    Audio same = new Audio(some, 8000).resampled(8000);
    assertArrayEquals(some, same.samples());
    same.samples()[0] = 9;
    assertTrue(some[0] != 9);
    assertThrows(IllegalArgumentException.class, () -> new Resampler(8000, 0));
  }
}
