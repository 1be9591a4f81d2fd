package dev.stretto.papers.aggressive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.ReplayTarget;
import dev.stretto.papers.aggressive.InputGuidedDrafter.ReAlign;
import dev.stretto.papers.aggressive.JflegReplay.Unit;
import dev.stretto.samplers.decoding.Acceptance;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.drafting.Suffixes;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.training.PairTraining.Pair;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InputGuidedDrafterTest {
  private static final int[] BEGIN = {0};

  private static Acceptance replay(int[] source, int[] target, ReAlign align, int cap) {
    int[] all = IntStream.concat(IntStream.of(0), IntStream.of(target)).toArray();
    var run =
        SpeculativeDecoder.decode(
            new ReplayTarget(all),
            new int[][] {BEGIN},
            new Decoder.Options(target.length, 1, Sampling.greedy()),
            new InputGuidedDrafter(new int[][] {source}, align, cap),
            new ExactMatch());
    assertArrayEquals(target, run.tokens()[0]);
    Acceptance report = run.acceptance();
    assertEquals(report.emitted(), report.accepted() + report.passes() - report.cut());
    assertTrue(report.passes() <= target.length);
    return report;
  }

  private static long passes(int[] source, int[] target, ReAlign align) {
    return replay(source, target, align, Integer.MAX_VALUE).passes();
  }

  @Test
  void anEqualTextTakesOnePassAndAnUnrelatedOneAllSteps() {
    int[] source = {5, 6, 7, 6, 5, 8};
    int[] same = {5, 6, 7, 6, 5, 8, 1};
    for (ReAlign align : ReAlign.values()) {
      assertEquals(1, passes(source, same, align));
      assertEquals(7, passes(source, new int[] {2, 3, 4, 2, 3, 4, 1}, align));
      assertEquals(7, passes(new int[0], same, align));
      assertEquals(1, passes(source, new int[] {1}, align));
      assertEquals(7, replay(source, same, align, 0).passes());
      assertEquals(1, replay(source, same, align, source.length).passes());
    }
  }

  @Test
  void reAlignsAsWorkedByHand() {
    int[] source = {5, 6, 7, 5, 8, 6, 7, 9};
    // a unique token; an ambiguous one with a unique bigram; an ambiguous bigram of which the
    // trigram is unique; absent; the source's end
    assertEquals(5, unique(source, 2, 3, 8));
    assertEquals(4, unique(source, 2, 7, 5));
    assertEquals(2, unique(source, 3, 5, 6));
    assertEquals(7, unique(source, 8, 6, 7));
    assertEquals(-1, unique(source, 5, 6, 3));
    assertEquals(8, unique(source, 2, 7, 9));
    assertEquals(-1, unique(source, 6));
    assertEquals(-1, unique(new int[] {4, 5, 6, 3, 4, 5, 6}, 4, 5, 6));
    assertEquals(2, nearest(source, 0, 6));
    assertEquals(6, nearest(source, 3, 6));
    assertEquals(6, nearest(source, 7, 6));
    assertEquals(7, nearest(source, 0, 8, 6, 7));
    assertEquals(-1, nearest(source, 0, 2, 3));
  }

  private static int unique(int[] source, int... output) {
    return ReAlign.UNIQUE.place(source, ending(output), output.length, 0);
  }

  private static int nearest(int[] source, int copied, int... output) {
    return ReAlign.NEAREST.place(source, ending(output), output.length, copied);
  }

  private static Suffixes.Ending ending(int[] output) {
    return back -> output[output.length - 1 - back];
  }

  @Test
  void reAlignsAsBruteForce() {
    for (int seed = 0; seed < 1000; seed++) {
      Rng rng = SeedTree.of(seed).rng();
      int[] source = rng.ints(rng.nextInt(12), 2, 5).toArray();
      int[] output = rng.ints(1 + rng.nextInt(5), 2, 5).toArray();
      int copied = rng.nextInt(source.length + 1);
      List<List<Integer>> ends = new ArrayList<>(List.of(List.of()));
      for (int n = 1; n <= 3; n++) {
        String tail = text(output, Math.max(0, output.length - n), output.length);
        List<Integer> places = new ArrayList<>();
        for (int at = n; at <= source.length && n <= output.length; at++) {
          if (text(source, at - n, at).equals(tail)) {
            places.add(at);
          }
        }
        ends.add(places);
      }
      int only = -1;
      for (int n = 1; n <= 3 && only < 0 && !ends.get(n).isEmpty(); n++) {
        only = ends.get(n).size() == 1 ? ends.get(n).get(0) : -1;
      }
      assertEquals(only, unique(source, output), "seed " + seed);
      int n = ends.get(3).isEmpty() ? ends.get(2).isEmpty() ? 1 : 2 : 3;
      int near =
          ends.get(n).stream()
              .filter(at -> at >= copied)
              .findFirst()
              .orElse(ends.get(n).isEmpty() ? -1 : ends.get(n).getLast());
      assertEquals(near, nearest(source, copied, output), "seed " + seed);
    }
  }

  private static String text(int[] tokens, int from, int to) {
    return Arrays.toString(Arrays.copyOfRange(tokens, from, to));
  }

  @Test
  void tokensAreThoseOfPlainDecoding() {
    try (CausalLm target = CausalLm.gpt(2, 16, 12, 48, 3)) {
      for (Sampling sampling : List.of(Sampling.greedy(), Sampling.of(1, 4))) {
        int[][] prompts = {{2}, {3, 4}, {5}};
        int[][] free =
            Decoder.decode(target, prompts, new Decoder.Options(30, -1, sampling)).tokens();
        int[][][] sources = {
          free, {{}, {2, 2, 2}, {7, 8, 9, 7, 8, 9}}, {free[1], free[2], Arrays.copyOf(free[0], 9)}
        };
        for (int[][] source : sources) {
          for (ReAlign align : ReAlign.values()) {
            for (int end : new int[] {-1, free[0][7]}) {
              for (int limit : new int[] {5, 30}) {
                Decoder.Options options = new Decoder.Options(limit, end, sampling);
                var run =
                    SpeculativeDecoder.decode(
                        target,
                        prompts,
                        options,
                        new InputGuidedDrafter(source, align, Integer.MAX_VALUE),
                        new ExactMatch());
                assertArrayEquals(Decoder.decode(target, prompts, options).tokens(), run.tokens());
              }
            }
          }
        }
      }
    }
  }

  /** Counts of the calibration, exact to the digits it gives. */
  @Test
  void learnersSentencesAreCountedExactly() {
    String data = System.getenv("STRETTO_DATA");
    assumeTrue(data != null, "STRETTO_DATA is not set: no sentences of learners");
    JflegReplay jfleg = JflegReplay.read(Path.of(data, "jfleg_dev"));
    assertEquals(754, jfleg.sources().size());
    double[] passes = {7.92, 8.19, 7.09, 6.32};
    double[] unique = {2.51, 2.40, 2.80, 3.13};
    double[] nearest = {2.64, 2.52, 2.95, 3.31};
    for (int r = 0; r < 4; r++) {
      Acceptance all = all(jfleg, r, Unit.WORDS, ReAlign.UNIQUE, Integer.MAX_VALUE);
      assertEquals(passes[r], all.passes() / 754.0, .005);
      assertEquals(unique[r], all.lengthWithBonus(), .005);
      Acceptance near = all(jfleg, r, Unit.WORDS, ReAlign.NEAREST, Integer.MAX_VALUE);
      assertEquals(nearest[r], near.lengthWithBonus(), .005);
    }
    int most = Integer.MAX_VALUE;
    assertEquals(2.49, all(jfleg, 0, Unit.WORDS, ReAlign.UNIQUE, 16).lengthWithBonus(), .005);
    assertEquals(2.38, all(jfleg, 0, Unit.WORDS, ReAlign.UNIQUE, 8).lengthWithBonus(), .005);
    assertEquals(3.04, all(jfleg, 0, Unit.PIECES, ReAlign.UNIQUE, most).lengthWithBonus(), .005);
    assertEquals(3.22, all(jfleg, 0, Unit.PIECES, ReAlign.NEAREST, most).lengthWithBonus(), .005);
    assertEquals(
        5.22, all(jfleg, 0, Unit.CHARACTERS, ReAlign.UNIQUE, most).lengthWithBonus(), .005);
    assertEquals(
        7.02, all(jfleg, 0, Unit.CHARACTERS, ReAlign.NEAREST, most).lengthWithBonus(), .005);
  }

  private static Acceptance all(
      JflegReplay jfleg, int reference, Unit unit, ReAlign align, int cap) {
    List<Pair> pairs = jfleg.pairs(reference, unit);
    Acceptance all = null;
    for (int from = 0; from < pairs.size(); from += 58) {
      List<Pair> some = pairs.subList(from, Math.min(pairs.size(), from + 58));
      int[][] prompts = new int[some.size()][];
      Arrays.fill(prompts, BEGIN);
      Acceptance part =
          SpeculativeDecoder.decode(
                  new ReplayTarget(some.stream().map(Pair::target).toArray(int[][]::new)),
                  prompts,
                  new Decoder.Options(1000, 1, Sampling.greedy()),
                  new InputGuidedDrafter(
                      some.stream().map(Pair::source).toArray(int[][]::new), align, cap),
                  new ExactMatch())
              .acceptance();
      all = all == null ? part : all.plus(part);
    }
    return all;
  }

  @Test
  void badInputIsNamed() {
    int[][] one = {{2}};
    assertThrows(
        IllegalArgumentException.class, () -> new InputGuidedDrafter(one, ReAlign.UNIQUE, -1));
    var drafter = new InputGuidedDrafter(one, ReAlign.UNIQUE, 4);
    var prompt = new Drafter.Prompt(new int[2][1], Optional.empty());
    assertThrows(IllegalArgumentException.class, () -> drafter.open(prompt));
  }
}
