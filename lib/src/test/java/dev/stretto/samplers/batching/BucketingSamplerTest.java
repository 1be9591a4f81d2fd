package dev.stretto.samplers.batching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.data.manifest.Cut;
import dev.stretto.tensor.Rng;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BucketingSamplerTest {
  static IntStream seeds() {
    return IntStream.range(0, 120);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void anEpochIsEveryCutThatIsNotRejectedOnceUnderTheConstraint(int seed) {
    Rng rng = new Rng(seed);
    List<Cut> cuts = Cases.cuts(rng, 20 + rng.nextInt(600));
    SamplerBuilder builder = Cases.sampler(rng, cuts);
    BucketingSampler sampler = builder.build();
    SamplingConstraint constraint = sampler.constraint;
    for (int epoch = 0; epoch < 2; epoch++) {
      List<Batch> batches = Cases.batches(sampler, cuts);
      SamplerReport report = sampler.report();
      assertEquals(epoch, report.epoch());
      assertEquals(cuts.size(), report.offered());
      assertEquals(cuts.size(), report.kept() + report.rejectedCuts());
      assertEquals(report.kept(), Cases.counted(batches).size());
      assertTrue(Cases.counted(batches).values().stream().allMatch(n -> n == 1));
      assertEquals(batches.size(), report.batches());
      batches.forEach(batch -> assertTrue(Cases.holds(constraint, batch), batch::toString));
      long overlong =
          batches.stream()
              .filter(batch -> constraint.size(batch.cuts().getFirst()) > constraint.cap())
              .count();
      assertEquals(overlong, report.overlong());
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void theSameSeedGivesTheSameBatchesHoweverTheSamplerIsDriven(int seed) {
    Rng rng = new Rng(seed);
    List<Cut> cuts = Cases.cuts(rng, 20 + rng.nextInt(300));
    SamplerBuilder builder = Cases.sampler(rng, cuts);
    List<Batch> pulled = Cases.batches(builder.build(), cuts);
    List<Batch> pushed = new ArrayList<>();
    BucketingSampler sampler = builder.build();
    cuts.forEach(cut -> sampler.offer(cut, pushed::add));
    sampler.finish(pushed::add);
    assertEquals(pulled, pushed);
  }

  @Test
  void anotherSeedAnotherEpochAnotherRankGiveOtherBatches() {
    List<Cut> cuts = Cases.cuts(new Rng(1), 500);
    SamplerBuilder builder =
        DynamicBucketing.of(DurationBins.estimate(cuts, 5), TimeConstraint.seconds(100))
            .buffer(200);
    BucketingSampler sampler = builder.seed(1).build();
    List<Batch> first = Cases.batches(sampler, cuts);
    assertNotEquals(first, Cases.batches(sampler, cuts));
    assertNotEquals(first, Cases.batches(builder.seed(2).build(), cuts));
    List<Batch> rank0 = Cases.batches(builder.syncBuckets(0, 2).build(), cuts);
    assertNotEquals(rank0, Cases.batches(builder.syncBuckets(1, 2).build(), cuts));
  }

  @Test
  void midStreamNoBatchIsPartialEvenWhenTheBufferStarves() {
    List<Cut> cuts = Cases.cuts(new Rng(5), 3000);
    TimeConstraint constraint = TimeConstraint.seconds(200);
    BucketingSampler sampler =
        DynamicBucketing.of(DurationBins.estimate(cuts, 20), constraint).buffer(5).build();
    List<Batch> batches = new ArrayList<>();
    cuts.forEach(cut -> sampler.offer(cut, batches::add));
    for (Batch batch : batches) {
      // a drawn cut that did not fit stayed behind, so the bin's longest is what closed it
      double edge = DurationBins.estimate(cuts, 20).edges()[batch.bin()];
      assertTrue((batch.size() + 1) * edge > 200, batch::toString);
    }
    assertTrue(sampler.report().waited() > 0);
    assertTrue(sampler.report().peakBuffer() > 5);
    assertTrue(
        sampler.report().warnings().getFirst().startsWith("buffer 5 cannot fill batches of 200.0"));
  }

  @Test
  void dropLastDropsOnlyWhatCannotFillABatch() {
    List<Cut> cuts = Cases.cuts(new Rng(6), 1000);
    BucketingSampler sampler = StaticRandom.of(64).buffer(100).dropLast(true).build();
    List<Batch> batches = Cases.batches(sampler, cuts);
    assertTrue(batches.stream().allMatch(batch -> batch.size() == 64 && batch.bin() == -1));
    assertEquals(1000 % 64, sampler.report().dropped());
  }

  @Test
  void aCutOverTheCapIsABatchOfOneAndCounted() {
    List<Cut> cuts = new ArrayList<>(Cases.cuts(new Rng(7), 200));
    cuts.add(100, Cut.of("huge", 500, 10));
    BucketingSampler sampler = DurationCap.of(TimeConstraint.seconds(100)).build();
    List<Batch> batches = Cases.batches(sampler, cuts);
    assertTrue(batches.contains(new Batch(List.of(cuts.get(100)), -1)));
    assertEquals(1, sampler.report().overlong());
  }

  @Test
  void withoutShuffleOneBucketKeepsTheOrderOfTheStream() {
    List<Cut> cuts = Cases.cuts(new Rng(8), 500);
    BucketingSampler sampler =
        DurationCap.of(TimeConstraint.seconds(60)).shuffle(false).buffer(1).build();
    List<Cut> order =
        Cases.batches(sampler, cuts).stream().flatMap(batch -> batch.cuts().stream()).toList();
    assertEquals(cuts, order);
  }

  @Test
  void readyBucketsAreChosenUniformlyNotByContent() {
    // bin 0 holds ten times the cuts of bin 1, both stay ready: each batch is a fair coin
    BucketingSampler sampler =
        DynamicBucketing.of(DurationBins.of(1, 2), FixedBatchSizes.of(1, 1))
            .buffer(5_000)
            .seed(3)
            .build();
    int[] chosen = new int[2];
    for (int i = 0; chosen[0] + chosen[1] < 600; i++) {
      sampler.offer(Cut.of("c" + i, i % 11 == 0 ? 1.5 : 0.5, 1), batch -> chosen[batch.bin()]++);
    }
    // 4.9 standard deviations: false alarm 1e-6
    assertEquals(300, chosen[1], 60);
  }

  @Test
  void filtersApplyInOrderAndRejectionsAreCountedByReason() {
    List<Cut> cuts =
        List.of(Cut.of("a", 1, 5), Cut.of("b", 50, 5), Cut.of("c", 2, 90), Cut.of("d", 9, 9));
    BucketingSampler sampler =
        DynamicBucketing.of(DurationBins.of(4), FixedBatchSizes.of(2))
            .filter("longer than 40 s", cut -> cut.duration() <= 40)
            .maxTps(30)
            .build();
    List<Batch> batches = Cases.batches(sampler, cuts);
    assertEquals(List.of(new Batch(List.of(cuts.getFirst()), 0)), batches);
    assertEquals(
        "{longer than 40 s=1, more than 30.0 tokens per second=1, longer than the last bin=1}",
        sampler.report().rejected().toString());
  }

  @Test
  void withACapTheLastBinHasNoEnd() {
    BucketingSampler sampler =
        DynamicBucketing.of(DurationBins.of(2, 4), TimeConstraint.seconds(60)).build();
    assertEquals(1, Cases.batches(sampler, List.of(Cut.of("a", 50, 1))).getFirst().bin());
  }

  @Test
  void anInterruptStopsTheSampler() {
    BucketingSampler sampler = StaticRandom.of(4).build();
    Thread.currentThread().interrupt();
    assertThrows(
        CancellationException.class, () -> Cases.batches(sampler, Cases.cuts(new Rng(1), 10)));
  }

  @Test
  void sizesThatDoNotFitTheBinsAreRefused() {
    SamplerBuilder builder = DynamicBucketing.of(DurationBins.of(2), FixedBatchSizes.of(1, 2));
    assertThrows(IllegalArgumentException.class, builder::build);
  }

  @Test
  void bucketContentsStayUniqueThroughRandomUse() {
    Rng rng = new Rng(11);
    Bucket bucket = new Bucket();
    List<Cut> model = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      if (rng.nextInt(100) < (step < 10_000 ? 52 : 48) || model.isEmpty()) {
        Cut cut = Cut.of("c" + step, 1 + rng.nextInt(50), 1);
        bucket.add(cut, cut.duration());
        model.add(cut);
      } else {
        int slot = bucket.pick(rng, true);
        if (rng.nextInt(4) == 0) {
          double kept = bucket.size(slot);
          bucket.keepForNext(slot);
          Cut next = bucket.remove(bucket.pick(rng, true));
          assertTrue(model.remove(next));
          assertEquals(kept, next.duration(), "the kept cut is drawn next");
        } else {
          assertTrue(model.remove(bucket.remove(slot)));
        }
      }
      double largest = model.stream().mapToDouble(Cut::duration).max().orElse(-1 / 0.0);
      assertEquals(largest, bucket.largest());
    }
    assertEquals(new HashSet<>(model), new HashSet<>(List.of(bucket.contents())));
  }
}
