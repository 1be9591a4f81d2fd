package dev.stretto.samplers.serving;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Backbone;
import dev.stretto.models.Conditions;
import dev.stretto.models.Sliceable;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.speech.SpeechModel;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.TokenPicker;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;

/**
 * Slots over a network (Flover, sections 3 and 4): keys and values of all slots lie in one state,
 * so a fused iteration is one pass over a window of its rows, each at its own position. For a
 * speech model a slot also holds what its request heard, which {@link #prefill} encodes.
 */
public final class NetworkEngine implements SlotEngine, AutoCloseable {
  private final Backbone body;
  private final UnaryOperator<NDArray> head;
  private final int vocabulary;
  private final int maxLength;
  private final int endToken;
  private final NDManager scope;
  private final Sliceable slots;
  private final Optional<Hearing> hearing;
  private final int[] pending;
  private final Sampling[] sampling;
  private final Rng[] random;
  private final ExecutorService instances;

  /** What the slots of a speech model have heard: keys of all layers, then values of all layers. */
  static final class Hearing {
    private final SpeechModel model;
    private final LongFunction<SpeechModel.Sound> sounds;
    private final NDManager scope;
    private final NDArray[] kept;
    private final int[] lengths;

    Hearing(
        SpeechModel model, LongFunction<SpeechModel.Sound> sounds, int capacity, int positions) {
      this.model = model;
      this.sounds = sounds;
      scope = model.parameters().manager().newSubManager();
      SpeechModel.Config config = model.config();
      Shape shape = new Shape(capacity, config.heads(), positions, config.width() / config.heads());
      kept = new NDArray[2 * config.decoderLayers()];
      Arrays.setAll(kept, _ -> scope.zeros(shape));
      lengths = new int[capacity];
      Arrays.fill(lengths, 1);
    }

    void hear(int slot, long request) {
      SpeechModel.Sound sound = sounds.apply(request);
      try (NDManager _ = sound.featuresBTM().getManager()) {
        int length = SpeechModel.positions(sound.frames()[0]);
        if (length > kept[0].getShape().get(2)) {
          throw new IllegalArgumentException(
              "request %d: hears %d positions, the slots hold %d"
                  .formatted(request, length, kept[0].getShape().get(2)));
        }
        SpeechModel.Encoded encoded = model.encode(sound);
        Conditions.Memory memory = model.decoder().memory(encoded.encodedBTD(), encoded.lengths());
        lengths[slot] = length;
        NDIndex place = new NDIndex("{}, :, 0:{}, :", slot, length);
        int layers = kept.length / 2;
        for (int layer = 0; layer < layers; layer++) {
          kept[layer].set(place, memory.keysBHTd()[layer].squeeze(0));
          kept[layers + layer].set(place, memory.valuesBHTd()[layer].squeeze(0));
        }
      }
    }

    Conditions window(NDManager pass, int lo, int hi) {
      NDArray[] rows =
          Arrays.stream(kept)
              .map(array -> Tensors.narrow(pass, array, 0, lo, hi))
              .toArray(NDArray[]::new);
      return Conditions.memory(
          new Conditions.Memory(
              Arrays.copyOf(rows, rows.length / 2),
              Arrays.copyOfRange(rows, rows.length / 2, rows.length),
              Arrays.copyOfRange(lengths, lo, hi)));
    }

    void move(int from, int to) {
      try (NDManager pass = scope.newSubManager()) {
        for (NDArray array : kept) {
          NDArray row = Tensors.narrow(pass, array, 0, from, from + 1);
          array.set(new NDIndex("{}:{}", to, to + 1), row);
        }
      }
      lengths[to] = lengths[from];
    }
  }

  /**
   * Slots of a language model.
   *
   * @param model the network; closed by the caller, after this engine
   * @param capacity how many requests fit
   * @param endToken ends a request, or -1 for none
   */
  public NetworkEngine(CausalLm model, int capacity, int endToken) {
    this(model.backbone(), model::logits, model.vocabulary(), capacity, endToken, Optional.empty());
  }

  /**
   * Slots of a speech model's decoder.
   *
   * @param model the network; closed by the caller, after this engine
   * @param capacity how many requests fit
   * @param endToken ends a request
   * @param positions the most encoder positions of a request
   * @param sounds what each request, by its id, hears: one utterance in a scope of its own, which
   *     is given up to this engine
   * @return the slots
   */
  public static NetworkEngine of(
      SpeechModel model,
      int capacity,
      int endToken,
      int positions,
      LongFunction<SpeechModel.Sound> sounds) {
    return new NetworkEngine(
        model.decoder(),
        model::head,
        model.config().vocabulary(),
        capacity,
        endToken,
        Optional.of(new Hearing(model, sounds, capacity, positions)));
  }

  NetworkEngine(
      Backbone body,
      UnaryOperator<NDArray> head,
      int vocabulary,
      int capacity,
      int endToken,
      Optional<Hearing> hearing) {
    this.body = body;
    this.head = head;
    this.vocabulary = vocabulary;
    this.maxLength = body.maxLength();
    this.endToken = endToken;
    this.hearing = hearing;
    scope = body.parameters().manager().newSubManager();
    slots = (Sliceable) body.newState(capacity, maxLength, StateKind.PREALLOCATED);
    pending = new int[capacity];
    sampling = new Sampling[capacity];
    random = new Rng[capacity];
    Arrays.fill(sampling, Sampling.greedy());
    Arrays.setAll(random, slot -> new Rng(0));
    instances =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            Thread.ofPlatform().daemon().name("stretto-instance").factory());
  }

  /** Keys and values of all slots, for tests. */
  Sliceable slots() {
    return slots;
  }

  @Override
  public int capacity() {
    return pending.length;
  }

  @Override
  public int endToken() {
    return endToken;
  }

  @Override
  public void prefill(int slot, GenerationRequest request) {
    int[] prompt = request.prompt();
    // the last token that comes out is never read
    request.requireFits(prompt.length + request.maxNewTokens() - 1, maxLength, "model", vocabulary);
    Tensors.inference();
    slots.clear(slot);
    hearing.ifPresent(heard -> heard.hear(slot, request.id()));
    if (prompt.length > 1) {
      try (NDManager pass = scope.newSubManager()) {
        long[] ids = Arrays.stream(prompt, 0, prompt.length - 1).asLongStream().toArray();
        Step step = Step.of(pass.create(ids, new Shape(1, ids.length)));
        body.forward(
            step.conditions(conditions(pass, slot, slot + 1)), slots.window(slot, slot + 1));
      }
    }
    pending[slot] = prompt[prompt.length - 1];
    sampling[slot] = request.sampling();
    random[slot] = new Rng(request.sampling().seed());
  }

  private Conditions conditions(NDManager pass, int lo, int hi) {
    return hearing.map(heard -> heard.window(pass, lo, hi)).orElse(Conditions.NONE);
  }

  @Override
  public int[] step(int lo, int hi, BitSet live) {
    Tensors.inference();
    int rows = hi - lo;
    long[] ids = new long[rows];
    int[] counts = new int[rows];
    boolean full = true;
    for (int b = 0; b < rows; b++) {
      ids[b] = pending[lo + b];
      counts[b] = live.get(lo + b) ? 1 : 0;
      full &= counts[b] == 1;
    }
    try (NDManager pass = scope.newSubManager()) {
      Step step =
          Step.of(pass.create(ids, new Shape(rows, 1)))
              .counts(full ? new int[0] : counts)
              .conditions(conditions(pass, lo, hi));
      NDArray hiddenB1D = body.forward(step, slots.window(lo, hi)).lastBND();
      int[] tokens =
          TokenPicker.pick(
              head.apply(hiddenB1D).squeeze(1),
              Arrays.copyOfRange(sampling, lo, hi),
              Arrays.copyOfRange(random, lo, hi));
      for (int b = 0; b < rows; b++) {
        if (counts[b] == 1) {
          pending[lo + b] = tokens[b];
        }
      }
      return tokens;
    }
  }

  /**
   * Each slot in a pass of its own, on as many threads as there are processors. Waits for all, also
   * after an interrupt or a failure: slots must not change under a pass.
   */
  @Override
  public int[] stepEach(int lo, int hi, BitSet live) {
    int[] tokens = new int[hi - lo];
    CompletableFuture.allOf(
            live.get(lo, hi).stream()
                .mapToObj(i -> runAsync(() -> tokens[i] = step(lo + i, lo + i + 1, live)[0]))
                .toArray(CompletableFuture[]::new))
        .join();
    return tokens;
  }

  private CompletableFuture<Void> runAsync(Runnable pass) {
    return CompletableFuture.runAsync(pass, instances);
  }

  @Override
  public void move(int from, int to) {
    slots.move(from, to);
    hearing.ifPresent(heard -> heard.move(from, to));
    pending[to] = pending[from];
    sampling[to] = sampling[from];
    random[to] = random[from];
    release(from);
  }

  @Override
  public void release(int slot) {
    slots.clear(slot);
    sampling[slot] = Sampling.greedy();
    pending[slot] = 0;
    random[slot] = new Rng(0);
  }

  @Override
  public void close() {
    instances.shutdownNow();
    slots.close();
    hearing.ifPresent(heard -> heard.scope.close());
    scope.close();
  }
}
