package dev.stretto.samplers.batching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.data.manifest.Cut;
import dev.stretto.tensor.Rng;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class RanksAndThreadsTest {
  static IntStream seeds() {
    return IntStream.range(0, 40);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void setsOfBinsAgreeWithScans(int seed) {
    Rng rng = new Rng(seed);
    int bins = 1 + rng.nextInt(200);
    BitSet set = new BitSet();
    boolean[] model = new boolean[bins];
    for (int i = 0; i < 3 * bins; i++) {
      int bin = rng.nextInt(bins);
      model[bin] = rng.nextBoolean();
      set.set(bin, model[bin]);
    }
    int[] members = IntStream.range(0, bins).filter(i -> model[i]).toArray();
    for (int k = 0; k < members.length; k++) {
      assertEquals(members[k], BucketingSampler.select(set, k));
    }
    for (int wanted = 0; wanted < bins && members.length > 0; wanted++) {
      // -1, +2, -3, ... from the last tried
      int at = wanted;
      for (int step = 1; at < 0 || at >= bins || !model[at]; step++) {
        at += step % 2 == 1 ? -step : step;
      }
      assertEquals(at, BucketingSampler.nearest(set, wanted));
    }
  }

  @Test
  void synchronisedRanksPickTheSameBinWheneverBothCan() {
    List<Cut> cuts = Cases.cuts(new Rng(3), 4000);
    DurationBins2d bins = DurationBins2d.estimate(cuts, 10, 3).lenient();
    TimeConstraint constraint = TimeConstraint.seconds(30);
    List<BucketingSampler> samplers = new ArrayList<>();
    List<Iterator<Cut>> shards = new ArrayList<>();
    for (int rank = 0; rank < 3; rank++) {
      samplers.add(DynamicBucketing.of(bins, constraint).buffer(2000).syncBuckets(rank, 3).build());
      shards.add(CutStreams.shard(CutStreams.endless(cuts, 9), rank, 3));
    }
    int agreed = 0;
    for (int step = 0; step < 300; step++) {
      List<List<Boolean>> ready = new ArrayList<>();
      List<Batch> batches = new ArrayList<>();
      int wanted = -1;
      for (int rank = 0; rank < 3; rank++) {
        BucketingSampler sampler = samplers.get(rank);
        while (!sampler.full() || !sampler.hasReady()) {
          sampler.accept(shards.get(rank).next());
        }
        int draw = new Rng(sampler.bucketRng.state()).nextInt(bins.count());
        assertTrue(rank == 0 || draw == wanted, "the ranks want different bins");
        wanted = draw;
        ready.add(
            Arrays.stream(sampler.buckets)
                .map(bucket -> closes(List.of(bucket.contents()), constraint))
                .toList());
        batches.add(sampler.drawReady());
      }
      for (int rank = 0; rank < 3; rank++) {
        assertTrue(ready.get(rank).get(batches.get(rank).bin()));
        if (ready.get(rank).get(wanted)) {
          assertEquals(wanted, batches.get(rank).bin());
          agreed++;
        }
      }
    }
    assertTrue(agreed > 700, "the wanted bin was ready in only " + agreed + " of 900 draws");
  }

  private static boolean closes(List<Cut> cuts, SamplingConstraint constraint) {
    double largest = cuts.stream().mapToDouble(constraint::size).max().orElse(0);
    return !cuts.isEmpty() && !constraint.fits(cuts.size() + 1, largest, 0);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aProducerThreadLosesAndRepeatsNothing(int seed) {
    Rng rng = new Rng(seed);
    List<Cut> cuts = Cases.cuts(rng, 20 + rng.nextInt(2000));
    SamplerBuilder builder = Cases.sampler(rng, cuts);
    BucketingSampler sampler = builder.build();
    for (int epoch = 0; epoch < 2; epoch++) {
      List<Batch> batches = new ArrayList<>();
      try (ConcurrentBatches concurrent = sampler.concurrently(cuts.iterator())) {
        concurrent.forEachRemaining(batches::add);
        assertFalse(concurrent.hasNext());
      }
      batches.forEach(batch -> assertTrue(Cases.holds(sampler.constraint, batch), batch::toString));
      SamplerReport report = sampler.report();
      assertEquals(epoch, report.epoch());
      assertEquals(cuts.size(), report.offered());
      assertEquals(cuts.size(), report.kept() + report.rejectedCuts());
      assertEquals(report.kept(), Cases.counted(batches).size());
      assertTrue(Cases.counted(batches).values().stream().allMatch(n -> n == 1));
    }
  }

  /** A stream that waits before some element until it is allowed on. */
  private static Iterator<Cut> gated(List<Cut> cuts, int at, CountDownLatch gate) {
    Iterator<Cut> all = cuts.iterator();
    AtomicInteger read = new AtomicInteger();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return all.hasNext();
      }

      @Override
      public Cut next() {
        if (read.getAndIncrement() == at) {
          try {
            gate.await();
          } catch (InterruptedException e) {
            throw new CancellationException("the stream was interrupted");
          }
        }
        return all.next();
      }
    };
  }

  private static SamplerBuilder small() {
    return DynamicBucketing.of(DurationBins.of(10, 40), FixedBatchSizes.of(4, 4)).buffer(1000);
  }

  @Test
  void theFirstBatchComesAfterATenthOfTheBuffer() {
    List<Cut> cuts = Cases.cuts(new Rng(1), 2000);
    CountDownLatch gate = new CountDownLatch(1);
    try (ConcurrentBatches batches = small().build().concurrently(gated(cuts, 100, gate))) {
      assertTimeoutPreemptively(Duration.ofSeconds(20), batches::next);
      gate.countDown();
    }
  }

  @Test
  void anExceptionOfTheStreamReachesTheTaker() {
    IllegalStateException broken = new IllegalStateException("line 7 is broken");
    Iterator<Cut> stream =
        IntStream.range(0, 100)
            .mapToObj(
                i -> {
                  if (i == 7) {
                    throw broken;
                  }
                  return Cut.of("c" + i, 1, 1);
                })
            .iterator();
    try (ConcurrentBatches batches = small().build().concurrently(stream)) {
      assertSame(broken, assertThrows(IllegalStateException.class, batches::next));
      assertSame(broken, assertThrows(IllegalStateException.class, batches::hasNext));
    }
  }

  @Test
  void anInterruptOfTheTakerEndsBoth() {
    CountDownLatch never = new CountDownLatch(1);
    List<Cut> cuts = Cases.cuts(new Rng(1), 50);
    ConcurrentBatches batches = small().build().concurrently(gated(cuts, 20, never));
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, batches::next);
    Thread.interrupted();
    assertTrue(
        Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().equals("stretto-bucket-producer")));
  }

  @Test
  void theProducerWaitsForRoomAndReadsNothingAfterClose() throws InterruptedException {
    AtomicInteger read = new AtomicInteger();
    Iterator<Cut> stream =
        IntStream.iterate(0, i -> i + 1)
            .mapToObj(i -> Cut.of("c" + read.incrementAndGet(), 1 + i % 30, 1))
            .iterator();
    ConcurrentBatches batches = small().build().concurrently(stream);
    batches.next();
    Thread.sleep(200); // time enough to read a million
    batches.close();
    int before = read.get();
    assertThrows(CancellationException.class, batches::hasNext);
    batches.close();
    assertEquals(before, read.get());
    assertTrue(before <= 1100, "the producer waits for room, it read " + before);
  }
}
