package dev.stretto.samplers.batching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.stretto.data.manifest.Cut;
import dev.stretto.tensor.Rng;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SamplerStateTest {
  static IntStream seeds() {
    return IntStream.range(0, 120);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aRestoredSamplerGoesOnWithTheIdenticalSequence(int seed) {
    Rng rng = new Rng(seed);
    List<Cut> cuts = Cases.cuts(rng, 20 + rng.nextInt(400));
    SamplerBuilder builder = Cases.sampler(rng, cuts);
    BucketingSampler whole = builder.build();
    List<Batch> expected = Cases.batches(whole, cuts);
    SamplerReport report = whole.report();
    expected.addAll(Cases.batches(whole, cuts)); // the epoch after the resumed one, too

    BucketingSampler first = builder.build();
    Iterator<Batch> iterator = first.over(cuts.iterator());
    List<Batch> actual = new ArrayList<>();
    int stop = rng.nextInt(expected.size());
    while (actual.size() < stop && iterator.hasNext()) {
      actual.add(iterator.next());
    }
    if (rng.nextBoolean()) {
      var _ = iterator.hasNext(); // a batch found and not yet taken is part of the state
    }
    SamplerState state = SamplerState.fromJson(first.state().toJson());
    assertEquals(first.state(), state);

    BucketingSampler second = builder.build();
    Cases.batches(second, cuts.subList(0, cuts.size() / 2 + 10)); // restore forgets a past
    second.restore(state);
    List<Cut> rest = cuts.subList((int) state.offered(), cuts.size());
    if (!state.finished()) {
      actual.addAll(Cases.batches(second, rest));
    }
    assertEquals(report, second.report());
    actual.addAll(Cases.batches(second, cuts));
    assertEquals(expected, actual);
  }

  @Test
  void everySettingIsPartOfTheState() {
    DurationBins bins = DurationBins.of(5, 40);
    SamplerState state = DynamicBucketing.of(bins).maxDuration(60).build().state();
    List<SamplerBuilder> others =
        List.of(
            DynamicBucketing.of(bins).maxDuration(61),
            DynamicBucketing.of(bins, FixedBatchSizes.of(1, 1)),
            DynamicBucketing.of(DurationBins.of(5, 41)).maxDuration(60),
            DynamicBucketing.of(bins).maxDuration(60).buffer(10),
            DynamicBucketing.of(bins).maxDuration(60).seed(1),
            DynamicBucketing.of(bins).maxDuration(60).shuffle(false),
            DynamicBucketing.of(bins).maxDuration(60).dropLast(true),
            DynamicBucketing.of(bins).maxDuration(60).maxTps(20),
            DynamicBucketing.of(bins).maxDuration(60).syncBuckets(0, 2),
            DurationCap.of(TimeConstraint.seconds(60)));
    for (SamplerBuilder other : others) {
      BucketingSampler sampler = other.build();
      assertThrows(IllegalArgumentException.class, () -> sampler.restore(state));
    }
    BucketingSampler smaller = others.get(3).build();
    assertEquals(
        "the state was saved with buffer = 20000, this sampler has 10",
        assertThrows(IllegalArgumentException.class, () -> smaller.restore(state)).getMessage());
  }

  @Test
  void theOtherFieldsOfACutSurvive() {
    Map<String, Object> extra = Map.of("offset", 0.1, "shard_id", 3L, "tags", List.of("a", true));
    Cut cut = new Cut("id", 1 / 3.0, 5, "text \u00e4", "de", extra);
    BucketingSampler sampler = StaticRandom.of(3).build();
    sampler.offer(cut, batch -> {});
    SamplerState state = SamplerState.fromJson(sampler.state().toJson());
    assertEquals(List.of(cut), state.queues().getFirst().cuts());
  }

  @Test
  void whatIsNoStateIsRefused() {
    for (String json : List.of("", "{}", "[1]", "{\"report\": 3}", "nonsense")) {
      assertThrows(IllegalArgumentException.class, () -> SamplerState.fromJson(json), json);
    }
  }
}
