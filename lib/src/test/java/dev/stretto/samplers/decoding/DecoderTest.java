package dev.stretto.samplers.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.models.TokenModel;
import dev.stretto.models.language.CausalLm;
import dev.stretto.profilers.WorkProfiler;
import dev.stretto.samplers.decoding.Decoder.Options;
import dev.stretto.samplers.decoding.SpeculativeDecoder.Run;
import dev.stretto.samplers.serving.NetworkEngineTest;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DecoderTest {
  private static CausalLm model;
  private static final int[][] PROMPTS = {{1, 2, 3}, {7}, {4, 4, 9, 11, 2, 6}, {30, 12}, {25, 3}};

  @BeforeAll
  static void open() {
    model = NetworkEngineTest.model();
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static Run decode(int limit, int end, Sampling sampling, int[]... prompts) {
    return Decoder.decode(model, prompts, new Options(limit, end, sampling));
  }

  @Test
  void rowsTogetherEqualRowsAlone() {
    for (Sampling sampling : new Sampling[] {Sampling.greedy(), new Sampling(1.2, 20, .95, 11)}) {
      Run together = decode(24, 5, sampling, PROMPTS);
      for (int b = 0; b < PROMPTS.length; b++) {
        Sampling own =
            new Sampling(
                sampling.temperature(), sampling.topK(), sampling.topP(), sampling.seed() + b);
        assertArrayEquals(
            decode(24, 5, own, PROMPTS[b]).tokens()[0], together.tokens()[b], "row " + b);
      }
    }
  }

  @Test
  void aRowEndsWithTheEndTokenAndThenCostsNothing() {
    Sampling sampling = Sampling.of(1, 4);
    Run endless = decode(40, -1, sampling, PROMPTS);
    // the token that the rows meet soonest, but not all at once
    int end = endless.tokens()[0][6];
    WorkProfiler work = new WorkProfiler();
    TokenModel counted = work.of(model, WorkProfiler.Role.TARGET);
    Run ended = Decoder.decode(counted, PROMPTS, new Options(40, end, sampling));
    int[] lengths = Arrays.stream(ended.tokens()).mapToInt(row -> row.length).toArray();
    for (int b = 0; b < PROMPTS.length; b++) {
      int[] row = endless.tokens()[b];
      int at = IntStream.range(0, row.length).filter(t -> row[t] == end).findFirst().orElse(39);
      assertArrayEquals(Arrays.copyOf(row, at + 1), ended.tokens()[b], "row " + b);
    }
    assertTrue(Arrays.stream(lengths).distinct().count() > 1, "rows of different length");
    assertEquals(Arrays.stream(lengths).max().orElseThrow(), ended.calls());
    WorkProfiler.Work fed = work.work(WorkProfiler.Role.TARGET);
    assertEquals(Arrays.stream(lengths).sum(), fed.positions());
    assertEquals(ended.count(), fed.positions());
    assertEquals(0, fed.padded());
  }

  @Test
  void rowsEndAtTheLimitAndWhereTheModelDoes() {
    assertEquals(1, decode(1, -1, Sampling.greedy(), PROMPTS[0]).count());
    // the last token that comes out is never read, so it needs no position
    int[] full = new int[model.maxLength()];
    Run decoded = decode(10, -1, Sampling.greedy(), full, Arrays.copyOf(full, 60), PROMPTS[1]);
    assertArrayEquals(
        new int[] {1, 5, 10}, Arrays.stream(decoded.tokens()).mapToInt(r -> r.length).toArray());
  }

  @Test
  void badInputIsNamed() {
    assertMessage("maxNewTokens is 0", () -> decode(0, -1, Sampling.greedy(), PROMPTS));
    assertMessage(
        "the prompt of row 1 has 0 tokens, expected 1 to 64",
        () -> decode(3, -1, Sampling.greedy(), PROMPTS[0], new int[0]));
    assertMessage(
        "token 1 of row 0 is 40, expected 0 to 39",
        () -> decode(3, -1, Sampling.greedy(), new int[] {1, 40}));
  }

  private static void assertMessage(String start, Runnable bad) {
    String message = assertThrows(IllegalArgumentException.class, bad::run).getMessage();
    assertTrue(message.startsWith(start), message);
  }

  @Test
  void anInterruptEndsIt() {
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, () -> decode(20, -1, Sampling.greedy(), PROMPTS));
    assertFalse(Thread.interrupted(), "the flag was taken");
  }
}
