package dev.stretto.samplers.serving;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.models.state.KvProbe;
import dev.stretto.profilers.VirtualClock;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.TokenPicker;
import dev.stretto.samplers.serving.DecodeScheduler.Eviction;
import dev.stretto.samplers.serving.DecodeScheduler.Execution;
import dev.stretto.samplers.serving.DecodeScheduler.Joining;
import dev.stretto.samplers.serving.ServingReport.Served;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fused decoding of a network gives each request what it would get alone. */
public class NetworkEngineTest {
  private static final int VOCABULARY = 40;
  private static final int END = 31;
  private static final int LAYERS = 2;

  private static CausalLm model;
  private static List<GenerationRequest> requests;
  private static final Map<Long, Alone> ALONE = new HashMap<>();

  /** Two layers whose logits are far apart, as those of a trained model are. */
  public static CausalLm model() {
    TransformerConfig shape = TransformerConfig.gpt(LAYERS, 32, VOCABULARY, 64);
    CausalLm model = new CausalLm(shape, false, SeedTree.of(8));
    model.parameters().get("embedding").muli(20);
    model.parameters().get("head.weight").muli(3);
    return model;
  }

  /** A request's tokens, and the logits behind each, by passes over the whole text. */
  private record Alone(List<Integer> tokens, List<float[]> logits) {
    static Alone of(CausalLm model, GenerationRequest request) {
      Alone alone = new Alone(new ArrayList<>(), new ArrayList<>());
      Rng[] random = {new Rng(request.sampling().seed())};
      long[] text = Arrays.stream(request.prompt()).asLongStream().toArray();
      do {
        try (NDManager scope = Tensors.manager()) {
          NDArray all1NV = model.logits(scope.create(text, new Shape(1, text.length)), false);
          NDArray last1V =
              Tensors.narrow(scope, all1NV, 1, text.length - 1, text.length).squeeze(1);
          alone.logits.add(last1V.toFloatArray());
          alone.tokens.add(
              TokenPicker.pick(last1V, new Sampling[] {request.sampling()}, random)[0]);
        }
        text = Arrays.copyOf(text, text.length + 1);
        text[text.length - 1] = alone.tokens.getLast();
      } while (alone.tokens.size() < request.maxNewTokens() && alone.tokens.getLast() != END);
      return alone;
    }
  }

  @BeforeAll
  static void open() {
    model = model();
    requests = new ArrayList<>();
    Rng rng = SeedTree.of(21).rng();
    for (int i = 0; i < 12; i++) {
      int[] prompt = rng.ints(rng.nextInt(1, 17), 0, VOCABULARY).toArray();
      Sampling sampling =
          switch (i % 3) {
            case 0 -> Sampling.greedy();
            case 1 -> Sampling.of(1, 100 + i);
            default -> new Sampling(1.5, 12, .9, 100 + i);
          };
      requests.add(new GenerationRequest(i, prompt, rng.nextInt(1, 25), sampling, 0));
      ALONE.put((long) i, Alone.of(model, requests.get(i)));
    }
  }

  @AfterAll
  static void close() {
    model.close();
  }

  /**
   * The engine with its logits kept for each request, and every free slot poisoned: whatever reads
   * one gives NaN.
   */
  private static final class Watched implements SlotEngine, AutoCloseable {
    private final NetworkEngine engine;
    private float[] logits;
    private final long[] tenants;
    final Map<Long, List<float[]>> seen = new HashMap<>();

    Watched(int capacity) {
      engine =
          new NetworkEngine(
              model.backbone(),
              hiddenB1D -> {
                NDArray logitsB1V = model.logits(hiddenB1D);
                logits = logitsB1V.toFloatArray();
                return logitsB1V;
              },
              VOCABULARY,
              capacity,
              END,
              Optional.empty());
      tenants = new long[capacity];
      for (int slot = 0; slot < capacity; slot++) {
        KvProbe.poison(engine.slots(), slot);
      }
    }

    @Override
    public int capacity() {
      return engine.capacity();
    }

    @Override
    public int endToken() {
      return engine.endToken();
    }

    @Override
    public void prefill(int slot, GenerationRequest request) {
      engine.prefill(slot, request);
      tenants[slot] = request.id();
    }

    @Override
    public int[] step(int lo, int hi, BitSet live) {
      int[] tokens = engine.step(lo, hi, live);
      for (int slot = live.nextSetBit(lo);
          slot >= 0 && slot < hi;
          slot = live.nextSetBit(slot + 1)) {
        seen.computeIfAbsent(tenants[slot], id -> new ArrayList<>())
            .add(
                Arrays.copyOfRange(logits, (slot - lo) * VOCABULARY, (slot - lo + 1) * VOCABULARY));
      }
      return tokens;
    }

    @Override
    public void move(int from, int to) {
      float[][] before = KvProbe.block(engine.slots(), LAYERS, from);
      engine.move(from, to);
      assertArrayEquals(
          before, KvProbe.block(engine.slots(), LAYERS, to), "a moved slot equals its source");
      tenants[to] = tenants[from];
      KvProbe.poison(engine.slots(), from);
    }

    @Override
    public void release(int slot) {
      engine.release(slot);
      KvProbe.poison(engine.slots(), slot);
    }

    @Override
    public void close() {
      engine.close();
    }
  }

  private static List<DecodeScheduler> schedulers(int slots) {
    List<DecodeScheduler> all =
        new ArrayList<>(DecodeScheduler.sideBySide(slots, Math.min(slots, 4), 6));
    all.add(
        new DecodeScheduler(
            "idle joining", slots, Joining.WHEN_IDLE, 3, Execution.FUSED, Eviction.MIN_MOVES));
    return all;
  }

  private static List<GenerationRequest> arriving(int seed) {
    List<GenerationRequest> arriving = new ArrayList<>();
    List<GenerationRequest> order = new ArrayList<>(requests);
    Collections.shuffle(order, new Random(seed));
    Arrivals arrivals = seed == 0 ? Arrivals.atOnce() : Arrivals.poisson(seed, seed);
    double[] times = arrivals.times(order.size());
    for (int i = 0; i < times.length; i++) {
      GenerationRequest r = order.get(i);
      arriving.add(
          new GenerationRequest(r.id(), r.prompt(), r.maxNewTokens(), r.sampling(), times[i]));
    }
    return arriving;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void tokensAndLogitsAreThoseOfTheRequestAlone(int seed) {
    int nearTies = 0;
    int moves = 0;
    for (int slots : new int[] {1, 3, 8}) {
      for (DecodeScheduler scheduler : schedulers(slots)) {
        try (Watched engine = new Watched(slots)) {
          ServingReport report = scheduler.run(arriving(seed), engine, VirtualClock.linear(.05));
          moves += report.moves();
          for (GenerationRequest request : requests) {
            nearTies +=
                check(
                    "%s, %d slots, seed %d, request %d"
                        .formatted(scheduler.name(), slots, seed, request.id()),
                    report.request(request.id()),
                    engine.seen.get(request.id()));
          }
        }
      }
    }
    assertTrue(moves > 0, "something was moved");
    assertEquals(0, nearTies, "logits are far apart here: a tie would hide an error");
  }

  /** Compares with the request alone; 1 where the tokens part at a near tie. */
  private static int check(String what, Served served, List<float[]> logits) {
    assertFalse(served.failed(), served::failure);
    Alone alone = ALONE.get(served.request().id());
    for (int t = 0; t < alone.tokens().size(); t++) {
      assertArrayEquals(alone.logits().get(t), logits.get(t), 1e-4f, what + ", token " + t);
      if (!alone.tokens().get(t).equals(served.tokens().get(t))) {
        float[] row = alone.logits().get(t);
        float gap = Math.abs(row[alone.tokens().get(t)] - row[served.tokens().get(t)]);
        assertTrue(
            served.request().sampling().temperature() == 0 && gap < 1e-4, what + ", token " + t);
        return 1;
      }
    }
    assertEquals(alone.tokens(), served.tokens(), what);
    return 0;
  }

  @Test
  void theReferenceIsWorthComparingWith() {
    long different = ALONE.values().stream().flatMap(a -> a.tokens().stream()).distinct().count();
    assertTrue(different > 15, "tokens differ: " + different);
    assertTrue(
        ALONE.values().stream().anyMatch(a -> a.tokens().getLast() == END), "some meet the end");
    assertTrue(
        ALONE.values().stream().filter(a -> a.tokens().size() > 5).count() > 5, "most are long");
  }

  @Test
  void instancesOnThreadsGiveTheSame() {
    try (NetworkEngine engine = new NetworkEngine(model, 8, END)) {
      for (int round = 0; round < 3; round++) {
        ServingReport report =
            DecodeScheduler.concurrentInstances(8)
                .run(arriving(round), engine, VirtualClock.linear(0));
        for (GenerationRequest request : requests) {
          assertEquals(ALONE.get(request.id()).tokens(), report.request(request.id()).tokens());
        }
      }
    }
  }

  @Test
  void aBadRequestFailsAloneAndIsNamed() {
    List<GenerationRequest> all = new ArrayList<>(arriving(2));
    Sampling greedy = Sampling.greedy();
    all.add(3, new GenerationRequest(100, new int[30], 36, greedy, 1));
    all.add(7, new GenerationRequest(101, new int[] {1, VOCABULARY}, 5, greedy, 2));
    all.add(new GenerationRequest(102, new int[65], 1, greedy, 0));
    all.add(new GenerationRequest(103, new int[30], 35, greedy, 4));
    for (DecodeScheduler scheduler : schedulers(3)) {
      try (NetworkEngine engine = new NetworkEngine(model, 3, -1)) {
        ServingReport report = scheduler.run(all, engine, VirtualClock.linear(.05));
        assertEquals(
            "request 100: prompt of 30 and limit of 36 tokens exceed the model's 64 positions",
            report.request(100).failure());
        assertEquals(
            "request 101: prompt token is 40, expected below the vocabulary's 40",
            report.request(101).failure());
        assertTrue(report.request(102).failed());
        assertEquals(35, report.request(103).tokens().size(), "just fits");
        assertEquals(3, report.served().stream().filter(Served::failed).count());
        for (GenerationRequest request : requests) {
          List<Integer> alone = ALONE.get(request.id()).tokens();
          assertEquals(alone, report.request(request.id()).tokens().subList(0, alone.size()));
        }
      }
    }
  }

  @Test
  void theModelsScopeHoldsNothingMoreAfterwards() {
    NDManager owner = model.parameters().manager();
    int before = owner.getManagedArrays().size();
    try (NetworkEngine engine = new NetworkEngine(model, 4, END)) {
      DecodeScheduler.temporalFusion(4, Eviction.MIN_MOVES)
          .run(arriving(1), engine, VirtualClock.linear(.05));
    }
    assertEquals(before, owner.getManagedArrays().size());
  }
}
