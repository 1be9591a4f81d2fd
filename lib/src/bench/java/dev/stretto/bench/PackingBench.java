package dev.stretto.bench;

import dev.stretto.data.manifest.Cut;
import dev.stretto.data.manifest.CutGenerator;
import dev.stretto.metrics.SampleStatistics;
import dev.stretto.profilers.InterleavedTimer;
import dev.stretto.profilers.SpeechCost;
import dev.stretto.profilers.TailWorkerSimulator;
import dev.stretto.samplers.batching.PackBudget;
import dev.stretto.samplers.batching.Packing;
import dev.stretto.samplers.batching.PackingSampler;
import java.util.List;

/** All packers on one thread, over budgets. */
final class PackingBench {
  private static final int ITEMS = 200_000;
  private static final int BUFFER = 20_000;

  private PackingBench() {}

  static void run() {
    List<Cut> cuts = CutGenerator.benchmark(1).list(ITEMS);
    SpeechCost cost = SpeechCost.small();
    List<PackBudget> budgets =
        List.of(
            cost.framesBudget(1_000),
            cost.framesBudget(cost.frames(600)),
            cost.memoryBudget(cost.memoryOf(32, 40, 330)));
    System.out.printf(
        "%nPacking, %,d items, log-normal 0.5-40 s, buffer %,d, one thread%n"
            + "items/s = items / median seconds of 9 rounds; bins / ceil(total/limit);"
            + " imbalance = sum of max / sum of mean of squared lengths over 4 ranks%n",
        ITEMS, BUFFER);
    for (PackBudget budget : budgets) {
      var timer = new InterleavedTimer();
      for (Packing packing : Packing.values()) {
        timer.add(
            packing.name(), () -> BucketingBench.feed(cuts, () -> packer(packing, budget, cost)));
      }
      var times = timer.run(3, 9);
      for (Packing packing : Packing.values()) {
        PackingSampler sampler = packer(packing, budget, cost);
        var tail =
            TailWorkerSimulator.dealt(
                sampler.over(cuts.iterator()),
                4,
                Integer.MAX_VALUE,
                batch -> batch.cuts().stream().mapToDouble(cost::squaredFrames).sum());
        System.out.printf(
            "  %-30s %,15d %-8s %,12.0f items/s, fastest %,12.0f  bins %,6d, %.4f of bound"
                + "  imbalance %.4f%n",
            packing,
            budget.limit(),
            budget.unit(),
            ITEMS / times.median(packing.name()),
            ITEMS / SampleStatistics.of(times.seconds(packing.name())).quantile(0),
            sampler.report().bins(),
            sampler.report().overLowerBound(),
            tail.imbalance());
      }
    }
  }

  private static PackingSampler packer(Packing packing, PackBudget budget, SpeechCost cost) {
    return new PackingSampler(packing, budget, BUFFER, 1).balanced(8, cost::squaredFrames);
  }
}
