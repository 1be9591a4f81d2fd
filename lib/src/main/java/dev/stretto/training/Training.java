package dev.stretto.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.stretto.models.Parameters;
import dev.stretto.models.Trainable;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import dev.stretto.training.TrainingResult.Point;
import dev.stretto.training.TrainingResult.Stop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The training loop.
 *
 * <pre>{@code
 * var config = TrainingConfig.of(Budget.steps(2000), 3e-3).withWarmup(50);
 * var result = new Training<>(config, model, source, loss).run();
 * }</pre>
 *
 * <p>After it the network's weights collect no gradients, whatever ended it. One training at a time
 * in a JVM: the engine has one gradient collector.
 *
 * @param <B> a batch
 */
public final class Training<B> {
  private static final double CLIP = 1;

  /** A loss above this many medians of the last 100 is suspicious; so many in a row end it. */
  private static final double DIVERGENCE = 3;

  private static final int PATIENCE = 20;

  private final TrainingConfig config;
  private final Trainable model;
  private final BatchSource<B> source;
  private final LossStep<B> loss;
  private Progress progress = Progress.console();

  /**
   * A training that shows its progress on standard output.
   *
   * @param config how
   * @param model the network; stays the caller's
   * @param source of batches
   * @param loss of a batch
   */
  public Training(TrainingConfig config, Trainable model, BatchSource<B> source, LossStep<B> loss) {
    this.config = config;
    this.model = model;
    this.source = source;
    this.loss = loss;
  }

  /**
   * Tells somebody else how it gets on.
   *
   * @param value who is told
   * @return this training
   */
  public Training<B> progress(Progress value) {
    progress = value;
    return this;
  }

  /**
   * Trains from the network's present weights. An interrupt of the thread ends it after the step,
   * which takes the interrupt back; weights of a training that diverged are those of its last good
   * step.
   *
   * @return what came out
   */
  public TrainingResult run() {
    try (Run run = new Run()) {
      return run.loop();
    }
  }

  /** The state of one run. */
  private final class Run implements AutoCloseable {
    private final Parameters parameters = model.parameters();
    private final NDManager manager = parameters.manager().newSubManager();
    private final AdamW adam = new AdamW(config.decay(), parameters);
    private final Map<String, NDArray> good = new LinkedHashMap<>();
    private final List<Point> curve = new ArrayList<>();
    private final long started = System.nanoTime();
    private final SeedTree seeds = SeedTree.of(1).child("dropout");
    private long steps;
    private Work done = Work.NONE;
    private int suspicious;

    Run() {
      Tensors.inference();
      parameters
          .all()
          .forEach(
              (name, weight) -> {
                NDArray copy = weight.duplicate();
                copy.attach(manager);
                good.put(name, copy);
              });
    }

    TrainingResult loop() {
      parameters.trainable(true);
      while (config.budget().share(steps, done) < 1) {
        // read and taken back, since a file cannot be written on an interrupted thread
        if (Thread.interrupted()) {
          return end(Stop.INTERRUPTED, "interrupted after step " + steps);
        }
        Optional<String> trouble = step();
        if (trouble.isPresent()) {
          parameters.trainable(false);
          good.forEach((name, array) -> Parameters.assign(parameters.all().get(name), array));
          return end(Stop.DIVERGED, trouble.get());
        }
      }
      return end(Stop.BUDGET, "the budget of " + config.budget().words() + " is spent");
    }

    private TrainingResult end(Stop stop, String reason) {
      parameters.trainable(false);
      tell(true);
      return new TrainingResult(stop, reason, steps, done, curve);
    }

    /** One update of the weights, or a sentence that says why there was none. */
    private Optional<String> step() {
      double rate = config.rate(steps, config.budget().share(steps, done));
      // a step's own seed, so that dropout goes on identically after a resumption
      Engine.getInstance().setRandomSeed((int) seeds.child(steps).seed());
      B batch = source.next();
      double value = backward(batch);
      done = done.plus(loss.work(batch));
      double norm = adam.norm();
      if (!Double.isFinite(value) || !Double.isFinite(norm)) {
        return Optional.of(
            "step %d has loss %s and gradient norm %s: the weights of the last good step are kept"
                .formatted(steps + 1, value, norm));
      }
      double median = median();
      suspicious = median > 0 && value > DIVERGENCE * median ? suspicious + 1 : 0;
      if (suspicious == 0) {
        good.forEach((name, array) -> Parameters.assign(array, parameters.all().get(name)));
      } else if (suspicious >= PATIENCE) {
        return Optional.of(
            "the loss was above %s medians (%.4g) in %d steps up to step %d: the weights of the"
                    .formatted(DIVERGENCE, median, suspicious, steps + 1)
                + " last good step are kept");
      }
      // clipping by the global norm (Pascanu et al. 2013)
      double scale = Math.min(1, CLIP / norm);
      steps++;
      adam.update((double) steps, rate, scale);
      curve.add(new Point(steps, (float) value, (float) rate, (float) norm));
      tell(false);
      return Optional.empty();
    }

    private double backward(B batch) {
      try (NDManager scope = manager.newSubManager()) {
        // what an expression of weights alone makes would else stay with the network
        parameters.all().values().forEach(weight -> weight.tempAttach(scope));
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
          NDArray value = loss.loss(scope, batch);
          if (value.size() != 1) {
            throw new IllegalArgumentException(
                "the loss has shape %s, expected one number".formatted(value.getShape()));
          }
          double number = value.getFloat();
          if (Double.isFinite(number)) {
            collector.backward(value);
          }
          return number;
        }
      }
    }

    private double median() {
      double[] last =
          curve.subList(Math.max(0, curve.size() - 100), curve.size()).stream()
              .mapToDouble(Point::loss)
              .sorted()
              .toArray();
      return last.length == 0 ? 0 : last[last.length / 2];
    }

    private void tell(boolean last) {
      double seconds = (System.nanoTime() - started) / 1e9;
      double share = Math.min(1, config.budget().share(steps, done));
      double left = seconds * (1 - share) / Math.max(1e-9, share);
      double speed = done.tokens() / Math.max(1e-9, seconds);
      double now = curve.isEmpty() ? Double.NaN : curve.getLast().loss();
      progress.update(new Progress.Status(steps, share, now, speed, left), last);
    }

    @Override
    public void close() {
      parameters.trainable(false);
      adam.close();
      manager.close();
    }
  }
}
