package dev.stretto.samplers.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.models.language.TableModel;
import dev.stretto.papers.spectr.ExactTransport;
import dev.stretto.papers.spectr.KSeq;
import dev.stretto.papers.spectr.MembershipTransport;
import dev.stretto.samplers.decoding.Decoder.Options;
import dev.stretto.samplers.drafting.ModelDrafter;
import dev.stretto.samplers.drafting.TreeExpansion;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class SequenceVerifierTest {
  private static final Sampling ALL = Sampling.of(1, 0);

  private static double[] random(int size, double deviation, Rng rng) {
    double[] probabilities = new double[size];
    Arrays.setAll(probabilities, i -> Math.exp(deviation * rng.nextGaussian()));
    double sum = Arrays.stream(probabilities).sum();
    Arrays.setAll(probabilities, i -> probabilities[i] / sum);
    return probabilities;
  }

  @Test
  void theOptimumIsTheSubsetMinimumAndThePlansMass() {
    for (long seed = 0; seed < 40; seed++) {
      Rng rng = new Rng(seed);
      int size = 2 + rng.nextInt(5);
      double[] target = random(size, 2, rng);
      double[] draft = random(size, 2, rng);
      double before = 0;
      for (int k = 1; k <= 4; k++) {
        double least = 0;
        for (int set = 1; set < 1 << size; set++) {
          double t = 0;
          double d = 0;
          for (int x = 0; x < size; x++) {
            t += (set >> x & 1) * target[x];
            d += (set >> x & 1) * draft[x];
          }
          least = Math.min(least, t - Math.pow(d, k));
        }
        double optimum = MembershipTransport.optimum(target, draft, k);
        double kSeq = KSeq.acceptance(target, draft, k);
        String at = "seed " + seed + ", K " + k;
        assertEquals(1 + least, optimum, 1e-12, at);
        assertEquals(optimum, ExactTransport.acceptance(target, draft, k), 1e-12, at);
        assertTrue(optimum >= kSeq - 1e-12, at);
        assertTrue(kSeq >= (1 - Math.pow(1 - 1.0 / k, k)) * optimum - 1e-12, at);
        assertTrue(optimum >= before - 1e-12, at);
        assertTrue(optimum >= RecursiveRejection.acceptance(target, draft, k) - 1e-12, at);
        before = optimum;
      }
      double variation = 0;
      for (int x = 0; x < size; x++) {
        variation += Math.abs(target[x] - draft[x]) / 2;
      }
      assertEquals(1 - variation, KSeq.acceptance(target, draft, 1), 1e-12, "seed " + seed);
      assertEquals(
          1 - variation, RecursiveRejection.acceptance(target, draft, 1), 1e-12, "seed " + seed);
    }
  }

  @Test
  void residualsAreDistributions() {
    for (long seed = 0; seed < 200; seed++) {
      Rng rng = new Rng(seed);
      double[] target = random(8, 3, rng);
      double[] draft = random(8, 3, rng);
      int k = 1 + rng.nextInt(6);
      double rho = KSeq.solveRho(target, draft, k);
      double beta = 0;
      for (int x = 0; x < 8; x++) {
        beta += Math.min(draft[x], target[x] / rho);
      }
      assertTrue(rho >= 1 && rho <= k, "seed " + seed);
      assertEquals(1 - Math.pow(1 - beta, k), rho * beta, 1e-12, "seed " + seed);
      double[] rest = KSeq.residual(target, draft, rho);
      assertEquals(1, Arrays.stream(rest).sum(), 1e-12);
      for (int x = 0; x < 8; x++) {
        double share = Math.min(draft[x], target[x] / rho) * (1 - Math.pow(1 - beta, k)) / beta;
        assertEquals((target[x] - share) / Math.pow(1 - beta, k), rest[x], 1e-9, "seed " + seed);
      }
    }
    double[] apart = KSeq.residual(new double[] {1, 0}, new double[] {0, 1}, 1);
    assertArrayEquals(new double[] {1, 0}, apart);
  }

  private static double error(Verifier verifier, TreeExpansion growth, long seed) {
    TableModel target = TableModel.random(4, 2, 1.5, SeedTree.of(seed));
    TableModel draft = target.blurred(.7, 1, SeedTree.of(seed + 1));
    double[] probabilities =
        OutputDistribution.enumerate(
            target, new int[] {1}, ALL, new ModelDrafter(draft, growth), verifier, 3);
    double[] own = OutputDistribution.of(target, new int[] {1}, ALL, 3);
    double worst = 0;
    for (int i = 0; i < probabilities.length; i++) {
      worst = Math.max(worst, Math.abs(probabilities[i] - own[i]));
    }
    return worst;
  }

  @Test
  void everyOutcomeTogetherHasTheTargetsDistribution() {
    for (boolean option : new boolean[] {false, true}) {
      for (AcceptanceRule rule :
          new AcceptanceRule[] {new RecursiveRejection(), new KSeq(), new ExactTransport()}) {
        Verifier verifier = new SequenceVerifier(rule, option);
        String at = rule.getClass().getSimpleName() + ", option " + option;
        assertEquals(0, error(verifier, TreeExpansion.drawn(1, 2), 3), 1e-12, at);
        assertEquals(0, error(verifier, TreeExpansion.drawn(2, 2), 3), 1e-12, at);
        assertEquals(0, error(verifier, TreeExpansion.drawn(3, 1), 4), 1e-12, at);
      }
    }
    assertEquals(0, error(new ExactMatch(), TreeExpansion.widths(2, 2), 5), 1e-12);
    assertEquals(0, error(new ExactMatch(), TreeExpansion.drawn(2, 2), 5), 1e-12);
  }

  /** K-SEQ with a wrong division factor. */
  private record Careless(boolean rhoOfOne) implements AcceptanceRule {
    @Override
    public Outcome accept(
        double[] target, double[] draft, int[] candidates, DecodingRandom random) {
      double rho = rhoOfOne ? 1 : KSeq.solveRho(target, draft, candidates.length);
      for (int i = 0; i < candidates.length; i++) {
        if (random.happens(target[candidates[i]] / (rho * draft[candidates[i]]))) {
          return new Accepted(i);
        }
      }
      return new Rejected(random.draw(KSeq.residual(target, draft, 1)));
    }
  }

  @Test
  void perturbationsShowInTheDistribution() {
    assertTrue(
        error(new SequenceVerifier(new Careless(true), false), TreeExpansion.drawn(2, 2), 3)
            > 1e-2);
    assertTrue(
        error(new SequenceVerifier(new Careless(false), false), TreeExpansion.drawn(2, 2), 3)
            > 1e-4);
    assertTrue(error(new TypicalAcceptance(.09, .3), TreeExpansion.widths(2, 2), 3) > 1e-2);
  }

  @Test
  void theDecoderItselfDrawsFromTheDistribution() {
    TableModel target = TableModel.random(4, 2, 1.5, SeedTree.of(3));
    TableModel draft = target.blurred(.7, 1, SeedTree.of(4));
    double[] own = OutputDistribution.of(target, new int[] {1}, ALL, 3);
    int[][] prompts = new int[20_000][];
    Arrays.fill(prompts, new int[] {1});
    int[][] texts =
        SpeculativeDecoder.decode(
                target,
                prompts,
                new Options(3, -1, Sampling.of(1, 99)),
                new ModelDrafter(draft, TreeExpansion.drawn(2, 2)),
                new SequenceVerifier(new KSeq(), true))
            .tokens();
    double[] counts = new double[64];
    for (int[] text : texts) {
      counts[16 * text[0] + 4 * text[1] + text[2]]++;
    }
    double square = 0;
    for (int i = 0; i < counts.length; i++) {
      double expected = own[i] * texts.length;
      square += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    // chi-square, 63 degrees of freedom: above 114 one seed in ten thousand
    assertTrue(square < 114, "chi-square " + square);
  }

  @Test
  void withoutTemperatureTheTextIsGreedy() {
    TableModel target = TableModel.random(6, 2, 2, SeedTree.of(8));
    TableModel draft = target.blurred(.8, 1, SeedTree.of(9));
    Options greedy = new Options(40, -1, Sampling.greedy());
    int[][] prompts = {{0}, {3, 2}};
    int[][] plain = Decoder.decode(target, prompts, greedy).tokens();
    for (AcceptanceRule rule :
        new AcceptanceRule[] {new RecursiveRejection(), new KSeq(), new ExactTransport()}) {
      assertArrayEquals(
          plain,
          SpeculativeDecoder.decode(
                  target,
                  prompts,
                  greedy,
                  new ModelDrafter(draft, TreeExpansion.drawn(2, 3)),
                  new SequenceVerifier(rule, false))
              .tokens());
    }
  }

  @Test
  void whatIsNoDistributionIsRefusedByName() {
    double[] probabilities = {.5, .5};
    String[] messages = {
      message(() -> MembershipTransport.optimum(probabilities, probabilities, 0)),
      message(() -> MembershipTransport.optimum(probabilities, new double[] {1}, 1)),
      message(() -> MembershipTransport.optimum(probabilities, new double[] {.5, Double.NaN}, 1)),
      message(() -> MembershipTransport.optimum(new double[] {.5, .4}, probabilities, 1)),
      message(
          () -> ExactTransport.acceptance(random(13, 1, new Rng(1)), random(13, 1, new Rng(2)), 2))
    };
    assertTrue(messages[0].contains("0 candidates"), messages[0]);
    assertTrue(messages[1].contains("2 and 1 tokens"), messages[1]);
    assertTrue(messages[2].contains("token 1 is NaN"), messages[2]);
    assertTrue(messages[3].contains("sum to 0.9"), messages[3]);
    assertTrue(messages[4].contains("13 tokens"), messages[4]);
  }

  private static String message(Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }
}
