package dev.stretto.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.data.audio.Audio;
import dev.stretto.data.audio.LogMel;
import dev.stretto.models.Cost;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.models.language.CausalLm;
import dev.stretto.profilers.CostCurve;
import dev.stretto.profilers.InterleavedTimer;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import dev.stretto.training.BatchSource;
import dev.stretto.training.Budget;
import dev.stretto.training.LanguageTraining;
import dev.stretto.training.Progress;
import dev.stretto.training.Training;
import dev.stretto.training.TrainingConfig;
import java.util.Arrays;
import java.util.List;

/** Training steps and decoded tokens against what the machine's matrix product and calls allow. */
final class NetworkBench {
  private static final int VOCABULARY = 96;
  private static final int[][] SHAPES = {{4, 64}, {4, 128}, {12, 96}};

  private NetworkBench() {}

  static void run() {
    System.out.printf(
        "%nTraining step, 16 rows of 128 tokens, forward, backward and AdamW; 3 times the forward"
            + " pass's multiply-adds a second over those of a 1024 x 1024 product%n");
    for (int[] shape : SHAPES) {
      training(shape[0], shape[1]);
    }
    System.out.printf(
        "%nCached greedy decoding from 32 to 160 tokens; bound = arrays made a token times the cost"
            + " of one small operation (an addition of 64 numbers)%n");
    for (int[] shape : SHAPES) {
      decoding(shape[0], shape[1]);
    }
    logMel();
  }

  private static CausalLm model(int layers, int width) {
    return CausalLm.gpt(layers, width, VOCABULARY, 256, 1);
  }

  private static void training(int layers, int width) {
    try (CausalLm model = model(layers, width);
        NDManager manager = Tensors.manager()) {
      int[][] windows = new int[16][129];
      for (int[] row : windows) {
        Arrays.setAll(row, i -> i * 31 & 63);
      }
      Cost.Shape shape = Cost.Shape.causal(windows.length, windows[0].length - 1, 0, layers);
      LanguageTraining learning = new LanguageTraining(model, 0);
      NDArray square = Tensors.normal(manager, new Rng(1), 1, new Shape(1024, 1024));
      int steps = 6;
      InterleavedTimer timer =
          new InterleavedTimer()
              .add(
                  "training",
                  () ->
                      new Training<int[][]>(
                              TrainingConfig.of(Budget.steps(steps), 1e-4),
                              model,
                              BatchSource.drawn(SeedTree.of(1), rng -> windows),
                              learning)
                          .progress(Progress.silent())
                          .run())
              .add(
                  "product",
                  () -> {
                    for (int i = 0; i < 8; i++) {
                      square.matMul(square).close();
                    }
                  });
      InterleavedTimer.Timings times = timer.run(2, 7);
      double macs = 3.0 * model.cost(shape).multiplyAdds() * steps;
      double rate = macs / times.median("training");
      double most = 8 * Math.pow(1024, 3) / times.median("product");
      System.out.printf(
          "  %dx%d, %,d weights: %.1f ms a step, %.1f of %.1f GMAC/s, share %.2f%n",
          layers,
          width,
          model.parameters().count(),
          1e3 * times.median("training") / steps,
          rate / 1e9,
          most / 1e9,
          rate / most);
    }
  }

  private static void decoding(int layers, int width) {
    try (CausalLm model = model(layers, width);
        NDManager manager = Tensors.manager()) {
      double operation = smallOperation(manager);
      long arrays = arrays(model, manager);
      InterleavedTimer timer = new InterleavedTimer();
      for (int rows : new int[] {1, 32}) {
        timer.add("rows " + rows, () -> decode(model, manager, rows, 128));
      }
      InterleavedTimer.Timings times = timer.run(10, 7);
      double token = times.median("rows 1") / 128;
      CostCurve curve = CostCurve.rows(model, 64, 1, 2, 4, 8, 16, 32);
      System.out.printf(
          "  %dx%d: %.3f ms a token, %d arrays at %.2f us, %.2f of the bound; an iteration of 32"
              + " rows costs %.1f (whole loop) and c(1, 2, 4, 8, 16, 32) is %.1f %.1f %.1f %.1f"
              + " %.1f %.1f%n",
          layers,
          width,
          1e3 * token,
          arrays,
          1e6 * operation,
          token / (arrays * operation),
          times.median("rows 32") / times.median("rows 1"),
          curve.c(1),
          curve.c(2),
          curve.c(4),
          curve.c(8),
          curve.c(16),
          curve.c(32));
    }
  }

  private static void decode(CausalLm model, NDManager manager, int rows, int tokens) {
    TokenTree[] pending = new TokenTree[rows];
    Arrays.fill(pending, TokenTree.chain(5));
    int[][] path = new int[rows][1];
    try (TokenModel.Session session = model.open(new int[rows][32])) {
      for (int i = 0; i < tokens; i++) {
        try (NDManager scope = manager.newSubManager()) {
          long[] next = session.score(scope, pending).logProbsBNV().argMax(2).toLongArray();
          session.commit(path);
          for (int b = 0; b < rows; b++) {
            pending[b] = TokenTree.chain((int) next[b]);
          }
        }
      }
    }
  }

  /** Arrays that one pass makes: those alive at its end in a scope that is closed only then. */
  private static long arrays(CausalLm model, NDManager manager) {
    try (State state = model.backbone().newState(1, 64, StateKind.PREALLOCATED);
        NDManager scope = manager.newSubManager()) {
      NDArray ids = scope.create(new long[] {5}, new Shape(1, 1));
      model.backbone().forward(Step.of(ids), state);
      long before = scope.getManagedArrays().size();
      NDArray next = scope.create(new long[] {6}, new Shape(1, 1));
      NDArray hidden = model.backbone().forward(Step.of(next), state).lastBND();
      model.logits(hidden).logSoftmax(2).argMax(2);
      return scope.getManagedArrays().size() - before;
    }
  }

  private static double smallOperation(NDManager manager) {
    NDArray small = Tensors.normal(manager, new Rng(1), 1, new Shape(1, 64));
    InterleavedTimer timer =
        new InterleavedTimer()
            .add(
                "add",
                () -> {
                  for (int round = 0; round < 50; round++) {
                    try (NDManager scope = manager.newSubManager()) {
                      NDArray sum = small.add(1);
                      sum.attach(scope);
                      for (int i = 0; i < 200; i++) {
                        sum = sum.add(small);
                      }
                    }
                  }
                });
    return timer.run(5, 9).median("add") / (50 * 200);
  }

  private static void logMel() {
    float[] hour = new float[3600 * 16000];
    Rng random = new Rng(1);
    for (int i = 0; i < hour.length; i++) {
      hour[i] = random.nextFloat() - .5f;
    }
    LogMel.Config wide = new LogMel.Config(16000, 25, 10, 512, 80, 0, 8000, 1e-10);
    for (LogMel.Config config : List.of(LogMel.Config.compact(16000), wide)) {
      LogMel front = new LogMel(config);
      try (NDManager manager = Tensors.manager()) {
        InterleavedTimer.Timings times =
            new InterleavedTimer()
                .add("hour", () -> front.features(manager, List.of(new Audio(hour, 16000))))
                .run(1, 3);
        System.out.printf(
            "%nLog-mel of one hour of 16 kHz, %d bins: %.1f s%n",
            config.bins(), times.median("hour"));
      }
    }
  }
}
