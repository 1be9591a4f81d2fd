package dev.stretto.samplers.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.models.TokenTree;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import org.junit.jupiter.api.Test;

/** The counts of drafts: by hand, as identities, and where the rates must differ. */
class AcceptanceTest {
  private static final TokenTree LONE = TokenTree.chain(9);

  /** Two at depth 1 (nodes 1, 2), one behind each (3 behind 1, 4 behind 2), 5 behind 4. */
  private static final TokenTree TREE =
      new TokenTree(new int[] {9, 1, 2, 3, 4, 5}, new int[] {-1, 0, 0, 1, 2, 4});

  /** Varying K, a tree, passes without a draft, depths never reached, a cut. */
  private static Acceptance golden() {
    var recorder = new Acceptance.Recorder();
    recorder.pass(TokenTree.chain(9, 1, 2, 3), new int[] {0, 1, 2}, 3, 1); // 2 of 3
    recorder.pass(TokenTree.chain(9, 1), new int[] {0, 1}, 2, 2); // 1 of 1: depth 2 not tried
    recorder.pass(LONE, new int[] {0}, 1, 3); // no draft
    recorder.pass(TREE, new int[] {0, 1, 3}, 3, 4); // a leaf: depth 3 exists, but not behind it
    recorder.pass(TREE, new int[] {0}, 1, 5); // nothing kept
    recorder.pass(TREE, new int[] {0, 2, 4, 5}, 2, 6); // the end inside: two of four cut
    recorder.nearTie();
    return recorder.report();
  }

  @Test
  void countsOverVaryingLengthsTreesAndDepthsNeverReachedAreTheseNumbers() {
    Acceptance a = golden();
    assertArrayEquals(new long[] {5, 3, 2}, a.tried());
    assertArrayEquals(new long[] {4, 3, 1}, a.kept());
    assertEquals(6, a.passes());
    assertEquals(5, a.drafts());
    assertEquals(3 + 1 + 3 * 5, a.drafted());
    assertEquals(8, a.accepted());
    assertEquals(2, a.cut());
    assertEquals(12, a.emitted());
    assertArrayEquals(new int[] {3, 2, 1, 3, 1, 2}, a.lengths());
    assertEquals(6, a.seconds());
    assertEquals(1, a.nearTies());
    assertEquals(.8, a.conditional(1), 1e-15);
    assertEquals(1, a.conditional(2), 1e-15);
    assertEquals(.5, a.conditional(3), 1e-15);
    assertEquals(Double.NaN, a.conditional(4));
    assertEquals(4 / 6.0, a.unconditional(1), 1e-15);
    assertEquals(1 / 6.0, a.unconditional(3), 1e-15);
    assertEquals(0, a.unconditional(4));
    assertEquals(.8, a.survival(2), 1e-15);
    assertEquals(.4, a.survival(3), 1e-15);
    assertEquals(2, a.lengthWithBonus(), 1e-15);
    assertEquals(8 / 6.0, a.lengthWithoutBonus(), 1e-15);
    assertEquals(8 / 19.0, a.acceptedPerDrafted(), 1e-15);
    assertArrayEquals(new double[] {1, 1, 1, 2, 2, 3, 4, 4, 4, 5, 6, 6}, a.emissions().getFirst());
  }

  @Test
  void randomRunsKeepTheIdentitiesAndMergeAsSums() {
    for (long seed = 0; seed < 50; seed++) {
      Rng rng = SeedTree.of(seed).rng();
      Acceptance left = random(rng, false);
      Acceptance right = random(rng, false);
      Acceptance both = left.plus(right);
      String where = "seed " + seed;
      for (Acceptance a : new Acceptance[] {left, right, both}) {
        assertEquals(a.accepted() + a.passes() - a.cut(), a.emitted(), where);
        for (int j = 1; j < a.tried().length; j++) {
          assertTrue(a.tried()[j] <= a.kept()[j - 1], where);
        }
      }
      assertEquals(left.accepted() + right.accepted(), both.accepted(), where);
      assertEquals(left.emitted() + right.emitted(), both.emitted(), where);
      assertEquals(2, both.emissions().size(), where);
    }
  }

  @Test
  void atFullDepthSurvivalIsTheUnconditionalRateAndTheLengthIsOnePlusItsSum() {
    Acceptance a = random(SeedTree.of(3).rng(), true);
    double tau = 1;
    for (int j = 1; j <= a.tried().length; j++) {
      assertEquals(a.unconditional(j), a.survival(j), 1e-12);
      tau += a.survival(j);
    }
    assertEquals(tau, a.lengthWithBonus(), 1e-12);
    assertEquals(a.lengthWithBonus() - 1, a.lengthWithoutBonus(), 1e-12, "nothing was cut");
  }

  private static Acceptance random(Rng rng, boolean fullDepth) {
    var recorder = new Acceptance.Recorder();
    for (int pass = 0; pass < 40; pass++) {
      TokenTree tree = TokenTree.chain(new int[fullDepth ? 5 : 1 + rng.nextInt(5)]);
      int[] path = tree.path(rng.nextInt(tree.size()));
      boolean last = !fullDepth && pass == 39;
      recorder.pass(tree, path, last ? rng.nextInt(path.length + 1) : path.length, pass);
    }
    return recorder.report();
  }

  @Test
  void withoutDraftsTheLengthIsOneAndTheRatesAreUndefined() {
    var recorder = new Acceptance.Recorder();
    recorder.pass(LONE, new int[] {0}, 1, 1);
    Acceptance a = recorder.report();
    assertEquals(1, a.lengthWithBonus());
    assertEquals(0, a.lengthWithoutBonus());
    assertEquals(Double.NaN, a.acceptedPerDrafted());
    assertEquals(0, a.tried().length);
    assertEquals(0, new Acceptance.Recorder().report().seconds());
  }

  @Test
  void moreEmittedThanVerifiedIsRefused() {
    var recorder = new Acceptance.Recorder();
    assertThrows(IllegalArgumentException.class, () -> recorder.pass(LONE, new int[] {0}, 2, 1));
  }
}
