package dev.stretto.samplers.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.figures.Tables;
import dev.stretto.profilers.VirtualClock;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.serving.DecodeScheduler.Eviction;
import dev.stretto.samplers.serving.Workload.Lengths;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.commons.math3.distribution.ExponentialDistribution;
import org.apache.commons.math3.stat.inference.ChiSquareTest;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

/** Measures and tables of runs that can be followed by hand; the distributions of workloads. */
class ServingReportTest {
  private static ServingReport run(DecodeScheduler scheduler, int... lengths) {
    List<GenerationRequest> requests = new ArrayList<>();
    for (int length : lengths) {
      requests.add(
          new GenerationRequest(requests.size(), new int[1], length, Sampling.greedy(), 0));
    }
    return scheduler.run(requests, ExactEngine.of(lengths.length, 16), VirtualClock.linear(.5));
  }

  @Test
  void measuresOfTwoRequestsAreThoseByHand() {
    // two iterations of two slots cost 1.5 each, then the longer one goes on alone
    ServingReport report = run(DecodeScheduler.temporalFusion(2, Eviction.MIN_MOVES), 2, 4);
    assertEquals(5, report.makespan());
    assertEquals((3. / 2 + 5. / 4) / 2, report.meanLatency());
    assertEquals(1.5, report.p95Latency());
    assertEquals(6. / 5, report.tokensPerSecond());
    assertEquals((3. + 5) / 5, report.meanOverlap());
    assertEquals(2, report.peakSlots());
    assertEquals(4, report.peakPositions());
    assertEquals(0, report.moves());
    assertThrows(NoSuchElementException.class, () -> report.request(2));
    Table row = ServingReport.summary(List.of(report));
    assertEquals(6, row.longColumn("tokens").get(0));
    assertEquals(5, row.doubleColumn("makespan").get(0));
    assertEquals(2, ServingReport.summary(List.of(report, report)).rowCount());
  }

  @Test
  void aHoleIsComputedUntilItIsClosed() {
    ServingReport holes = run(DecodeScheduler.temporalFusion(3, Eviction.HOLES), 4, 1, 3);
    assertEquals(3 + 3 + 3 + 1, holes.slotSteps());
    assertEquals(.8, holes.usefulShare());

    ServingReport reordered = run(DecodeScheduler.temporalFusion(3, Eviction.MIN_MOVES), 4, 1, 3);
    assertEquals(8, reordered.slotSteps());
    assertEquals(
        """
        phase,slot,request,state
        before,0,0,live
        before,1,free,free
        before,2,2,moved
        after,0,0,live
        after,1,2,moved
        after,2,free,free
        """,
        Tables.of(reordered.reorders().getFirst().slots())
            .write()
            .toString("csv")
            .replace("\r", ""));
    assertEquals(
        """
        request,slot,start,end,event
        1,1,0,1,finished
        2,2,0,1,moved
        2,1,1,3,finished
        0,0,0,4,finished
        """,
        Tables.of(reordered.segments()).write().toString("csv").replace("\r", ""));
    assertEquals(1, reordered.reorders().size());
  }

  @Test
  void aBatchIsHeldUntilItsLongestEnds() {
    ServingReport report = run(DecodeScheduler.dynamicBatching(3, 0), 4, 1, 3);
    assertEquals(4 * 3, report.slotSteps());
    report.served().forEach(served -> assertEquals(4 * 2, served.finish()));
    assertEquals(
        """
        request,slot,start,end,event
        1,1,0,1,finished
        2,2,0,3,finished
        0,0,0,4,finished
        1,1,1,4,held
        2,2,3,4,held
        """,
        Tables.of(report.segments()).write().toString("csv").replace("\r", ""));
  }

  @Test
  void prefillStallsTheLoopWhereItHasACost() {
    List<GenerationRequest> requests =
        Workload.of(3, Arrivals.atOnce(), Lengths.fixed(5), 1).draw();
    int prompts = requests.stream().mapToInt(GenerationRequest::promptLength).sum();
    ServingReport report =
        DecodeScheduler.temporalFusion(3, Eviction.MIN_MOVES)
            .run(requests, new CountingEngine(3), VirtualClock.linear(0).withPrefill(.1));
    assertEquals(5 + .1 * prompts, report.makespan(), 1e-9);
    assertEquals(report.makespan(), report.busy(), 1e-9);
  }

  @Test
  void poissonArrivalsHaveExponentialGapsAndOtherThingsStayWhenTheyChange() {
    double[] times = Arrivals.poisson(2.5, 11).times(20_001);
    double[] gaps = new double[20_000];
    for (int i = 0; i < gaps.length; i++) {
      gaps[i] = times[i + 1] - times[i];
    }
    double p =
        new KolmogorovSmirnovTest()
            .kolmogorovSmirnovTest(new ExponentialDistribution(2.5), gaps, false);
    assertTrue(p > 1e-6, "false alarms: 1 in a million seeds; seed 11 gives p = " + p);

    List<GenerationRequest> a = Workload.of(9, Arrivals.atOnce(), Lengths.uniform(64), 3).draw();
    List<GenerationRequest> b =
        Workload.of(9, Arrivals.poisson(4, 8), Lengths.uniform(64), 3).draw();
    for (int i = 0; i < 9; i++) {
      assertEquals(a.get(i).maxNewTokens(), b.get(i).maxNewTokens());
      assertEquals(a.get(i).sampling(), b.get(i).sampling());
    }
  }

  @Test
  void uniformLengthsAreUniform() {
    long[] counts = new long[20];
    double[] expected = new double[20];
    int n = 20_000;
    for (GenerationRequest request :
        Workload.of(n, Arrivals.atOnce(), Lengths.uniform(20), 5).draw()) {
      counts[request.maxNewTokens() - 1]++;
    }
    java.util.Arrays.fill(expected, n / 20.);
    double p = new ChiSquareTest().chiSquareTest(expected, counts);
    assertTrue(p > 1e-6, "false alarms: 1 in a million seeds; seed 5 gives p = " + p);
  }
}
